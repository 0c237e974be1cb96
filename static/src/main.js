/** The script's entry: one global, taken over from the queue stub if the page has it. */

import { options } from "./options.js";
import { start } from "./start.js";
import { api } from "./tracker.js";

const page = /** @type {any} */ (window);
// An element with the id `playrelay` is found by that name too, but is none of the window's own.
const playrelay = page.hasOwnProperty("playrelay") && page.playrelay;
// Tag managers leave no `currentScript`: then the element is found by its name.
const script = /** @type {HTMLScriptElement} */ (
  document.currentScript || document.querySelector("script[src*=playrelay]")
);
try {
  // No queue: the script stands in the page twice.
  if (!playrelay || playrelay.q) {
    const folder = new URL(".", script.src).href;
    Object.assign(options, script.dataset, {
      // A pinned script has its own adapters beside it; the relay is where it always is.
      relay: folder.replace(/builds\/[\w-]+\/$/, ""),
      load: (/** @type {string} */ name) => import(`${folder}adapters/${name}.js`),
    });
    start();
    page.playrelay = api;
    for (const [name, args] of playrelay.q || []) api[name](...args);
  }
} catch {
  // A browser too old for the tracker, or no script to read from: the page goes on without it.
}
