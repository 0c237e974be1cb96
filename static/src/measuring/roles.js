/** What a player is there for: an advertisement and decoration are no films that somebody watched. */

import { outwards } from "../naming/attributes.js";

/** Where the page has said that an advertisement runs. @type {WeakSet<object>} */
const declared = new WeakSet();

/**
 * @param {object} element a player, or what it is inside of
 * @param {boolean} runs whether an advertisement runs there
 */
export const declareAd = (element, runs) => {
  if (runs) declared.add(element);
  else declared.delete(element);
};

/**
 * The classes by which players say that an advertisement runs (vjs-ad-playing, jw-flag-ads), and by
 * which they mark the place for one (ima-ad-container, plyr__ads).
 */
const AD_CLASS =
  /(^|[\s_-])(ads?|advert\w*)[_-]+(active|break|container|mode|playing|showing|slot|started|unit)\b|(flag-|__)ads\b/i;

/**
 * Whether what a node plays is an advertisement, as far as the page shows it. What the page as a whole
 * is called by its theme says nothing of its films.
 * @param {any} node
 * @returns {boolean}
 */
export const isAd = (node) =>
  /^advert/i.test(node.title) ||
  !!outwards(
    node,
    (each) => declared.has(each) || (AD_CLASS.test(each.getAttribute?.("class")) && !each.matches("html,body")),
  );

/** What the visitor did last, at a keyboard or with a pointer. */
let inputAt = -Infinity;
/** @type {any} */
let inputTarget;
let pointer = { x: 0, y: 0 };

/** @param {typeof import("../natives.js").listen} listen */
export const watchInput = (listen) =>
  listen(window, "click keydown", (event) => {
    if (!event.isTrusted) return;
    inputAt = event.timeStamp;
    [inputTarget] = event.composedPath(); // empty later
    pointer = { x: event.clientX, y: event.clientY };
  });

/** An event of a player this soon after a visitor's is caused by it (milliseconds). */
const CAUSED_MS = 1e3;

/** Controls may stand so far beside the picture (CSS pixels). */
const BESIDE = 80;

/**
 * Whether the visitor has just done something on a player or beside it.
 * @param {Element} node
 */
export const isSteered = (node) => {
  if (performance.now() - inputAt > CAUSED_MS) return false;
  const { top, bottom, left, right } = node.getBoundingClientRect();
  let { x, y } = pointer;
  if (!x && inputTarget.getBoundingClientRect) {
    // At the keyboard: where the control is.
    const control = inputTarget.getBoundingClientRect();
    x = (control.left + control.right) / 2;
    y = (control.top + control.bottom) / 2;
  }
  return x > left - BESIDE && x < right + BESIDE && y > top - BESIDE && y < bottom + BESIDE;
};

/** A file that sounds for less is a click or a chime of the page's (seconds). */
const SHORTEST_SOUND = 4;

/**
 * Whether a player looks like decoration: a silent film without controls that plays over and over,
 * or by itself, or the picture of a camera; a sound of the page's own; or what scripts play from their
 * own text, to keep a phone awake or its sound on.
 * @param {any} player
 */
export const isDecoration = ({ controls, loop, muted, volume, srcObject, currentSrc, duration, localName }) =>
  !controls &&
  (((muted || volume === 0) && (loop || srcObject)) ||
    /^data:/.test(currentSrc) ||
    (localName == "audio" && duration < SHORTEST_SOUND && /^http/.test(currentSrc)));
