/** Whether anything may be stored or sent. */

import { cookie, usertoken } from "./visitor.js";

/** @typedef {{ allowed?: boolean, categories?: { analytics?: boolean } }} BannerAnswer */

/**
 * @param {import("./options.js").Options} options
 * @param {(granted: boolean) => void} changed
 */
export const askConsent = ({ consent: mode, dnt }, changed) => {
  /** @type {boolean | undefined} the last word of the banner or the site */
  let word;
  /** Only one of HubSpot's two listeners tells of categories: that one wins. */
  let detailed = false;

  /** @param {boolean} value */
  const say = (value) => {
    if (value !== word) changed((word = value));
  };
  /** @param {BannerAnswer} answer */
  const banner = ({ allowed, categories }) => {
    if (categories) detailed = true;
    if (categories || !detailed) say(!!(categories ? categories.analytics : allowed));
  };
  if (mode == "auto" || mode == "hubspot") {
    for (const queue of ["_hsp", "_hsq"]) {
      const { [queue]: found = [] } = /** @type {any} */ (window);
      /** @type {any} */ (window)[queue] = found;
      found.push(["addPrivacyConsentListener", banner]);
    }
  }

  const refused = () =>
    /** @type {any} */ (navigator).globalPrivacyControl ||
    (dnt && navigator.doNotTrack == "1") ||
    cookie("__hs_do_not_track") == "yes";

  return {
    say,
    allowed: () =>
      !refused() && (word ?? (mode == "none" || (mode == "auto" && !!usertoken()))),
  };
};
