/** Who is watching: HubSpot's cookie, the token of a mail's link, and what the site itself says. */

import { guard } from "./options.js";

/**
 * @typedef {object} Visitor
 * @property {string} [contactUtk]
 * @property {string} [_hsenc]
 * @property {number} [contactId]
 * @property {string} [contactSignature]
 */

/** @type {Visitor} */
let signed = {};

/** @param {{ contactId?: number, signature?: string }} contact signed by the site's own server */
export const identify = ({ contactId, signature }) => {
  signed = { contactId, contactSignature: signature };
};

/** HubSpot's usertoken. Its script may set it at any time, so it is read anew each time. */
export const usertoken = () => document.cookie.match(/hubspotutk=(\w+)/)?.[1];

/** It stands only in the address of the first page of a visit. @type {string | undefined} */
let mailToken = globalThis.location?.search.match(/_hsenc=([\w-]+)/)?.[1];

/** Keeps it for the later pages of the visit. Without storage it holds for this page. */
const keepMailToken = guard(() => {
  if (mailToken) sessionStorage.playrelay = mailToken;
  mailToken = sessionStorage.playrelay;
});

/** To be called only with consent. @returns {Visitor} */
export const readVisitor = () => {
  keepMailToken();
  return { contactUtk: usertoken(), _hsenc: mailToken, ...signed };
};
