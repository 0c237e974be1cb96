/** Loads an adapter when something that it is for stands in the page. */

import { PLAYERS, claim } from "./claims.js";
import { use } from "./options.js";
import { whenIdle } from "./natives.js";
import { core, progress, track } from "./tracker.js";

/** Done when the adapters of all frames are there, or can't be had. @type {unknown} */
let settled;

/** @param {Promise<unknown>} loaded when a frame's adapter is there, or can't be had */
const awaitAdapter = (loaded) => {
  settled = Promise.all([settled, loaded]);
};

/** What an adapter is given of the tracker. */
const tools = Object.assign(core, {
  awaitAdapter,
  claim,
  /** Waits for the adapters of frames: a vendor's player is its adapter's, however late that comes. */
  settle: () => (scan(), settled),
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

/** What adapters are for. */
const DOCUMENTS = "[data-media-type=DOCUMENT],[data-media-type=IMAGE]";
const ALL = "iframe," + PLAYERS + "," + DOCUMENTS;

/** Where to look next. @type {Set<any>} */
const roots = new Set();

/** @type {unknown} */
let planned;
const scan = () => {
  for (const root of roots) {
    for (const node of root.querySelectorAll(ALL)) {
      const name = node.matches(DOCUMENTS) ? "document" : "frames";
      awaitAdapter(use(name, (adapter) => adapter(node, tools)));
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
