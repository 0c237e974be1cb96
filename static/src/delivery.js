/**
 * Gets plays to the relay: stored first, sent as text (which needs no preflight), removed once the
 * relay has answered for them. Pings hold the whole state of a play, so sending one twice is safe
 * and sending an older one late is harmless.
 *
 * The store is localStorage, read anew before each change because other tabs keep their plays in
 * the same place; memory stands in where it fails.
 */

import { allowed } from "./consent.js";
import { guard, log, options } from "./options.js";
import { fetch, fetchLater, parse, stringify } from "./pristine.js";

/** @typedef {Record<string, any>} Play a play as the relay is to receive it */
/** @typedef {Map<string, [play: Play, losses: number]>} Kept oldest first */

const MAX_CHARACTERS = 32e3;

/** A relay that doesn't answer is given up after so long (milliseconds). */
const PATIENCE = 2e4;

/**
 * How often a play may be sent in vain. A relay whose answers lack CORS headers has received it all
 * the same, and can't say so.
 */
const MAX_LOSSES = 20;

/** The longest wait (seconds): a timer can't be set for more than 2³¹ milliseconds. */
const LONGEST = 1e6;

/** @type {Kept | undefined} */
let memory;

/** Throws where an entry is nothing like one. @param {[string, [Play, number]]} entry */
const isEntry = ([, [play]]) => play.sessionId;

/** @returns {Kept} */
const load = () => {
  try {
    return memory || new Map(parse(localStorage.playrelay).filter(isEntry));
  } catch {
    return new Map(); // nothing there, or not ours
  }
};

/** @param {Kept} kept */
const save = (kept) => {
  let text = "";
  for (const key of kept.keys()) {
    text = stringify([...kept]);
    if (text.length < MAX_CHARACTERS) break;
    kept.delete(key);
  }
  try {
    if (kept.size) localStorage.playrelay = text;
    else delete localStorage.playrelay;
    memory = undefined;
  } catch {
    memory = kept;
  }
};

/** What is on its way right now. */
let underway = "";
/** Whether the relay has asked to be left alone. */
let hold = false;
/** @type {number | undefined} */
let timer;
/** @type {AbortController | undefined} */
let net;

/**
 * @param {typeof fetch} via
 * @param {AbortSignal} signal
 * @param {number} [sentAt]
 */
const post = (via, signal, sentAt) =>
  via(new URL("v1/progress", options.src), {
    method: "POST",
    credentials: "omit",
    keepalive: true,
    signal,
    body: stringify({ sentAt, plays: Array.from(load().values(), ([play]) => play) }),
  });

/**
 * Leaves the newest state with the browser, which sends it even if the page crashes. It goes
 * without `sentAt`: the relay would take the wait for an error of the clock.
 */
export const secure = () => {
  net?.abort();
  net = new AbortController();
  if (fetchLater && load().size) post(fetchLater, net.signal);
};

export const send = guard(() => {
  const sent = [...load()];
  const text = stringify(sent);
  net?.abort();
  if (!sent.length || !allowed() || hold || text == underway) return;
  underway = text;
  const settle = guard((/** @type {any} */ { status, headers }) => {
    log(status);
    underway = "";
    const lost = !(status < 500 && status != 408 && status != 429);
    const kept = load();
    let wait = headers?.get("retry-after");
    for (const [key, entry] of sent) {
      // Unless there is news of it.
      if (stringify(kept.get(key)) == stringify(entry)) {
        if (lost && ++entry[1] < MAX_LOSSES) kept.set(key, entry);
        else kept.delete(key);
        wait ||= 2 ** entry[1];
      }
    }
    save(kept);
    clearTimeout(timer);
    hold = lost && status;
    if (lost) {
      timer = setTimeout(
        () => {
          hold = false;
          send();
        },
        Math.min(wait, LONGEST) * (1e3 + Math.random() * 500) || 3e4,
      );
    }
  });
  post(fetch, AbortSignal.timeout?.(PATIENCE), Date.now()).then(settle, settle);
});

/** @param {Play} play */
export const put = (play) => {
  const kept = load();
  kept.delete(play.sessionId);
  kept.set(play.sessionId, [play, 0]);
  save(kept);
};

export const wipe = () => {
  net?.abort();
  memory = undefined;
  delete localStorage.playrelay;
  delete sessionStorage.playrelay;
};
