/**
 * What was watched, as arithmetic: how much at least once, how often each part, and how much
 * further until the next milestone. Pure; all times are seconds of the medium.
 */

/** @typedef {readonly [from: number, to: number]} Range */
/** @typedef {[times: number, spans: number][]} Runs times watched, for how many spans on end */

const SPANS = 100;

/**
 * A stretch counts for a span only if it holds the whole of it, give or take this share: the map
 * must never tell of more than was watched. Media seldom begin and end exactly where they say.
 */
const SLACK = 0.02;

/** @param {readonly Range[]} ranges */
const sorted = (ranges) => [...ranges].sort((a, b) => a[0] - b[0]);

/**
 * How many seconds the ranges cover together; overlaps count once.
 * @param {readonly Range[]} ranges
 */
export const covered = (ranges) => {
  let total = 0;
  let end = 0;
  for (const [from, to] of sorted(ranges)) {
    if (to > end) {
      total += to - Math.max(from, end);
      end = to;
    }
  }
  return total;
};

/**
 * The position at which `need` more seconds will be covered, when playing on from `position`.
 * It may lie behind the end of the medium: then playing on is not enough.
 * @param {readonly Range[]} ranges
 * @param {number} position
 * @param {number} need
 */
export const reach = (ranges, position, need) => {
  for (const [from, to] of sorted(ranges)) {
    if (to > position) {
      if (from > position) {
        if (from - position >= need) break;
        need -= from - position;
      }
      position = to;
    }
  }
  return position + need;
};

/**
 * The attention map: how often each hundredth of the medium was watched.
 * @param {readonly Range[]} stretches each played once from its beginning to its end
 * @param {number} duration
 * @returns {Runs}
 */
export const attention = (stretches, duration) => {
  const steps = new Int32Array(SPANS + 1);
  for (const [from, to] of stretches) {
    const first = Math.ceil((from / duration) * SPANS - SLACK);
    const past = Math.min(SPANS, Math.floor((to / duration) * SPANS + SLACK));
    if (first < past) {
      steps[first]++;
      steps[past]--;
    }
  }
  /** @type {Runs} */
  const runs = [];
  let times = 0;
  for (let span = 0; span < SPANS; span++) {
    times += steps[span];
    const last = runs[runs.length - 1];
    if (last && last[0] == times) last[1]++;
    else runs.push([times, 1]);
  }
  return runs;
};
