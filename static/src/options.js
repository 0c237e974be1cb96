/** What the embed says. One page has one tracker. */

/**
 * The attributes of the script's element, or what the npm entry is given.
 * @typedef {object} Options
 * @property {string} [consent] auto (default), hubspot, manual or none
 * @property {string} src where the script came from; the relay's addresses are relative to it
 * @property {string} [context]
 * @property {string} [portal]
 * @property {string} [dnt] present: Do Not Track is honoured
 * @property {string} [debug] present: the console hears of everything
 */

/** @type {Options} */
export let options;
/** Loads one of adapters/, by its name. @type {(name: string) => Promise<{ default: any }>} */
export let load;

/**
 * @param {Options} given
 * @param {typeof load} loader
 */
export const configure = (given, loader) => {
  options = given;
  load = loader;
};

/** @param {...unknown} what */
export const log = (...what) => {
  if (options.debug != null) console.debug("playrelay", ...what);
};

/**
 * Nothing the tracker does may throw into the page.
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
      log(fault);
    }
  };
