/** Names a film that has an address, where nobody has said more of it than its title. */

import { textAround } from "./around.js";
import { outer, outwards } from "./attributes.js";

/** Where a page may have statements on films: whether to load what reads them. */
export const STATEMENTS = "script[type='application/ld+json'],[itemtype]";

/** Attributes in which more may be said: labels, and ours. */
const LABELS = /^(aria-label|data-(media|external)-)/;

/** @param {any} each @param {RegExp} names @returns {boolean} */
const has = ({ attributes = [] }, names) => [...attributes].some(({ name }) => names.test(name));

/**
 * Whether there is more to read than a title: about the player, the elements that stand around it, or
 * in what the page says of its films.
 * @param {any} node stands for the player
 * @param {import("../measuring/view.js").Player} player
 */
export const isDescribed = (node, { currentSrc }) =>
  !/^http/.test(currentSrc) ||
  !/^(audio|video)$/.test(node.localName) ||
  /^(audio|media|video|youtube)/i.test(node.title) ||
  has(node, LABELS) ||
  outwards(
    outer(node),
    (each) => each.host || /-/.test(each.localName) || each.title || has(each, LABELS),
  ) ||
  document.querySelector(STATEMENTS + ",meta[property='og:video']");

/**
 * @param {any} node
 * @param {string} address
 * @returns {import("./medium.js").Medium}
 */
export const namePlainly = (node, address) => ({
  mediaUrl: address.split("#")[0],
  mediaName: node.title || textAround(node),
  mediaType: node.localName.toUpperCase(),
});
