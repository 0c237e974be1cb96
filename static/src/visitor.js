/** Who is watching: HubSpot's cookie, the token of a mail's link, and what the site itself says. */

/**
 * @typedef {object} Visitor
 * @property {string} [contactUtk]
 * @property {string} [_hsenc]
 * @property {number} [contactId]
 * @property {string} [contactSignature]
 */

/** @param {string} name */
export const cookie = (name) =>
  (document.cookie.match(`(?:^|; )${name}=([^;]*)`) || [])[1] || undefined;

/** HubSpot's usertoken. Its script may set it at any time, so it is read anew each time. */
export const usertoken = () => cookie("hubspotutk");

/**
 * The token in a mail's link. It stands only in the address of the first page of a visit, so it is
 * kept: in memory at once, for the tab's later pages only when storing is allowed.
 */
export const mailToken = () => {
  /** @type {string | undefined} */
  let token;
  return {
    read: () => {
      token = new URLSearchParams(location.search).get("_hsenc") || token;
      return token;
    },
    /** To be called only with the visitor's consent. */
    keep: () => {
      if (token) sessionStorage.playrelay = token;
      else token = sessionStorage.playrelay;
      return token;
    },
    forget: () => {
      token = undefined;
      delete sessionStorage.playrelay;
    },
  };
};
