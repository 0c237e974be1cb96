/** Sets everything going. */

import { consent } from "./consent.js";
import { send } from "./delivery.js";
import { findPlayers } from "./finder.js";
import { configure, load, log, options } from "./options.js";
import { flush } from "./outbox.js";
import { listen, whenIdle } from "./pristine.js";
import { api, playing } from "./tracker.js";

/** @type {(...args: Parameters<typeof configure>) => typeof api} */
export const start = (given, loader) => {
  configure({ consent: "auto", ...given }, loader);
  if (/auto|hub/.test(/** @type {string} */ (options.consent))) {
    load("banner").then((banner) => banner.default(consent), log);
  }
  // `pagehide` comes first, but a tab that is hidden already gets no other word.
  let gone = false;
  const turn = (/** @type {Event} */ { type }) => {
    const hidden = type == "pagehide" || document.hidden;
    if (!hidden) send();
    else if (!gone) {
      for (const look of playing) look("");
      flush(true);
    }
    gone = type == "pagehide";
  };
  listen(window, "pagehide pageshow online visibilitychange", turn);
  findPlayers();
  whenIdle(send);
  return api;
};
