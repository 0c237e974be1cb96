/** The page a play happens on, as it is when the play begins. */

/** A frame that is written into its page (`srcdoc`) is that page. @returns {any} */
const ownWindow = () => {
  /** @type {any} */
  let page = window;
  while (/^about:/.test(page.location.href) && page != page.parent) page = page.parent;
  return page;
};

/** Single-page sites address a view by path, query or hash. @param {Location | URL} address */
const viewOf = ({ pathname, search, hash }) =>
  pathname + search.replace(/[?&](utm_\w+|_?hs\w+|\w*clid|mc_\w+)=[^&]*/g, "") + (hash.match(/^#!?\/.*/) || "");

/** @param {Location | URL} address */
const campaignIn = ({ search }) => search.match(/utm_(source|medium|campaign)=[^&]*/g);

/** The canonical address that came with the view that was loaded. @type {string | undefined} */
let landingCanonical;

/** @param {import("../options.js").Options} options @returns {{ pageUrl: string, pageName: string, pageId?: number, externalPlayContext?: string, campaign?: string }} */
const readPage = ({ context, portal }) => {
  const page = ownWindow();
  const { location, document, hsVars } = page;
  const link = document.querySelector("link[rel=canonical]");
  const view = viewOf(location);
  // Not every page lets it be known.
  const [navigation] = page.performance.getEntriesByType("navigation");
  const arrival = navigation ? new URL(navigation.name) : location;
  const landing = viewOf(arrival);
  landingCanonical ??= link?.href;
  // Single-page sites often leave the canonical link of the first view, or of the template, in place.
  const canonical = link && new URL(link.href);
  const own =
    canonical &&
    !/#/.test(view) &&
    (canonical.pathname == location.pathname
      ? viewOf(canonical) == view
      : view == landing || link.href != landingCanonical);
  return {
    // The token in a mail's link names who was mailed. The relay takes out the rest.
    pageUrl: (own ? link : location).href.replace(/_hs\w+=[^&#]*&?/g, ""),
    pageName: document.title,
    externalPlayContext: context,
    // The canonical address has none, and a single-page site drops it with the first view.
    campaign: (campaignIn(arrival) ?? campaignIn(location))?.join("&"),
    pageId: hsVars?.portal_id == portal ? hsVars?.page_id : undefined,
  };
};

/**
 * @param {Record<string, any>} play is given a session and the page, unless it has them
 * @param {import("../options.js").Options} options
 */
export const completePlay = (play, options) =>
  Object.assign(play, {
    sessionId: "" + Date.now() + Math.random(),
    ...readPage(options),
    ...play,
  });
