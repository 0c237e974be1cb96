/** Nothing the tracker does may throw into the page. */

/** @typedef {(...what: unknown[]) => void} Log */

/**
 * Wraps functions so that they report what goes wrong in place of throwing it.
 * @param {Log} log
 */
export const guarding =
  (log) =>
  /**
   * @template {unknown[]} A, R
   * @param {(...args: A) => R} work
   * @returns {(...args: A) => R | undefined}
   */
  (work) =>
  (...args) => {
    try {
      return work(...args);
    } catch (fault) {
      log(fault);
    }
  };
