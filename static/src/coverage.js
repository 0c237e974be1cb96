/**
 * What was watched, as arithmetic: how much at least once, and how often each part.
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
      total += to - Math.max(from, end);
      end = to;
    }
  }
  return total;
};

/**
 * The attention map: how often each hundredth of the medium was watched. A stretch counts for a
 * span only if it holds the whole of it, give or take a fiftieth (media seldom begin and end
 * exactly where they say): the map must never tell of more than was watched.
 * @param {Range[]} stretches each played once from its beginning to its end
 * @param {number} length of a span
 * @returns {Runs}
 */
export const attention = (stretches, length) => {
  /** @type {Runs} */
  const runs = [];
  /** @type {[number, number] | undefined} */
  let run;
  for (let span = 0; span < 100; span++) {
    const times = stretches.filter(
      ([from, to]) => from / length <= span + 0.02 && to / length >= span + 0.98,
    ).length;
    if (run?.[0] != times) runs.push((run = [times, 0]));
    run[1]++;
  }
  return runs;
};
