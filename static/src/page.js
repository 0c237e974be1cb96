/** The page a play happens on, as it is when the play begins. */

/**
 * @typedef {object} Page
 * @property {string} pageUrl
 * @property {string} pageName
 * @property {number} [pageId]
 * @property {string} [externalPlayContext]
 */

/**
 * Mail links carry who was mailed. The relay takes out the rest of what follows visitors around.
 */
const MAIL_IDS = /([?&])(?:_hs|__hs|hsCta)[^=&]*=[^&]*&?/g;

const landing = location.pathname;

/**
 * @param {{ portal?: string, context?: string }} options
 * @returns {Page}
 */
export const readPage = ({ portal, context }) => {
  const { href, pathname } = location;
  /** @type {HTMLLinkElement | null} */
  const canonical = document.querySelector('link[rel="canonical"][href]');
  const told = canonical && canonical.href;
  // Single-page sites often leave the landing page's canonical link in place.
  const own = told && (pathname == landing || new URL(told).pathname == pathname);
  const vars = /** @type {any} */ (window).hsVars;
  return {
    pageUrl: (own ? told : href).split("#")[0].replace(MAIL_IDS, "$1").replace(/[?&]$/, ""),
    pageName: document.title,
    ...(portal && vars && vars.portal_id == portal && { pageId: +vars.page_id }),
    ...(context && { externalPlayContext: context }),
  };
};
