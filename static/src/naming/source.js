/** Names what a player plays, among the page's other players. */

import { differ } from "../measuring/duration.js";
import { describe } from "./medium.js";

/** @typedef {import("./medium.js").Source} Source */
/** @typedef {import("../measuring/view.js").Player & Record<string, any>} Player */

/**
 * Whether the description of one source also applies to another: the same film, as far as can be
 * known. A description that was first read during an advertisement applies to the film.
 * @param {Source} a @param {Source} b
 */
const sameFilm = (a, b) =>
  a.ad ||
  a.address == b.address ||
  ((!a.manifest || !b.manifest || a.manifest == b.manifest) &&
    (!a.duration.known || !differ(a.duration.known, b.duration.known)));

/**
 * @param {any} node stands for a player
 * @param {Map<any, Player>} players all of the page, by what stands for them
 * @param {Record<string, any>} parts the adapters that are there
 * @returns {boolean} whether it is the page's only player of a film of its kind
 */
const isAlone = (node, players, parts) =>
  [...players].every(
    ([other, player]) =>
      other == node ||
      (other.localName == "audio") != (node.localName == "audio") ||
      !player.currentSrc ||
      parts.decoration?.isDecoration(other, player) ||
      parts.roles?.isAd(other),
  );

/**
 * @param {any} node stands for the player
 * @param {Source} source what it plays
 * @param {object} known
 * @param {Player} known.player
 * @param {Map<any, Player>} known.players all of the page
 * @param {Record<string, any>} known.parts the adapters that are there
 * @param {ReturnType<typeof import("./medium.js").authored>} known.said what the author says
 * @param {Source} known.saidOf and of which source
 * @param {import("../measuring/sources.js").Shown[]} known.shown all views of the page
 */
export const nameSource = (node, source, { player, players, parts, said, saidOf, shown }) => {
  const audio = player.audio ?? /audio/.test(node.localName);
  return describe(node, source, {
    alone: isAlone(node, players, parts),
    title: player.title,
    audio,
    said: sameFilm(saidOf, source) ? said : {},
    // The number of the player's sources without a name.
    number: shown.filter(([, shower, film]) => shower.deref() == node && /#/.test(film)).length,
    statements: parts.statements?.(audio ? /AudioObject/ : /VideoObject/),
  });
};
