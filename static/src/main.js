/** The script's entry: one global, which replaces the queue stub if the page has one. */

import { options } from "./options.js";
import { start } from "./start.js";
import { api } from "./tracker.js";

const page = /** @type {any} */ (window);
// An element with the id `playrelay` also appears under that name, but is not the window's own property.
const playrelay = page.hasOwnProperty("playrelay") && page.playrelay;
// With tag managers `currentScript` is empty: then the element is found by its file name.
const script = /** @type {HTMLScriptElement} */ (
  document.currentScript || document.querySelector("script[src*=playrelay]")
);
try {
  // Not a queue: the script is in the page twice.
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
