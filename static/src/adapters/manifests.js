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

/** When each was first asked for, oldest first. @type {Map<string, number>} */
const manifests = new Map();
const files = new Map();

/** @param {any} entry */
const note = ({ name, startTime, initiatorType }) => {
  const [address] = name.split(/[?#]/);
  const list = MANIFEST.test(address) ? manifests : FILE.test(address) && /fetch|xml/.test(initiatorType) && files;
  if (list && !list.has(name)) list.set(name, startTime);
};

// The browser keeps the first 250; those from now on are told one after another.
performance.getEntriesByType("resource").forEach(note);
/** @type {PerformanceObserver | undefined} */
let observer;
try {
  observer = new PerformanceObserver((list) => list.getEntries().forEach(note));
  observer.observe({ type: "resource" });
} catch {
  // A browser that doesn't tell.
}

/** @param {number} since @param {number} seenAt @param {Source[]} sources @returns {string | undefined} */
const find = (since, seenAt, sources) => {
  /** @param {Map<string, number>} requests */
  const free = (requests) =>
    [...requests]
      .filter(([url]) => sources.every(({ manifest }) => manifest != url))
      .sort(([, a], [, b]) => a - b); // they are told as they were answered
  const playlists = free(manifests);
  const [found] =
    playlists.find(([, at]) => at >= since - EARLIER_MS) ||
    // It was loaded ahead of its player: clear only where nothing else was.
    (playlists.length == manifests.size && playlists[0]) || [];
  if (found || manifests.size) return found;
  const fetched = free(files).filter(([, at]) => at < seenAt);
  return fetched[1] ? undefined : fetched[0]?.[0];
};

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
  const length = film?.duration.known || source.duration.known;
  if (film && film != source.previous && !differ(length, source.duration.known)) {
    if (film.manifest) return film.manifest;
    ({ openedAt } = film);
  }
  return find(openedAt, source.seenAt, sources);
};

/**
 * Finds the addresses that sources came from, as far as the page's requests show them. Who opened
 * first gets the first, so that it does not depend on what a visitor plays first.
 * @param {Source[]} sources without an address, oldest first
 */
const findManifests = (sources) => {
  observer?.takeRecords().forEach(note);
  for (const source of sources) {
    // Its manifest has not come yet, or is not worth to be known.
    if (!source.duration.known || isInterstitial(source)) continue;
    source.manifest ||= manifestOf(source, sources);
  }
};

export default { findManifests, isInterstitial };
