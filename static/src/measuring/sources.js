/** What a player plays, one source after the other. */

import { createDuration } from "./duration.js";

/** @typedef {import("../naming/medium.js").Source} Source */

/**
 * A view, the element that stands for its player, the film, and the page's address.
 * @typedef {[import("./view.js").View, WeakRef<any>, string, string]} Shown
 */

/**
 * Whether the page has removed a player: then nothing here may keep it in memory, and a new player
 * for the same film is the same one to the visitor.
 * @param {any} node
 */
export const isGone = (node) => !(node?.isConnected || node?.paused === false);

/** All that have no address of their own, oldest first. @type {Source[]} */
export const nameless = [];

/** @param {string} address @param {number} openedAt @param {number} beginning @param {Source} [previous] */
export const newSource = (address, openedAt, beginning, previous) => {
  const mayGrow = !/^http/.test(address);
  /** @type {Source} */
  const source = {
    address,
    openedAt,
    seenAt: performance.now(),
    duration: createDuration(mayGrow),
    announced: 0,
    beginning,
    previous,
  };
  if (address && mayGrow) nameless.push(source);
  return source;
};
