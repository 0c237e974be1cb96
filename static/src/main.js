/** The script's entry: one global, taken over from the queue stub if the page has it. */

import { ownScript, readOptions } from "./options.js";
import { start } from "./tracker.js";

const page = /** @type {any} */ (window);
const script = ownScript();
const { q: queue = [], ready } = page.playrelay || {};

if (script && !ready) {
  try {
    /** @type {any} */
    const api = start(readOptions(script));
    page.playrelay = { ...api, ready: true };
    for (const [name, args] of queue) api[name](...args);
  } catch {
    // A browser too old for the tracker: the page goes on without it.
  }
}
