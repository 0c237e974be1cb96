/** Loads an adapter when something that it is for stands in the page. */

import { use } from "./options.js";
import { whenIdle } from "./pristine.js";
import { describe } from "./media.js";
import { isNew, progress, track } from "./tracker.js";

/**
 * What an adapter module exports by default: it is called once for each matching element.
 * @typedef {(node: any, track: typeof import("./tracker.js").track, progress: typeof import("./tracker.js").progress, describe: typeof import("./media.js").describe) => void} Adapter
 */

/** What each is for. @type {Record<string, string>} */
const ADAPTERS = {
  frames: "iframe[src*=youtube],iframe[src*=vimeo],iframe[src*=hubspotvideo],[class*=wistia],wistia-player",
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
        if (isNew(node)) {
          use(name, (adapter) => adapter(node, track, progress, describe));
        }
      }
    }
  }
  roots.clear();
  planned = 0;
};

/** Looks there, when there is time. @param {Node} root */
export const plan = (root) => {
  roots.add(root);
  planned ||= whenIdle(scan);
};
/** To be told of every root. */
export const observer = new MutationObserver((changes) => {
  for (const { target } of changes) plan(target.getRootNode());
});
