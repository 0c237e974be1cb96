/**
 * What the page itself asked for while a player got a source without an address: a film in a
 * MediaSource is named by its manifest, and a blob by the file that was fetched for it. Loaded with
 * the first such source.
 */

import { differ } from "../measuring/duration.js";

/** @typedef {import("../naming/medium.js").Source} Source */

/** Manifests of HLS, DASH and Smooth Streaming, and files; what a playlist names is neither. */
const MANIFEST = /\.(m3u8|mpd)$|\.ism\/manifest/i;
const FILE = /\.(mp[34]|m4[av]|webm|og[agv]|opus|wav|flac|aac|mov)$/i;

/** A manifest may be asked for so long before the player gives up its last source (ms). */
const EARLIER_MS = 500;

/** When each was first asked for. @type {Record<string, number>} */
const manifests = {};
/** @type {Record<string, number>} */
const files = {};

/** @param {any} entry */
const note = ({ name, startTime, initiatorType }) => {
  const [address] = name.split(/[?#]/);
  // Files that a script loads, by fetch or by XMLHttpRequest, and not those of an element.
  const list = MANIFEST.test(address) ? manifests : FILE.test(address) && /fetch|x/.test(initiatorType) && files;
  if (list) list[name] ??= startTime;
};

// The browser keeps the first 250; those from now on are told one after another.
/** @type {PerformanceObserver | undefined} */
let observer;
try {
  observer = new PerformanceObserver((list) => list.getEntries().forEach(note));
  observer.observe({ type: "resource", buffered: true });
} catch {
  // A browser that doesn't tell.
}

/**
 * Whether a source looks like an HLS interstitial: until its own length is known, it has the film's.
 * @param {Source} source
 */
const isInterstitial = ({ duration, announced }) =>
  duration.mayGrow && announced > duration.known && differ(announced, duration.known);

/**
 * The manifest of a film that goes on after advertisements is the one from before them. Where the
 * tracker came too late to see that, it was asked for before the first interstitial all the same.
 * @param {Source} source @param {Source[]} sources
 */
const manifestOf = (source, sources) => {
  let { previous: film, openedAt } = source;
  for (; film && (film.ad || isInterstitial(film)); film = film.previous) {
    if (isInterstitial(film)) ({ openedAt } = film);
  }
  if (film && film != source.previous && !differ(film.duration.known || source.duration.known, source.duration.known)) {
    if (film.manifest) return film.manifest;
    ({ openedAt } = film);
  }
  /** @param {Record<string, number>} requests @returns {[string, number][]} what no other source came from */
  const free = (requests) =>
    Object.entries(requests)
      .filter(([url]) => sources.every(({ manifest }) => manifest != url))
      .sort(([, a], [, b]) => a - b); // they are told as they were answered
  const playlists = free(manifests);
  const { length } = Object.keys(manifests);
  const [fetched, another] = free(files).filter(([, at]) => at < source.seenAt);
  const [found] =
    (length
      ? playlists.find(([, at]) => at >= openedAt - EARLIER_MS) ||
        // It was loaded ahead of its player: clear only where nothing else was.
        (playlists.length == length && playlists[0])
      : !another && fetched) || [];
  return found;
};

/**
 * Finds the addresses that sources came from, as far as the page's requests show them. Who opened
 * first gets the first, so that it does not depend on what a visitor plays first.
 * @param {Source[]} sources without an address, oldest first
 * @param {Source} asked
 * @returns {string | false} why this one is no view
 */
const findManifests = (sources, asked) => {
  observer?.takeRecords().forEach(note);
  for (const source of sources) {
    // Its manifest has not come yet, or is not worth to be known.
    if (source.duration.known && !isInterstitial(source)) source.manifest ||= manifestOf(source, sources);
  }
  /** @type {any} */
  const input = document.querySelector("[type=file]");
  // What the visitor has chosen is nobody's film.
  return isInterstitial(asked) ? "ad" : asked.duration.mayGrow && !asked.manifest && input?.files[0] && "file";
};

export default findManifests;
