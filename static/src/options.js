/** What the embed says: the attributes of the script's own element. */

/**
 * @typedef {object} Options
 * @property {string} endpoint where pings go
 * @property {"auto" | "hubspot" | "manual" | "none"} consent
 * @property {string} [site]
 * @property {string} [context]
 * @property {string} [portal]
 * @property {boolean} [dnt]
 * @property {boolean} [debug]
 * @property {(name: string) => Promise<{ default: import("./adapters.js").Adapter }>} adapter
 */

/**
 * The script's element. Tag managers and modules leave no `currentScript`: then by its name.
 * @returns {HTMLScriptElement | null}
 */
export const ownScript = () =>
  /** @type {HTMLScriptElement | null} */ (document.currentScript) ||
  document.querySelector('script[src*="playrelay"][src*=".js"]');

/**
 * @param {HTMLScriptElement} script
 * @returns {Options}
 */
export const readOptions = ({ src, dataset }) => {
  const { consent = "auto", site, context, portal } = dataset;
  return {
    endpoint: new URL("v1/progress", src).href,
    consent: /** @type {Options["consent"]} */ (consent),
    site,
    context,
    portal,
    dnt: "dnt" in dataset,
    debug: "debug" in dataset,
    adapter: (name) => import(new URL(`adapters/${name}.js`, src).href),
  };
};
