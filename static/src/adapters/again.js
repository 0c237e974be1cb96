/**
 * Recognises a film that continues under another address, or on a player that the page created in
 * place of a removed one. Loaded with the second film of a page.
 */

import { differ } from "../measuring/duration.js";
import { isGone } from "../measuring/sources.js";

/** @typedef {import("../measuring/sources.js").Shown} Shown */
/** @typedef {import("../measuring/view.js").View} View */
/** @typedef {import("../measuring/view.js").Player} Player */
/** @typedef {import("../naming/medium.js").Source} Source */

/**
 * A film goes on under another address where it stopped, within so much (seconds); and within half of
 * what was seen, or it has begun anew. What was seen for less than this is no film yet.
 */
const SEAM_SECONDS = 5;
const SHORTEST_SECONDS = 1;

/**
 * The view that a player continues under another address.
 * @param {Source} source
 * @param {Map<View, Source>} sources of the player's views, the last ones
 */
const resumed = (source, sources) =>
  [...sources].find(
    ([{ reached }, { duration, manifest }]) =>
      reached > SHORTEST_SECONDS &&
      Math.abs(reached - /** @type {number} */ (source.foundAt)) < Math.min(SEAM_SECONDS, reached / 2) &&
      !differ(duration.known, source.duration.known) &&
      (!manifest || !source.manifest || manifest == source.manifest),
  )?.[0];

/** The query of a file whose address a server renews: a signature, or a version against caches. */
const SIGNED =
  /(\.(aac|m3u8|m4[av]|mov|mp[34d]|og[agv]|opus|wav|webm))\?(.*&)?(_=|exp|hash|hdn|key-pair|policy|sig|token|v(er)?=|x-(amz|goog)-).*/i;

/**
 * The view of a film that this player, or a removed player of this page, has shown before: a visitor
 * who closes a lightbox and opens it again, or sees a list redrawn, is still watching the same film.
 * @param {Shown[]} shown
 * @param {string[]} sought the film and the page's address
 * @param {any} node
 * @param {Player} player
 * @param {Source} source
 */
const takeOver = (shown, [film, page], node, { paused, played, playbackRate, readyState }, source) => {
  const found = shown.find(
    ([, last, itsFilm, itsPage]) =>
      itsFilm.replace(SIGNED, "$1") == film.replace(SIGNED, "$1") &&
      (last.deref() == node || (itsPage == page && isGone(last.deref()))),
  );
  if (!found) return undefined;
  found[1] = new WeakRef(node);
  const currentTime = /** @type {number} */ (source.foundAt);
  const then = { currentTime, duration: NaN, currentSrc: "", paused, played, playbackRate, readyState, seeking: true };
  // Like an advertisement, what it had played until it was found does not count for the view.
  for (const runsAd of [true, false]) found[0].update(node, then, source.duration, "time", runsAd, false);
  return found[0];
};

export default { resumed, takeOver };
