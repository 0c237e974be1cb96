/** Whether anything may be stored or sent. */

import { options } from "./options.js";
import { usertoken } from "./visitor.js";

/** A page that is loaded ahead of the visitor is nobody's yet. */
export const allowed = () =>
  !(
    /** @type {any} */ (document).prerendering ||
    /** @type {any} */ (navigator).globalPrivacyControl ||
      (options.dnt != null && navigator.doNotTrack == "1") ||
      /do_not_track=yes/.test(document.cookie)
  ) &&
  (options.consent == "none" || (options.consent == "auto" && usertoken()));
