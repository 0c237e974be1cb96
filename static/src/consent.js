/** Whether anything may be stored or sent. */

import { options } from "./options.js";
import { usertoken } from "./visitor.js";

/** A prerendered page has no visitor yet. */
export const allowed = () =>
  !(
    /** @type {any} */ (document).prerendering ||
    /** @type {any} */ (navigator).globalPrivacyControl ||
      (options.dnt != null && navigator.doNotTrack == "1") ||
      /do_not_track=yes/.test(document.cookie)
  ) &&
  (options.consent == "none" || (options.consent == "auto" && usertoken()));
