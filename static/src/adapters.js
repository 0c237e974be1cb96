/** Loads an adapter when something that it is for stands in the page. */

import { whenIdle } from "./pristine.js";

/**
 * @typedef {object} Core what an adapter is given
 * @property {(node: Element, player: AdapterPlayer, type: string) => void} update
 * @property {(play: Record<string, any>, node: Element) => void} progress
 */
/** @typedef {import("./view.js").Player & { medium: import("./media.js").Medium }} AdapterPlayer */
/** @typedef {(node: any, core: Core) => void} Adapter called once for each matching element */

/** @type {Record<string, string>} */
const SELECTORS = {
  youtube: 'iframe[src*="youtube"]',
  vimeo: 'iframe[src*="player.vimeo"]',
  wistia: 'wistia-player,.wistia_embed,iframe[src*="wistia"]',
  hubspot: ".hs-video-widget,.hs-video-container",
  document:
    '[src*=".pdf"],[data*=".pdf"],[data-media-type="DOCUMENT"],[data-media-type="IMAGE"]',
};

/**
 * @param {import("./options.js").Options["adapter"]} load
 * @param {Core} core
 * @param {<A extends unknown[]>(work: (...args: A) => void) => (...args: A) => void} guard
 */
export const adapting = (load, core, guard) => {
  /** @type {WeakMap<Element, string | null>} */
  const seen = new WeakMap();
  /** @param {Document | ShadowRoot} root */
  const scan = (root) => {
    for (const name in SELECTORS) {
      for (const node of root.querySelectorAll(SELECTORS[name])) {
        if (!seen.has(node)) {
          seen.set(node, name);
          load(name).then(guard((adapter) => adapter.default(node, core)), () => {});
        }
      }
    }
  };
  let planned = false;
  /** @type {Set<Document | ShadowRoot>} */
  const roots = new Set();
  const plan = () => {
    if (!planned) {
      planned = true;
      whenIdle(
        guard(() => {
          planned = false;
          roots.forEach(scan);
        }),
      );
    }
  };
  const observer = new MutationObserver(plan);
  /** @param {Document | ShadowRoot} root */
  return (root) => {
    roots.add(root);
    observer.observe(root, {
      childList: true,
      subtree: true,
      attributes: true,
      attributeFilter: ["src"],
    });
    plan();
  };
};
