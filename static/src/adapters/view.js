/**
 * One view: one element playing one source, from the first picture on.
 *
 * `played` is the truth about coverage. The attention map needs to know how often, too: it is made
 * of the stretches that went by without a seek. Nothing listens while a stretch goes by: where it
 * ended is read from the player, or, if that has jumped already, worked out from the clock. A look at
 * the position costs next to nothing; all else waits until the next milestone can be due.
 */

import { attention, covered } from "../coverage.js";

/** @typedef {import("../coverage.js").Range} Range */

/**
 * What a view needs to know of a player. An HTMLMediaElement is one; adapters make others.
 * @typedef {object} Player
 * @property {number} currentTime
 * @property {number} duration
 * @property {boolean} paused
 * @property {number} [playbackRate]
 * @property {number} [readyState] without it the player tells its positions, several times a second
 * @property {boolean} [ended]
 * @property {boolean} [seeking]
 * @property {string} currentSrc
 * @property {TimeRanges} [played] without it coverage is built from consecutive positions
 */

/** The first word comes after so long at the latest, the next ones that often (milliseconds). */
const HELLO = 2e4;
const HEARTBEAT = 2e5;

/** A duration that may still grow is believed when it has stood still for so long (milliseconds). */
const SETTLING = 2e4;

/** Further than the clock says by this much is a jump, whatever the player says (seconds). */
const JUMP = 3;

/** A milestone is looked for so long after it is due: players begin a little late (milliseconds). */
const DELAY = 250;

/** How fast a player may run that doesn't tell (seconds of the medium in a millisecond). */
const GUESS = 0.002;

/**
 * The words from here on in the alphabet (timeupdate, volumechange, waiting), and none at all, don't
 * change what is due when: of such a look nothing is made before its time.
 */
const SAMPLES = "t";

/**
 * Begins a view; what it returns is to be called with the type of whatever happens to the player.
 * That tells after how many milliseconds to call it without one, should nothing happen before.
 * @param {Player} player
 * @param {Record<string, any>} play the view in the relay's words: what is known of it already
 * @param {unknown} ignored whether what the player has played up to now is not to be counted
 * @param {Node} node stands for the player
 * @param {(node: Node, name: string, detail: object) => void} emit tells the page
 * @param {(play: object, node: Node, due: boolean) => void} report passes the play on, soon if due
 * @returns {(type?: string) => number | false}
 */
export default (player, play, ignored, node, emit, report) => {
  /** The one that is being played. @type {any} */
  let stretch = [];
  /** Each was played once, from its beginning to its end. @type {Range[]} */
  let stretches = [];
  /** When the relay is to hear of it again, the duration is believed, and there may be news. */
  let next = 0;
  let settled = 0;
  let wake = 0;
  /** When it was last looked at, and its speed (seconds of the medium in a millisecond). */
  let at = 0;
  let pace = 0;
  /** The next milestone. */
  let goal = 25;
  let last = "";

  return (type) => {
    const time = performance.now();
    const { currentTime, ended } = player;
    const left = type == "emptied";
    const played = !(ignored ||= left) && player.played;

    // Where it was before a jump is known no more: the clock says how far it had come.
    const to = stretch[1];
    stretch[1] += (time - at) * pace;
    if (left || player.seeking || !(currentTime >= to && currentTime <= stretch[1] + JUMP)) {
      stretches.push((stretch = /** @type {any} */ ([currentTime])));
    }
    stretch[1] = currentTime;
    at = time;
    pace = /** @type {any} */ (
      !player.paused &&
        /** @type {number} */ (player.readyState) > 2 &&
        /** @type {number} */ (player.playbackRate) / 1e3
    );
    if (/** @type {string} */ (type) < SAMPLES || time >= wake) {
      next ||= time + HELLO;
      if (!left) {
        // A MediaSource (no address, or blob:) may last longer than what was appended up to now.
        if ((play.duration || player.currentSrc < "c") && play.duration != player.duration) {
          settled = time + SETTLING;
        }
        play.duration = player.duration;
      }
      /** @type {Range[]} */
      const ranges = played
        ? Array.from(/** @type {any} */ (played), (_, i) => [played.start(i), played.end(i)])
        : stretches;
      if (!last && ranges[0]) {
        // It has played before it was found.
        stretches = ranges;
        stretch = ranges.at(-1);
      }

      // The end is told at once, and nothing grows after it.
      play.ended ||= ended && !(next = 0);
      if (ended) settled = 0;
      wake = play.duration < Infinity ? settled : Infinity;
      if (time >= wake) {
        const span = play.duration / 100;
        const share = covered(ranges) / span;
        play.playedPercent = share >= (play.ended ? 90 : 95) ? 100 : share | 0;
        play.watched = attention(stretches, ranges, span);
        for (; play.playedPercent >= goal; goal += 25) {
          next = 0;
          emit(node, "milestone", { ...play, milestone: goal });
          if (goal > 99) emit(node, "complete", play);
        }
        wake = time + DELAY + ((goal - share) * span) / (pace || GUESS);
      }

      const due = time > next;
      if (due) next = time + HEARTBEAT;
      wake = Math.min(wake, next);
      const text = play.playedPercent + "" + play.watched;
      if (due || text != last) {
        // Until the first milestone the play's beginning is all there is to tell.
        if (!last || goal > 25) play.occurredTimestamp = Date.now();
        last = text;
        report({ ...play }, node, due);
      }
    }
    return pace > 0 && wake - time;
  };
};
