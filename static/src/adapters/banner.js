/** HubSpot's consent banner: loaded where its word counts. */

/** @typedef {{ allowed?: boolean, categories?: { analytics?: boolean } }} Answer of the banner */

/** @param {(granted: boolean) => void} consent */
export default (consent) => {
  /** Only one of HubSpot's two listeners tells of categories: that one wins. */
  let detailed = false;
  /** @param {Answer} answer */
  const listener = ({ allowed, categories }) => {
    if (categories) detailed = true;
    if (categories || !detailed) consent(!!(categories ? categories.analytics : allowed));
  };
  const page = /** @type {any} */ (window);
  for (const queue of ["_hsp", "_hsq"]) {
    (page[queue] ||= []).push(["addPrivacyConsentListener", listener]);
  }
};
