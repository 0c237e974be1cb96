/**
 * The browser's own functions, saved before the page can replace them: a replacement of `fetch`,
 * `JSON` or a prototype's method may fail, throw or eavesdrop.
 * On a server, where the module may also be imported, there are none.
 */

import { guard } from "./options.js";

const { parse, stringify: toJSON } = JSON;
const { keys } = Object;
const { isArray } = Array;
export { parse };
export const { fetch, fetchLater } = /** @type {any} */ (globalThis);

/**
 * A copy of plain data without `toJSON`: old libraries (Prototype.js) give arrays a `toJSON`
 * that returns text.
 * @param {any} value
 * @returns {any}
 */
const bare = (value) => {
  if (!value || typeof value != "object") return value;
  /** @type {any} */
  const copy = isArray(value) ? [] : {};
  for (const key of keys(value)) copy[key] = bare(value[key]);
  copy.toJSON = undefined;
  return copy;
};

/** @param {any} value @returns {string} */
export const stringify = (value) => toJSON(bare(value));
const { addEventListener } = EventTarget.prototype;

/**
 * Runs work when the browser is idle, or a second later: a page that draws all the time is never
 * idle. Safari has no `requestIdleCallback`; its `setTimeout` takes the options for 0.
 * @param {() => void} work
 */
export const whenIdle = (work) =>
  (window.requestIdleCallback || setTimeout)(guard(work), /** @type {any} */ ({ timeout: 1e3 }));

/**
 * Listens in the capture phase: media events don't bubble, and a page may stop an event.
 * @param {EventTarget} target
 * @param {string} types separated by spaces
 * @param {(event: any) => void} listener
 */
export const listen = (target, types, listener) => {
  for (const type of types.split(" ")) addEventListener.call(target, type, guard(listener), true);
};
