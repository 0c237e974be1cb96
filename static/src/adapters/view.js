/**
 * One view: one element playing one source, from the first picture on.
 *
 * `played` is the truth about coverage. The attention map needs to know how often, too: it is made
 * of the stretches that went by without a seek. A look at the position costs next to nothing; all
 * else waits until the position is reached before which the next milestone can't be due.
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

/** A player that tells only positions tells them several times a second: this is a jump (seconds). */
const JUMP = 3;

/**
 * Begins a view; what it returns is to be called with the type of whatever happens to the player.
 * @param {Player} player
 * @param {Record<string, any>} play the view in the relay's words: what is known of it already
 * @param {unknown} ignored whether what the player has played up to now is not to be counted
 * @param {(name: string, detail: object) => void} emit tells the page
 * @param {(due: unknown) => void} report passes the play on, soon if it is due
 * @returns {(type: string) => void}
 */
export default (player, play, ignored, emit, report) => {
  let next = performance.now() + HELLO;
  // A MediaSource's duration may be no more than what was appended up to now.
  /** @type {number | boolean} */
  let settled = /^blob/.test(player.currentSrc) && next;
  /** The one that is being played. @type {Range} */
  let stretch = [player.currentTime, player.currentTime];
  /** Each was played once, from its beginning to its end. */
  let stretches = [stretch];
  /** The next milestone, and the one when the relay was last told. */
  let goal = 25;
  let told = goal;
  let wake = 0;
  let last = "";
  /** When it was last seen playing. */
  let at = 0;

  return (type) => {
    const time = performance.now();
    const { currentTime, ended } = player;
    const sample = type == "timeupdate";
    const left = type == "emptied";
    const played = !(ignored ||= left) && player.played;

    // Its last position is not to be had any more; it was seen a quarter of a second ago.
    if (left && time - at < 400)
      stretch[1] += ((time - at) / 1e3) * /** @type {number} */ (player.playbackRate);
    if (
      left ||
      player.seeking ||
      currentTime < stretch[1] ||
      (!played && currentTime > stretch[1] + JUMP)
    ) {
      stretches.push((stretch = [currentTime, currentTime]));
    }
    stretch[1] = currentTime;
    at = player.paused ? 0 : time;
    if (sample && currentTime < wake && time < next) return;

    if (!left) {
      if (play.duration && play.duration != player.duration) settled = time + SETTLING;
      play.duration = player.duration;
    }
    /** @type {Range[]} */
    const ranges = played
      ? Array.from(/** @type {any} */ (played), (_, i) => [played.start(i), played.end(i)])
      : stretches;
    if (!last && ranges[0]) {
      // It has played before it was found.
      stretches = ranges;
      stretch = /** @type {Range} */ (ranges.at(-1));
    }

    let due = time > next || (ended && !play.ended);
    play.ended ||= ended;
    if (play.duration < Infinity && (ended || time > /** @type {number} */ (settled))) {
      const seconds = covered(ranges);
      const share = (seconds / play.duration) * 100;
      play.playedPercent = share >= (play.ended ? 90 : 95) ? 100 : share | 0;
      play.watched = attention(stretches, play.duration / 100);
      for (; play.playedPercent >= goal; goal += 25) {
        emit("milestone", { ...play, milestone: goal });
        if (goal > 99) emit("complete", play);
      }
      wake = currentTime + ((goal == 100 ? 95 : goal) * play.duration) / 100 - seconds;
    }

    // The last milestone can wait for the end: it is reached a little ahead of it.
    due ||= goal > told && !(sample && goal > 100);
    if (due) {
      next = time + HEARTBEAT;
      told = goal;
    }
    const text = String([play.playedPercent, play.watched]);
    if (due || text != last) {
      // Until the first milestone the play's beginning is all there is to tell.
      if (!last || goal > 25) play.occurredTimestamp = Date.now();
      last = text;
      report(due);
    }
  };
};
