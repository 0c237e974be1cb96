/**
 * One view: one film on one player, from the first picture on.
 *
 * `played` decides the coverage. The attention map also needs to know how often: it is built from
 * the stretches that played without a seek. Nothing listens during a stretch: its end is read from
 * the player, or, if the player has already jumped, calculated from the clock. Reading the position
 * costs next to nothing; everything else waits until the next milestone can be due.
 */

import { attention, covered } from "./coverage.js";

/** @typedef {import("./coverage.js").Range} Range */
/** @typedef {import("./duration.js").Duration} Duration */
/** @typedef {ReturnType<typeof createView>} View */

/**
 * The properties of a player that a view reads. An HTMLMediaElement is one; adapters make others.
 * @typedef {object} Player
 * @property {number} currentTime
 * @property {number} duration
 * @property {boolean} paused
 * @property {number} [playbackRate]
 * @property {boolean} [muted]
 * @property {number} [readyState] without it the player tells its positions, several times a second
 * @property {boolean} [ended]
 * @property {boolean} [seeking]
 * @property {string} currentSrc
 * @property {string} [title] of what it plays
 * @property {TimeRanges} [played] without it coverage is built from consecutive positions
 */

/** The first report comes after so long at the latest, the next ones that often (milliseconds). */
const FIRST_REPORT_MS = 2e4;
const HEARTBEAT_MS = 2e5;
/** Milestones are reported at once, but for those that follow a report within this time. */
const MILESTONE_GAP_MS = 1e5;

/** Further than the clock says by this much is a jump, whatever the player says (seconds). */
const JUMP_SECONDS = 3;

/** A milestone is looked for so long after it is due: players begin a little late (milliseconds). */
const DELAY_MS = 250;

/** What has not run for so long on end was watched by nobody: scripts show pictures like that (seconds). */
const SHORTEST_SECONDS = 0.5;

/** The end is where a film was played to, give or take so much (seconds). */
const END_SECONDS = 0.1;

/** Until it is clear whether a player runs, its position is read that often (milliseconds). */
const CHECK_MS = 1e3;

/** How fast a player may run that doesn't tell (seconds of the medium in a millisecond). */
const GUESSED_SPEED = 0.002;

/** These don't change what is due when. */
const MINOR = /^(time|vol|wait|play$)/;

/** After these there may be no later moment. */
const LEAVING = /emptied|hide|pause/;

/** Old libraries have an `Array.from` of their own. @param {TimeRanges} played */
const rangesOf = (played) => {
  /** @type {Range[]} */
  const ranges = [];
  for (let i = 0; i < played.length; i++) ranges.push([played.start(i), played.end(i)]);
  return ranges;
};

/**
 * @param {Record<string, any>} play the view in the relay's words: what is known of it already
 * @param {unknown} unreliable whether coverage is made of stretches, because `played` tells of more,
 *   or of less
 * @param {import("../tracker.js").Core} core tells the page, and passes the play on
 */
