/** The page a play happens on, as it is when the play begins. */

import { options } from "./options.js";

const landing = location.pathname;

/** @returns {{ pageUrl: string, pageName: string, pageId?: number, externalPlayContext?: string }} */
export const readPage = () => {
  const { pathname } = location;
  const { hsVars } = /** @type {any} */ (window);
  /** @type {HTMLLinkElement | null} */
  const link = document.querySelector("link[rel=canonical]");
  // Single-page sites often leave the landing page's canonical link in place.
  const own = link && (pathname == landing || pathname == new URL(link.href).pathname) && link;
  return {
    // The token in a mail's link names who was mailed. The relay takes out the rest.
    pageUrl: (own || location).href.replace(/_hs\w+=[^&#]*&?/g, ""),
    pageName: document.title,
    externalPlayContext: options.context,
    pageId: hsVars?.portal_id == options.portal ? hsVars?.page_id : undefined,
  };
};
