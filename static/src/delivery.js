/**
 * Sends plays to the relay: they are stored first, sent as text (which needs no preflight), and
 * removed once the relay has acknowledged them. Pings contain the whole state of a play, so
 * repeated and late pings are harmless.
 *
 * The store is localStorage. It is read again before each change, because other tabs use the same
 * entry; if it fails, plays are kept in memory.
 */

import { allowed } from "./consent.js";
import { guard, log, options } from "./options.js";
import { fetch, fetchLater, parse, stringify } from "./natives.js";

/** @typedef {Record<string, any>} Play a play as the relay receives it */
/** @typedef {[play: Play, losses: number, leftAt?: number]} Entry `leftAt`: sent as its page was left */

/** The limits of the store: views, characters of JSON, and milliseconds (23 days). */
const MAX_VIEWS = 50;
const MAX_CHARACTERS = 32e3;
const MAX_AGE = 2e9;

/** The timeout of a request to the relay (milliseconds). */
const REQUEST_TIMEOUT_MS = 2e4;

/** How long plays that a page sent on leaving, without seeing the answer, are not repeated (ms). */
const LEFT_MS = 6e4;

/**
 * How often a play is sent without an answer before it is dropped. A relay whose answers lack CORS
 * headers has received it, but the page can't read that.
 */
const MAX_LOSSES = 20;

/** The longest wait (seconds): a timer can't be set for more than 2³¹ milliseconds. */
const LONGEST = 1e6;

/** @type {Entry[] | undefined} */
let memory;

/** Oldest first. @returns {Entry[]} */
const load = () => {
  try {
    return (
      memory ||
      // Throws if an entry is malformed.
      parse(localStorage.playrelay).filter(
        (/** @type {Entry} */ [play]) => play.occurredTimestamp > Date.now() - MAX_AGE,
      )
    );
  } catch {
    return []; // nothing there, or not ours
  }
};

/** The plays to send now. */
const waiting = () => load().filter(([, , leftAt]) => !(/** @type {number} */ (leftAt) > Date.now() - LEFT_MS));

/** @param {Entry[]} entries */
const save = (entries) => {
  let text;
  const kept = entries.slice(-MAX_VIEWS);
  while ((text = stringify(kept)).length > MAX_CHARACTERS) kept.shift();
  try {
    memory = undefined;
    if (kept[0]) localStorage.playrelay = text;
    else delete localStorage.playrelay;
  } catch {
    memory = kept;
  }
};

/** Whether a request is in flight, and whether there is something to send after it. */
let underway = "";
let more = false;
/** Whether the relay has asked to wait (Retry-After), or this site may not send. */
let hold = false;
/** @type {number | undefined} */
let timer;
/** @type {AbortController | undefined} */
let net;

/**
 * @param {typeof fetch} via
 * @param {Entry[]} entries
 * @param {AbortSignal} signal
 * @param {object} [more]
 */
const post = (via, entries, signal, more) =>
  via(options.relay + "v1/progress", {
    credentials: "omit",
    method: "POST",
    keepalive: true,
    signal,
    body: stringify({ ...more, site: options.site, plays: entries.map(([play]) => play) }),
  });

/**
 * Gives the newest state to the browser, which sends it even if the page crashes. It is sent
 * without `sentAt`, because the relay would take the delay for a clock error.
 */
export const secure = () => {
  net?.abort();
  const entries = waiting();
  if (fetchLater && entries[0]) post(fetchLater, entries, (net = new AbortController()).signal);
};

/**
 * Sends the waiting plays, unless a request is already in flight.
 * @param {{ leaving?: boolean, identified?: boolean }} [more] whether the page is being left, and
 *   whether HubSpot has just come to know the visitor
 */
export const send = guard((/** @type {{ leaving?: boolean, identified?: boolean }} */ given = {}) => {
  const { leaving, identified } = given;
  const entries = waiting();
  const sent = stringify(entries);
  net?.abort();
  if (hold || !entries[0] || (sent == underway && !identified) || !allowed()) return;
  more = !!underway && !leaving && !identified;
  if (more) return;
  underway = sent;
  const settle = guard((/** @type {any} */ { status, headers }) => {
    log("answer", status);
    underway = "";
    const lost = !(status < 500 && status != 408 && status != 429);
    let wait = headers?.get("retry-after");
    save(
      load().filter((entry) => {
        // It may have changed meanwhile.
        if (!sent.includes(stringify(entry[0]))) return true;
        entry.length = 2;
        const losses = ++entry[1];
        wait ||= 2 ** losses;
        return lost && losses < MAX_LOSSES;
      }),
    );
    clearTimeout(timer);
    hold = status == 403 || (lost && status);
    if (more) send();
    if (lost) {
      timer = setTimeout(
        () => {
          hold = false;
          send();
        },
        Math.min(LONGEST, wait) * (1e3 + Math.random() * 500) || 3e4,
      );
    }
  });
  post(fetch, entries, AbortSignal.timeout?.(REQUEST_TIMEOUT_MS), {
    sentAt: Date.now(),
    identified,
  }).then(settle, settle);
  if (leaving) {
    save(load().map(([play, losses]) => [play, losses, Date.now()]));
  }
});

/** @param {Play} play */
export const put = (play) =>
  save([...load().filter(([old]) => old.sessionId != play.sessionId), [play, 0]]);

export const wipe = () => {
  net?.abort();
  save([]);
  delete sessionStorage.playrelay;
};