export const createView = (play, unreliable, { emit, report }) => {
  /** What is being played. @type {any} */
  let stretch = [];
  /** Each was played once, from its beginning to its end. @type {Range[]} */
  let stretches = [];
  /** When the position was last read, and the speed since then (seconds of the medium in a ms). */
  let readAt = 0;
  let speed = 0;
  /** When there may be something to report, when it is to be sent, and not before when. */
  let wakeAt = 0;
  let sendAt = 0;
  let gapUntil = 0;
  let milestone = 25;
  let reported = "";
  let advertised = false;

  /** @param {Player} player @param {number} now @param {string} type @param {boolean} runsAd */
  const read = ({ currentTime, paused, readyState, seeking, playbackRate }, now, type, runsAd) => {
    const gone = type == "emptied" || readyState === 0;
    const since = now - readAt;
    const last = view.reached;
    // The position before a jump can't be read any more: calculate it from the clock.
    const expected = last + since * speed;
    const jumped =
      gone || seeking || !(currentTime >= last && currentTime <= expected + JUMP_SECONDS);
    if (!advertised) stretch[1] = jumped ? expected : currentTime;
    if (!gone && (jumped || runsAd || advertised)) {
      stretch = [currentTime, currentTime];
      stretches.push(stretch);
    }
    advertised = runsAd;
    unreliable ||= gone || runsAd;
    readAt = now;
    // WebKit fires no event when it continues after a seek, or when it freezes a silent video that
    // is out of sight. Only the position shows whether a player runs.
    const runs =
      (!jumped && currentTime > last) ||
      (/** @type {number} */ (readyState) > 2 && (jumped || since < CHECK_MS / 2));
    speed = runs && !paused && !gone && !runsAd && type != "pagehide"
      ? /** @type {number} */ (playbackRate) / 1e3 || 0
      : 0;
  };

  /** @param {any} node @param {Player} player @param {Duration} duration @param {number} now @param {boolean} leaving */
  const assess = (node, player, duration, now, leaving) => {
    const ranges = !unreliable && player.played ? rangesOf(player.played) : stretches;
    sendAt ||= now + FIRST_REPORT_MS;
    if (player.ended && !play.ended) sendAt = now; // the end is reported at once
    play.ended ||= player.ended;
    if (duration.known) play.duration = duration.known;
    wakeAt = duration.knownAt(play.ended, leaving);
    if (now >= wakeAt) {
      const span = duration.known / 100;
      const share = covered(ranges) / span;
      play.playedPercent = share >= (play.ended ? 90 : 95) ? 100 : share | 0;
      play.watched = attention(stretches, ranges, span);
      for (; play.playedPercent >= milestone; milestone += 25) {
        emit(node, "milestone", { ...play, milestone });
        if (milestone == 100) {
          emit(node, "complete", play);
          gapUntil = 0;
        }
        sendAt = Math.min(sendAt, Math.max(now, gapUntil));
      }
      wakeAt = now + DELAY_MS + ((milestone - share) * span) / (speed || GUESSED_SPEED);
    }

    const due = now >= sendAt;
    const state = play.playedPercent + "" + play.watched;
    if (due || state != reported) {
      // Before the first milestone there is only the play's beginning to report.
      if (!reported || milestone > 25) play.occurredTimestamp = Date.now();
      reported = state;
      report({ ...play }, node, due);
    }
    if (due) {
      sendAt = now + HEARTBEAT_MS;
      gapUntil = now + MILESTONE_GAP_MS;
    }
    wakeAt = Math.min(wakeAt, sendAt);
  };

  const view = {
    /** Whether it is a view at all. */
    started: false,
    /** Where it is, or stopped (seconds). @returns {number} */
    get reached() {
      return stretch[1];
    },

    /**
    * Handles anything that happened to the player. Returns after how many milliseconds to call
     * it again if nothing happens before; 0: never.
     * @param {any} node the element that stands for the player
     * @param {Player} player
     * @param {Duration} duration
     * @param {string} type of the event
     * @param {boolean} runsAd whether an advertisement runs on the player
     * @param {boolean} unclear whether it may yet turn out to be no view
     */
    update(node, player, duration, type, runsAd, unclear) {
      const now = performance.now();
      const first = !readAt;
      read(player, now, type, runsAd);
      if (first && !unreliable && player.played?.length) {
        // It had already played when it was found.
        stretches = rangesOf(player.played);
        stretch = stretches.at(-1);
      }
      if (!view.started) {
        const shortest = Math.min(SHORTEST_SECONDS, duration.known / 2);
        const ran =
          !player.played ||
          (player.ended && stretch[1] > stretch[0] && player.currentTime < stretch[1] + END_SECONDS) ||
          stretches.some(([from, to]) => to - from > shortest);
        if (unclear || !ran) return !player.paused && CHECK_MS / 2;
        view.started = true;
        emit(node, "start", play);
      }
      if (!MINOR.test(type) || now >= wakeAt) assess(node, player, duration, now, LEAVING.test(type));
      return (
        !player.paused && player.readyState && Math.min(wakeAt - now, speed && !player.muted ? Infinity : CHECK_MS)
      );
    },
  };
  return view;
};
