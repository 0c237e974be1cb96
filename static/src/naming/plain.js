/** Names a film that has an address, where nobody has said more of it. */

import { textAround } from "./around.js";
import { outwards } from "./attributes.js";

/** Where a page may have statements on films: whether to load what reads them. */
export const STATEMENTS = "script[type='application/ld+json'],[itemtype]";

/** Attributes in which more may be said: titles, labels, and ours. */
const WORDS = /^(title$|aria-label|data-(media|external)-)/;

/**
 * Whether there is more to read: about the player, the elements around it, or the page's data about
 * its films.
 * @param {any} node stands for the player
 * @param {import("../measuring/view.js").Player} player
 */
export const isDescribed = (node, { currentSrc }) =>
  !/^http/.test(currentSrc) ||
  !/^(audio|video)$/.test(node.localName) ||
  // The document has no attributes, but a title of its own.
  outwards(
    node,
    ({ host, localName, attributes = [] }) =>
      host || /-/.test(localName) || [...attributes].some(({ name }) => WORDS.test(name)),
  ) ||
  document.querySelector(STATEMENTS + ",meta[property='og:video']");

/**
 * @param {any} node
 * @param {string} address
 * @returns {import("./medium.js").Medium}
 */
export const namePlainly = (node, address) => ({
  mediaUrl: address.split("#")[0],
  mediaName: textAround(node),
  mediaType: node.localName.toUpperCase(),
});
