/** Whether anything may be stored or sent. */

import { options } from "./options.js";
import { usertoken } from "./visitor.js";

export const allowed = () =>
  !(
    /** @type {any} */ (
      /** @type {any} */ (navigator).globalPrivacyControl ||
        (options.dnt != null && navigator.doNotTrack == "1") ||
        /do_not_track=yes/.test(document.cookie)
    )
  ) &&
  (options.consent == "none" || (options.consent == "auto" && usertoken()));
