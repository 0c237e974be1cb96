/** Whether anything may be stored or sent. */

import { options } from "./options.js";
import { flush, forget } from "./outbox.js";
import { usertoken } from "./visitor.js";

/** The last word of the banner or the site. @type {boolean | undefined} */
let word;

export const allowed = () =>
  !(
    /** @type {any} */ (
      /** @type {any} */ (navigator).globalPrivacyControl ||
        (options.dnt != null && navigator.doNotTrack == "1") ||
        /do_not_track=yes/.test(document.cookie)
    )
  ) &&
  (word ?? (options.consent == "none" || (options.consent == "auto" && usertoken())));

/** @param {boolean} granted */
export const consent = (granted) => {
  word = granted;
  if (granted) flush();
  else forget();
};
