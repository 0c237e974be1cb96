/** Sets everything going. */

import { send } from "./delivery.js";
import { findPlayers } from "./finder.js";
import { options, use } from "./options.js";
import { consent, flush } from "./outbox.js";
import { listen, whenIdle } from "./natives.js";
import { playing } from "./tracker.js";

// `pagehide` comes first, but a tab that is hidden already gets no other word.
let gone = false;
const turn = (/** @type {Event} */ { type }) => {
  const leaving = type == "pagehide";
  if (!leaving && !document.hidden) send();
  else if (!gone) {
    for (const update of playing) update(leaving ? type : "hide");
    flush(true);
  }
  gone = leaving;
};

export const start = () => {
  if (/auto|hub/.test(/** @type {string} */ (options.consent))) {
    use("banner", (ask) => ask(consent));
  }
  listen(window, "pagehide pageshow online visibilitychange", turn);
  findPlayers();
  whenIdle(send);
};
