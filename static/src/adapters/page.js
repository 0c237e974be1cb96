/**
 * The page a play happens on, as it is when the play begins, by its canonical address, and the
 * campaign of the address that the visitor arrived on: loaded where there is either, where a frame is
 * written into its page, and on pages of HubSpot's.
 */

import { readPage } from "../naming/place.js";

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

/** @param {import("../options.js").Options} options */
export default (options) => {
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
    ...readPage(options, document, (own ? link : location).href),
    // The canonical address has none, and a single-page site drops it with the first view.
    campaign: (campaignIn(arrival) ?? campaignIn(location))?.join("&"),
    pageId: hsVars?.portal_id == options.portal ? hsVars?.page_id : undefined,
  };
};
