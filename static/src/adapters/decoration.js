/**
 * Recognises decoration; loaded with the first player that may be some. It is: silent films without
 * controls that play over and over, in a frame's background, or until a script stops them half way;
 * a camera's picture and calls; the page's own sounds; and what scripts play from `data:` addresses,
 * to keep a phone awake or its sound on. If a visitor starts one, or seeks in it, it becomes a film.
 */

import { wish } from "../naming/attributes.js";

/** An event of a player this soon after a visitor's is caused by it (milliseconds). */
const CAUSED_MS = 1e3;

/** Controls may stand so far beside the picture (CSS pixels). */
const BESIDE = 80;

/** A file that sounds for less is a click or a chime of the page's (seconds). */
const SHORTEST_SOUND = 4;

/** A film that has not begun anew by itself within so long is no loop (milliseconds). */
const LONGEST_LOOP_MS = 6e4;

/** Players whose films a script plays over and over, or one after the other. @type {WeakSet<Node>} */
const loops = new WeakSet();

/** What has just ended, and may yet turn out to be a loop. @type {any} */
let last;

/**
 * Whether the player is silent and has no controls of its own.
 * @param {any} node stands for the player
 * @param {any} player
 */
const isBackground = (node, { controls, muted, volume }) =>
  (muted || volume === 0) &&
  (!controls || (node.matches("iframe") && getComputedStyle(node).pointerEvents == "none"));

/** @param {any} node @param {any} player */
const isDecoration = (node, player) => {
  const { controls, loop, currentSrc, duration } = player;
  return (
    wish(node) != "on" &&
    ((!controls &&
      // What is broadcast like that has controls.
      (node.srcObject?.getTracks ||
        /^data/.test(currentSrc) ||
        (node.matches("audio") && duration < SHORTEST_SOUND && /^http/.test(currentSrc)))) ||
      (isBackground(node, player) &&
        (loop ||
          loops.has(node) ||
          node.matches("iframe") ||
          // Silent films that a script plays one after the other on several players, as a slider does.
          (last?.ended && !node.paused && loops.add(last).add(node)))))
  );
};

/** @typedef {{ timeStamp: number, x?: number, y?: number, width?: number, height?: number }} Input of the visitor's */
/** @typedef {{ lastInput: Input, inputTarget: any }} Core what the script has seen of it */

/** @param {Pick<Core, "lastInput">} core */
const isRecent = ({ lastInput }) => performance.now() - lastInput.timeStamp < CAUSED_MS;

/**
 * Whether the middle of something is on a player or beside it.
 * @param {any} box a click has none
 * @param {DOMRect} player
 */
const isBeside = ({ x, y, width = 0, height = 0 }, { left, right, top, bottom }) =>
  (x += width / 2) > left - BESIDE &&
  x < right + BESIDE &&
  (y += height / 2) > top - BESIDE &&
  y < bottom + BESIDE;

/**
 * Whether the visitor has just started or stopped it, or sought: on the player, beside it, or in its
 * frame.
 * @param {any} node
 * @param {string} type of the player's event
 * @param {Core} core
 */
const isSteered = (node, type, { lastInput, inputTarget }) =>
  (node.matches("iframe") && node.getRootNode().activeElement == node) ||
  (isRecent({ lastInput }) &&
    /play|pause|ing$|^$/.test(type) &&
    !node.srcObject?.getTracks &&
    // A loop seeks back by itself, and who stops one does not want to see it.
    !(node.loop && (type == "pause" || (/ing/.test(type) && node.currentTime < 1))) &&
    // At the keyboard: where the control is. A key that is on no control is the page's: it scrolls.
    // A click that leads elsewhere ends a preview: what it was on is no longer under the pointer.
    (lastInput.x ? type != "pause" || inputTarget.matches(":hover") : inputTarget.tabIndex >= 0) &&
    isBeside(lastInput.x ? lastInput : inputTarget.getBoundingClientRect(), node.getBoundingClientRect()));

/**
 * Whether a film that no visitor started may still turn out to be a script's loop: until the page
 * is left, or it has ended and nothing follows. One that a script stops half way was a preview under
 * the pointer, or out of sight.
 * @param {any} node
 * @param {any} player
 * @param {string} type of the event
 * @param {number} since when it plays
 */
const isSuspect = (node, player, type, since) => {
  const suspect =
    wish(node) != "on" &&
    isBackground(node, player) &&
    (loops.has(node) ||
      (!/hide$/.test(type) &&
        (type != "time" || !player.ended || last != node) &&
        performance.now() - since < LONGEST_LOOP_MS));
  if (player.ended) last = suspect && node;
  else if (suspect && type == "pause") loops.add(node);
  return suspect;
};

export default { isDecoration, isRecent, isSteered, isSuspect, loops };
