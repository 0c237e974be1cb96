/**
 * One view: one element playing one source, from the first picture on.
 *
 * `played` is the truth about coverage. The attention map needs to know how often, so it is made of
 * the stretches between two looks at the player, and a look is taken whenever something happens
 * and when the next milestone is due: the tracker sleeps until then.
 */

import { attention, covered, reach } from "./coverage.js";
import { clearTimeout, clock, now, setTimeout, stringify } from "./pristine.js";

/** @typedef {import("./coverage.js").Range} Range */

/**
 * What a view needs to know of a player. An HTMLMediaElement is one; adapters make others.
 * Without `played` coverage is built from consecutive positions.
 * @typedef {object} Player
 * @property {number} currentTime
 * @property {number} duration
 * @property {boolean} paused
 * @property {boolean} [ended]
 * @property {boolean} [seeking]
 * @property {boolean} [muted]
 * @property {number} [readyState]
 * @property {number} [playbackRate]
 * @property {string} [currentSrc]
 * @property {TimeRanges} [played]
 * @property {TimeRanges} [buffered]
 */

/**
 * @typedef {object} State one play, as far as the view can tell, in the relay's words
 * @property {number} occurredTimestamp
 * @property {number} [duration]
 * @property {number} [playedPercent]
 * @property {import("./coverage.js").Runs} [watched]
 * @property {true} [ended]
 */

const MILESTONES = [25, 50, 75, 100];

/** The first word comes after so long at the latest, the next ones that often (milliseconds). */
const HELLO = 2e4;
const HEARTBEAT = 2e5;

/** A duration that may still grow is believed when it has stood still for so long. */
const SETTLED = 1e4;

/** @param {TimeRanges} ranges @returns {Range[]} */
const list = (ranges) => Array.from(ranges, (_, i) => [ranges.start(i), ranges.end(i)]);

/**
 * Begins a view; what it returns is to be called with the type of whatever happens to the player.
 * @param {Player} player
 * @param {boolean} ignored whether what the player has played up to now is not to be counted
 * @param {(state: State, due: boolean) => void} report
 * @param {(milestone: number) => void} reached
 * @param {Set<(type: string) => void>} playing this view, while it is playing
 */
export const begin = (player, ignored, report, reached, playing) => {
  const started = now();
  /** @type {Range[]} */
  const stretches = [];
  /** @type {Range[]} */
  let kept = [];
  /** @type {Range[]} */
  let ranges = stretches;
  let position = player.currentTime;
  let duration = player.duration;
  let at = clock();
  // A MediaSource's duration may be no more than what was appended up to now.
  let since = /^blob:/.test(player.currentSrc || "") ? at : -SETTLED;
  let moving = false;
  let rate = 1;
  let percent = 0;
  let level = 0;
  let told = 0;
  let ended = false;
  let last = "";
  let sent = "";
  let next = at + HELLO;
  /** @type {number | undefined} */
  let timer;

  const truth = () => (ignored || !player.played ? undefined : list(player.played));

  /** Adds what was played since the last look. @param {string} type @param {number} time */
  const look = (type, time) => {
    const left = type == "emptied";
    const played = left ? undefined : truth();
    const to = player.currentTime;
    const ran = ((time - at) / 1e3) * rate;
    const here = played?.find((range) => range[0] <= position + 0.1 && range[1] >= position);
    const jumped =
      left ||
      type == "seeking" ||
      to < position ||
      (played ? !here || to > here[1] + 0.1 : !moving || to > position + ran + 0.5);
    let end = to;
    if (jumped) {
      end = moving ? Math.min(position + ran, here ? here[1] : duration || position) : position;
    }
    if (end > position) {
      const before = stretches[stretches.length - 1];
      if (before && before[1] == position) stretches.pop();
      stretches.push([before && before[1] == position ? before[0] : position, end]);
    }
    if (left && ranges != stretches) ranges = kept = [...ranges, [position, end]];
    if (played) ranges = [...kept, ...played];
    position = to;
  };

  /** @param {string} type */
  const update = (type) => {
    const time = clock();
    look(type, time);
    at = time;
    rate = Math.abs(player.playbackRate || 1);
    moving = !(player.paused || player.seeking || player.ended || (player.readyState ?? 4) < 3);
    if (type != "emptied" && player.duration != duration) {
      duration = player.duration;
      since = time;
    }
    const finished = !ended && (type == "ended" || player.ended);
    if (finished) ended = true;

    const { buffered } = player;
    const known =
      duration > 0 &&
      duration < Infinity &&
      (ended ||
        time - since >= SETTLED ||
        (buffered?.length && buffered.end(buffered.length - 1) < duration - 0.5));
    const seconds = covered(ranges);
    let watched;
    if (known) {
      const share = (seconds / duration) * 100;
      percent = Math.max(percent, share >= (ended ? 90 : 95) ? 100 : Math.floor(share));
      watched = attention(stretches, duration);
    }
    for (const milestone of MILESTONES) {
      if (percent >= milestone && level < milestone) reached((level = milestone));
    }

    const text = stringify([percent, watched, ended]);
    // The last milestone can wait for the end: it is reached a little ahead of it.
    const due =
      finished || (level > told && (level < 100 || !moving)) || (time >= next && text != sent);
    if (due || time >= next) next = time + HEARTBEAT;
    if (due) {
      told = level;
      sent = text;
    }
    if (due || text != last) {
      last = text;
      report(
        {
          occurredTimestamp: level ? now() : started,
          ...(known && { duration, playedPercent: percent, watched }),
          ...(ended && { ended }),
        },
        due,
      );
    }

    clearTimeout(timer);
    playing.delete(update);
    if (moving) {
      playing.add(update);
      let wait = next - time;
      if (known && percent < 100) {
        const need = (Math.min(95, level + 25) / 100) * duration - seconds;
        const due = reach(ranges, position, need);
        if (due <= duration) wait = Math.min(wait, ((due - position) / rate) * 1e3);
      } else if (!known) wait = Math.min(wait, SETTLED);
      timer = setTimeout(update, Math.max(wait, 9) + 9, "");
    }
  };

  const before = truth();
  if (before) stretches.push(...before);
  return update;
};
