/**
 * What the page itself asked for while a player got a source without an address: a film in a
 * MediaSource is named by its manifest, and a blob by the file that was fetched for it.
 */

/**
 * @typedef {object} Source what a player plays
 * @property {string} address
 * @property {number} openedAt milliseconds since the page began
 * @property {string} [manifest] where it came from, if it has no address
 */

/** Manifests of HLS, DASH and Smooth Streaming, and files; what a playlist names is neither. */
const MANIFEST = /\.(m3u8|mpd)$|\.ism\/manifest/i;
const FILE = /\.(mp[34]|m4[av]|webm|og[agv]|opus|wav|flac|aac|mov)$/i;

/** A manifest may be asked for so long before the player says that it has a new source (ms). */
const EARLIER_MS = 500;

/** When each was first asked for, oldest first. @type {Map<string, number>} */
const manifests = new Map();
const files = new Map();
/** Sources without an address, oldest first. @type {Source[]} */
const sources = [];

/** @param {any} entry */
const note = ({ name, startTime, initiatorType }) => {
  const [address] = name.split(/[?#]/);
  const list = MANIFEST.test(address) ? manifests : FILE.test(address) && /fetch|xml/.test(initiatorType) && files;
  if (list && !list.has(name)) list.set(name, startTime);
};

try {
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) note(entry);
  });
  observer.observe({ type: "resource", buffered: true });
} catch {
  // A browser that doesn't tell.
}

/** To be called when a player gets a source without an address. @param {Source} source */
export const expectManifest = (source) => {
  sources.push(source);
};

/** @param {Source} source @returns {string | undefined} */
const find = ({ openedAt }) => {
  /** @param {Map<string, number>} requests */
  const free = (requests) =>
    [...requests].filter(([url]) => sources.every(({ manifest }) => manifest != url));
  const playlists = free(manifests);
  const [found] =
    playlists.find(([, at]) => at >= openedAt - EARLIER_MS) ||
    // It was loaded ahead of its player: clear only where nothing else was.
    (playlists.length == manifests.size && playlists[0]) || [];
  if (found || manifests.size) return found;
  const fetched = free(files).filter(([, at]) => at < openedAt);
  return fetched[1] ? undefined : fetched[0]?.[0];
};

/**
 * The address that a source came from, if the page's requests show it. Who opened first gets the
 * first, so that it does not depend on what a visitor plays first.
 * @param {Source} wanted
 */
export const manifestOf = (wanted) => {
  for (const source of sources) {
    source.manifest ||= find(source);
    if (source == wanted) break;
  }
  return wanted.manifest;
};
