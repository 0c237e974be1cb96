/** Says in the console what happens, and what doesn't and why: loaded where `data-debug` asks for it. */

import { VERSION } from "../version.js";

/** Said once, with what to do about it. @type {Record<string, string>} */
const REASONS = {
  ad: "an advertisement plays: it is no view. If it is the film itself: playrelay.ad(element, false)",
  decoration:
    'a silent loop or background without controls is decoration until the visitor unmutes or starts it. If it counts: data-playrelay="on"',
  file: "the visitor has chosen a file on this page: a film without an address may be that file, and is none of the site's",
  off: 'a player is left alone: it, or something around it, has data-playrelay="off"',
};

/** @type {Record<string, string>} What each mode waits for. */
const CONSENT = {
  auto: "HubSpot's banner or a hubspotutk cookie",
  hubspot: "the word of HubSpot's banner",
  manual: "playrelay.consent(true)",
  false: "playrelay.consent(true): consent was refused or withdrawn",
};

/** @type {Record<number, string>} What an answer means. */
const ANSWERS = {
  403: "the relay refuses this site. Add its origin to PLAYRELAY_ALLOWED_ORIGINS; nothing more is sent from this page",
  422: "the relay can't take this play: its answer names the field",
  429: "too many pings from this address: see PLAYRELAY_PINGS_PER_MINUTE and PLAYRELAY_TRUSTED_PROXIES",
};

const said = new Set();
/** @param {string} text */
const warnOnce = (text) => {
  if (!said.has(text)) console.warn("playrelay:", text);
  said.add(text);
};

/** @param {import("../options.js").Options} options */
const waitsFor = ({ consent }) =>
  /** @type {any} */ (navigator).globalPrivacyControl
    ? "nothing: Global Privacy Control forbids it"
    : consent == "none"
      ? ""
      : (CONSENT[String(consent)] ??
        `nothing that will come: data-consent="${consent}" is not auto, hubspot, manual or none`);

/**
 * @param {import("../options.js").Options} options
 * @param {string} what
 * @param {any} detail
 */
export default (options, what, detail) => {
  if (what == "loaded") {
    const consent = detail ? "" : waitsFor(options);
    const players = document.querySelectorAll("video,audio,iframe").length;
    console.info(
      `playrelay ${VERSION}, relay ${options.relay}, ${players} video, audio and iframe elements; ` +
        (consent ? `before anything is stored or sent it waits for ${consent}` : "no consent needed"),
    );
  } else if (what == "consent") {
    const consent = waitsFor(options);
    if (consent) warnOnce(`nothing is sent yet: it waits for ${consent}`);
  } else if (what == "answer") {
    if (detail == 202) console.info("playrelay: the relay has taken what was sent");
    else
      warnOnce(
        ANSWERS[detail] ||
          (detail
            ? `the relay answered ${detail}`
            : "the relay's answer can't be read: is it running, does the page's policy (connect-src) allow it, and does a proxy keep its CORS headers?"),
      );
  } else if (what == "fault") console.warn("playrelay:", detail);
  else if (what == "silent")
    warnOnce(
      `a frame does not answer, so nothing is known of it (YouTube's needs enablejsapi=1 in its address, player.js's a referrer): ${detail}`,
    );
  else if (REASONS[what]) warnOnce(REASONS[what]);
  else console.info(`playrelay ${what}`, detail);
};
