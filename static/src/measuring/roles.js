/** Whether a player may be there for something else than its film: what knows more is loaded then. */

import { outwards } from "../naming/attributes.js";

/** In each title or class by which an advertisement is known to adapters/roles.js. */
const AD_HINT = /(^|[^a-z])(ad|vast)/i;

/** @param {{ className?: unknown }} element */
const hints = ({ className }) => AD_HINT.test(/** @type {string} */ (className));

/** @param {any} node */
export const mayAdvertise = (node) =>
  AD_HINT.test(node.title) ||
  [...(node.parentNode?.children || [])].some(hints) ||
  outwards(node, hints);

/**
 * Whether a player may be decoration: silent without controls, or one of the page's own sounds.
 * @param {any} node @param {any} player
 */
export const mayDecorate = (node, { controls, muted, volume, currentSrc, srcObject }) =>
  node.localName == "iframe"
    ? muted
    : !controls && (srcObject || muted || volume === 0 || node.localName == "audio" || /^data:/.test(currentSrc));
