/** Loads an adapter when the page has a player that needs it. */

import { PLAYERS, claim } from "./claims.js";
import { use } from "./options.js";
import { whenIdle } from "./natives.js";
import { core, progress, track } from "./tracker.js";

/** Resolves when the adapters of all frames have loaded or failed. @type {unknown} */
let settled;

/** @param {Promise<unknown>} loaded resolves when a frame's adapter has loaded or failed */
const awaitAdapter = (loaded) => {
  settled = Promise.all([settled, loaded]);
};

/** The tracker's functions that an adapter receives. */
const tools = Object.assign(core, {
  awaitAdapter,
  claim,
  /** Waits for the adapters of frames: a vendor's player belongs to its adapter, even if that loads late. */
  settle: () => (scan(), settled),
  progress,
  track,
  /** Whether the visitor clicked in the page, or in one of its frames, before the tracker loaded. */
  late: /** @type {boolean | undefined} */ (globalThis.navigator?.userActivation?.hasBeenActive),
});

/** @typedef {typeof tools} Tools */
/**
 * What an adapter module exports by default. It is called for each matching element, whenever
 * something has changed around it, so more than once. If it must load more before it can decide
 * whether it follows the element, it returns a promise for that.
 * @typedef {(node: any, tools: Tools) => unknown} Adapter
 */

/** The elements that adapters exist for. */
const DOCUMENTS = "[data-media-type=DOCUMENT],[data-media-type=IMAGE]";
const ALL = "iframe," + PLAYERS + "," + DOCUMENTS;

/** The roots to search next. @type {Set<any>} */
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

/** Handles custom elements that behave like a media element. @param {any} node has begun to play */
export const followElement = (node) => {
  if (/-/.test(node.localName) && node.currentTime >= 0) {
    use("element", (adapter) => adapter(node, tools));
  }
};

/** Searches there when the browser is idle. @param {Node} root */
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
