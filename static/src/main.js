/** The script's entry: one global, taken over from the queue stub if the page has it. */

import { start } from "./start.js";

const page = /** @type {any} */ (window);
const { playrelay } = page;
// Tag managers leave no `currentScript`: then the element is found by its name.
const script = /** @type {HTMLScriptElement} */ (
  document.currentScript || document.querySelector("script[src*=playrelay]")
);
try {
  // No queue: the script stands in the page twice.
  if (!playrelay || playrelay.q) {
    page.playrelay = start(
      { src: script.src, ...script.dataset },
      (name) => import(new URL(`adapters/${name}.js`, script.src).href),
    );
    for (const [name, args] of playrelay?.q || []) page.playrelay[name](...args);
  }
} catch {
  // A browser too old for the tracker, or no script to read from: the page goes on without it.
}
