/** Sets everything going. */

import { allowed } from "./consent.js";
import { send } from "./delivery.js";
import { findPlayers } from "./finder.js";
import { log, options, use } from "./options.js";
import { consent, flush, identified } from "./outbox.js";
import { listen, whenIdle } from "./natives.js";
import { playing, unfinished } from "./tracker.js";

/** `pagehide` comes first, but a tab that is hidden already gets no other event. */
let left = false;
const onVisibility = (/** @type {Event} */ { type }) => {
  const gone = type == "pagehide";
  const leaving = gone || document.hidden;
  if (!leaving || !left) {
    // Read the positions now: time during which the page was away does not count.
    for (const update of playing) update(leaving && !gone ? "hide" : type);
    if (leaving) for (const finish of unfinished) finish();
    flush(true, { leaving });
  }
  left = gone;
};

/** HubSpot's forms: the older embed posts messages, the newer one fires events. */
const FORM_EVENTS = "message hs-form-event:on-submission:success";
const onForm = (/** @type {MessageEvent} */ { type, data }) => {
  if (type != "message" || data?.eventName == "onFormSubmitted") identified();
};

export const start = () => {
  if (/auto|hub/.test(/** @type {string} */ (options.consent))) {
    use("banner", (ask) => ask(consent));
  }
  listen(window, "online pagehide pageshow prerenderingchange visibilitychange", onVisibility);
  listen(window, FORM_EVENTS, onForm);
  findPlayers();
  whenIdle(send);
  log("loaded", allowed());
};
