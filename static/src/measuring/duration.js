/** How long a medium lasts, as far as its player can be believed. Pure: times are arguments. */

/** So long may a duration stand still before it is believed of what may still grow (milliseconds). */
const SETTLING_MS = 2e4;

/** Live streams are infinite, or a number that nobody lives to see (seconds: four months). */
const LONGEST_SECONDS = 1e7;

/**
 * Whether two durations belong to different media. Players correct a duration by less than a
 * second, or a hundredth, when the last segment has come.
 * @param {number} a @param {number} b seconds
 */
export const differ = (a, b) => Math.abs(a - b) > Math.max(1, a / 100);

/** @typedef {ReturnType<typeof createDuration>} Duration */

/** @param {boolean} mayGrow whether it is of a MediaSource: of what was appended up to now */
export const createDuration = (mayGrow) => {
  let grows = false;
  let settledAt = 0;
  const duration = {
    mayGrow,

    /** The last that was finite, in seconds; 0: not known. Infinity: a live stream. */
    known: 0,

    /** @param {number} seconds as the player says now @param {number} now milliseconds */
    update(seconds, now) {
      const { known } = duration;
      if (!(seconds > 0)) return; // the player has none while it loads
      const differs = differ(seconds, known);
      if (differs && (known || mayGrow)) settledAt = now + SETTLING_MS;
      if (known && differs) grows = seconds > known && mayGrow;
      duration.known = seconds < LONGEST_SECONDS ? seconds : Infinity;
    },

    /**
     * From when on percentages can be reported (milliseconds).
     * @param {boolean} over whether the player has ended, after which nothing grows
     * @param {boolean} leaving whether there may be no later moment
     */
    knownAt: (over, leaving) =>
      duration.known && duration.known < LONGEST_SECONDS
        ? over || (leaving && !grows)
          ? 0
          : settledAt
        : Infinity,
  };
  return duration;
};
