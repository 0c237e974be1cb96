/** The options of the embed. One page has one tracker. */

/**
 * The attributes of the script's element, or the argument of the npm entry.
 * @typedef {object} Options
 * @property {string | false} [consent] auto (default), hubspot, manual or none; the last word on it
 *   settles it: none or false
 * @property {string} relay the relay's address, with a slash at its end
 * @property {(name: string) => Promise<{ default: any }>} load imports one of adapters/
 * @property {string} [context]
 * @property {string} [portal]
 * @property {string} [site] tells the relay which of its sites this is
 * @property {string} [dnt] present: Do Not Track is respected
 * @property {string} [debug] present: logs to the console what happens, and why something does not
 */

/** `start` fills it in. @type {Options} */
export const options = /** @type {any} */ ({ consent: "auto" });

/**
 * Logs to the console if `debug` is set.
 * @param {string} what a word that the adapter knows
 * @param {unknown} [detail]
 */
export const log = (what, detail) => {
  if (options.debug != null) use("debug", (say) => say(options, what, detail));
};

/**
 * Loads one of adapters/ and passes its export to `work`. Resolves when that is done or has
 * failed.
 * @param {string} name
 * @param {(exported: any) => unknown} work
 * @returns {Promise<unknown>}
 */
export const use = (name, work) =>
  options
    .load(name)
    .then((adapter) => work(adapter.default))
    .catch((fault) => name != "debug" && log("fault", fault));

/**
 * Wraps a function so that it never throws into the page.
 * @template {unknown[]} A
 * @param {(...args: A) => void} work
 * @returns {(...args: A) => void}
 */
export const guard =
  (work) =>
  (...args) => {
    try {
      work(...args);
    } catch (fault) {
      log("fault", fault);
    }
  };
