/** Loads an adapter when something that it is for stands in the page. */

import { PLAYERS, adaptersInside, awaitAdapter, claim } from "./claims.js";
import { use } from "./options.js";
import { whenIdle } from "./natives.js";
import { core, progress, track } from "./tracker.js";

/** What an adapter is given of the tracker. */
const tools = Object.assign(core, {
  awaitAdapter,
  claim,
  /** Waits for the adapters of all that is inside of an element. @param {Node} node */
  inside(node) {
    scan();
    return adaptersInside(node);
  },
  progress,
  track,
  /** Whether the visitor had clicked before the tracker came: in the page, or in one of its frames. */
  late: /** @type {boolean | undefined} */ (globalThis.navigator?.userActivation?.hasBeenActive),
});

/** @typedef {typeof tools} Tools */
/**
 * What an adapter module exports by default. It is called for each matching element, whenever
 * something has changed around it, so more than once. If it loads more before it can decide whether
 * it follows the element, it returns when that is done.
 * @typedef {(node: any, tools: Tools) => unknown} Adapter
 */

/** What each is for. @type {Record<string, string>} */
const ADAPTERS = {
  frames: "iframe," + PLAYERS,
  document: "[data-media-type=DOCUMENT],[data-media-type=IMAGE]",
};

/** Where to look next. @type {Set<any>} */
const roots = new Set();

/** @type {unknown} */
let planned;
const scan = () => {
  for (const name in ADAPTERS) {
    for (const root of roots) {
      for (const node of root.querySelectorAll(ADAPTERS[name])) {
        awaitAdapter(node, use(name, (adapter) => adapter(node, tools)));
      }
    }
  }
  roots.clear();
  planned = 0;
};

/** For custom elements that behave like a media element. @param {any} node has begun to play */
export const followElement = (node) => {
  if (/-/.test(node.localName) && node.currentTime >= 0) {
    use("element", (adapter) => adapter(node, tools));
  }
};

/** Looks there, when there is time. @param {Node} root */
export const plan = (root) => {
  roots.add(root);
  planned ||= whenIdle(scan);
};
/** @param {Event} event */
export const noteInput = (event) => {
  if (!event.isTrusted) return; // a script's
  core.lastInput = event;
  [core.inputTarget] = event.composedPath(); // empty later
};
