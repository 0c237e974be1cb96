/**
 * The arithmetic of watching: how much was watched at least once, and how often each part.
 * Pure; all times are seconds of the medium.
 */

/** @typedef {[from: number, to: number]} Range */
/** @typedef {[times: number, spans: number][]} Runs times watched, for how many spans on end */

/**
 * How many seconds the ranges cover together; overlaps count once.
 * @param {Range[]} ranges are sorted by this
 */
export const covered = (ranges) => {
  let total = 0;
  let end = 0;
  for (const [from, to] of ranges.sort(([a], [b]) => a - b)) {
    if (to > end) {
      total += to - Math.max(end, from);
      end = to;
    }
  }
  return total;
};

/**
 * The attention map: how often each hundredth of the medium was watched. A stretch counts for a
 * span only if it contains all of it, within a fiftieth (media seldom begin and end exactly where
 * they say), and if one of the ranges does too: the map must never show more than was watched,
 * and the end of a stretch is not always known exactly.
 * @param {Range[]} stretches each played once from its beginning to its end
 * @param {Range[]} ranges what was played at all
 * @param {number} length of a span
 * @returns {Runs}
 */
export const attention = (stretches, ranges, length) => {
  /** @type {Runs} */
  const runs = [];
  /** @type {[number, number] | undefined} */
  let run;
  for (let span = 0; span < 100; span++) {
    const holds = (/** @type {Range} */ [from, to]) =>
      from <= (span + 0.02) * length && to >= (span + 0.98) * length;
    const times = ranges.some(holds) ? stretches.filter(holds).length : 0;
    if (run?.[0] != times) runs.push((run = [times, 0]));
    run[1]++;
  }
  return runs;
};
