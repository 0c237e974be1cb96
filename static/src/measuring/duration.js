/** How long a medium lasts, as far as its player can be believed. Pure: times are arguments. */

/** So long may a duration stand still before it is believed of what may still grow (milliseconds). */
const SETTLING_MS = 2e4;

/** Live streams are infinite, or a number that nobody lives to see (seconds: four months). */
const LONGEST_SECONDS = 1e7;

/**
 * Whether two durations are those of different media. Players correct a duration by less than a
 * second, or a hundredth, when the last segment has come.
 * @param {number} a @param {number} b seconds
 */
export const differ = (a, b) => Math.abs(a - b) > Math.max(1, a / 100);

export class Duration {
  /** The last that was finite, in seconds; 0: not known. Infinity: a live stream. */
  known = 0;
  #grows = false;
  #settled = 0;

  /** @param {boolean} mayGrow whether it is of a MediaSource: of what was appended up to now */
  constructor(mayGrow) {
    this.mayGrow = mayGrow;
  }

  /** @param {number} seconds as the player says now @param {number} now milliseconds */
  update(seconds, now) {
    if (!(seconds > 0)) return; // the player has none while it loads
    const first = !this.known;
    const differs = differ(seconds, this.known);
    if (differs && (!first || this.mayGrow)) this.#settled = now + SETTLING_MS;
    if (!first && differs) this.#grows = seconds > this.known && this.mayGrow;
    this.known = seconds < LONGEST_SECONDS ? seconds : Infinity;
  }

  /**
   * When a share of it can be told (milliseconds).
   * @param {boolean} over whether the player has ended, after which nothing grows
   * @param {boolean} leaving whether there may be no later moment
   */
  knownAt(over, leaving) {
    if (!this.known || this.known == Infinity) return Infinity;
    return over || (leaving && !this.#grows) ? 0 : this.#settled;
  }
}
