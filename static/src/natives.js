/**
 * The browser's own functions, taken while they are still the browser's own: a page may replace
 * `fetch`, `JSON` or a prototype's method later, and its replacement may fail, throw or listen in.
 */

import { guard } from "./options.js";

export const { parse, stringify } = JSON;
export const { fetch, fetchLater } = /** @type {any} */ (window);
const { addEventListener } = EventTarget.prototype;

/**
 * Runs work when the page has nothing better to do. Safari has no `requestIdleCallback`.
 * @param {() => void} work
 */
export const whenIdle = (work) => (window.requestIdleCallback || setTimeout)(guard(work));

/**
 * Listens on the way down: media events don't bubble, and a page may stop an event.
 * @param {EventTarget} target
 * @param {string} types separated by spaces
 * @param {(event: any) => void} listener
 */
export const listen = (target, types, listener) => {
  for (const type of types.split(" ")) addEventListener.call(target, type, guard(listener), true);
};
