/** The page a play happens on, where it says no more of itself than its address and title. */

/** Whether there is more to read, for which adapters/page.js is loaded. A frame may be its page. */
export const hasMore = () =>
  /** @type {any} */ (window).hsVars ||
  // A single-page site drops the query with which the visitor arrived.
  /^about|utm_/.test(location.href + performance.getEntriesByType("navigation")[0]?.name) ||
  document.querySelector("link[rel=canonical]");

/**
 * @param {import("../options.js").Options} options
 * @returns {Record<string, any>}
 */
export const readPage = ({ context }, { title } = document, address = location.href) => ({
  // The token in an email's link identifies its recipient. The relay removes the rest.
  pageUrl: address.replace(/_hs\w+=[^&#]*&?/g, ""),
  pageName: title,
  externalPlayContext: context,
});
