/** What a player plays, one source after the other. */

import { createDuration } from "./duration.js";

/** @typedef {import("../naming/medium.js").Source} Source */

/** All that have no address of their own, oldest first. @type {Source[]} */
export const nameless = [];

/** @param {string} address @param {number} openedAt @param {Source} [previous] */
export const newSource = (address, openedAt, previous) => {
  const mayGrow = !/^http/.test(address);
  /** @type {Source} */
  const source = {
    address,
    openedAt,
    seenAt: performance.now(),
    duration: createDuration(mayGrow),
    announced: 0,
    beginning: 0,
    previous,
  };
  if (address && mayGrow) nameless.push(source);
  return source;
};
