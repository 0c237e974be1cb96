/**
 * Recognises advertisements, which are not counted. Loaded if the page says that one runs, or
 * may say so.
 */

import { outwards } from "../naming/attributes.js";

/** Where the page has said that an advertisement runs. @type {WeakSet<object>} */
const declared = new WeakSet();

/**
 * @param {object} element a player, or what it is inside of
 * @param {boolean} runs whether an advertisement runs there
 */
const declareAd = (element, runs) => {
  if (runs) declared.add(element);
  else declared.delete(element);
};

/**
 * The classes with which players mark a running advertisement (vjs-ad-playing, jw-flag-ads), and
 * the container for one (ima-ad-container, plyr__ads).
 */
const AD_CLASS =
  /(^|[\s_-])(ads?|advert\w*)[_-]+(active|break|container|mode|playing|showing|slot|started|unit)\b|(flag-|__)ads\b/i;

/** What players lay over an advertisement, beside their film, while it runs (Fluid Player). */
const AD_LAYER = /(^|[\s_-])(vast_click|ad[_-](countdown|playing))/i;

/**
 * Whether a node plays an advertisement, as far as the page shows it. Classes of the page's body,
 * which come from its theme, do not count.
 * @param {any} node
 * @returns {boolean}
 */
const isAd = (node) =>
  /^advert/i.test(node.title) ||
  [...(node.parentNode?.children || [])].some(({ className }) => AD_LAYER.test(className)) ||
  !!outwards(
    node,
    (each) => declared.has(each) || (AD_CLASS.test(each.getAttribute?.("class")) && !each.matches("html,body")),
  );

export default { declareAd, isAd };
