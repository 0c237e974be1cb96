/**
 * The browser's own functions, taken while they are still the browser's own: a page may replace
 * `fetch`, `JSON` or a prototype's method later, and its replacement may fail, throw or listen in.
 */

export const { parse, stringify } = JSON;
export const { now } = Date;
export const { random } = Math;
export const { fetch, setTimeout, clearTimeout } = window;
export const { addEventListener, dispatchEvent } = EventTarget.prototype;

/** Milliseconds of a clock that nobody sets. */
export const clock = performance.now.bind(performance);

/**
 * Runs `work` when the page has nothing better to do, within a second.
 * Safari has no `requestIdleCallback`.
 * @type {(work: () => void) => void}
 */
export const whenIdle = window.requestIdleCallback
  ? (work) => requestIdle(work, { timeout: 999 })
  : (work) => setTimeout(work, 99);
const requestIdle = window.requestIdleCallback;

/**
 * Listens to several events of a target. They are seen on their way down, because media events
 * don't bubble, and ahead of a page that stops them.
 * @param {EventTarget} target
 * @param {string} types separated by spaces
 * @param {(event: Event) => void} listener
 */
export const listen = (target, types, listener) => {
  for (const type of types.split(" ")) addEventListener.call(target, type, listener, true);
};
