/**
 * Gets plays to the relay: stored first, sent as text (which needs no preflight), removed once the
 * relay has answered for them. Pings hold the whole state of a play, so sending one twice is safe
 * and sending an older one late is harmless.
 */

import { fetch, now, random, setTimeout, stringify } from "./pristine.js";
import { openStore } from "./store.js";

/** @typedef {import("./store.js").Play} Play */

/** A relay that doesn't answer is given up after so long (milliseconds). */
const PATIENCE = 2e4;

/**
 * How often answers may stay away or be unreadable before plays are dropped: a relay whose answers
 * lack CORS headers has received them all the same. The waits grow to over an hour in all.
 */
const MAX_FAILURES = 12;
const LONGEST_WAIT = 36e5;

/**
 * @param {object} rim
 * @param {string} rim.endpoint
 * @param {() => boolean} rim.allowed
 * @param {() => object} rim.envelope
 * @param {import("./guard.js").Log} rim.log
 */
export const openDelivery = ({ endpoint, allowed, envelope, log }) => {
  const store = openStore();
  let busy = false;
  let again = false;
  /** Until when the relay has asked to be left alone. */
  let hold = 0;
  /** @type {AbortController | undefined} */
  let net;

  /** @param {object} context @param {Iterable<Play>} plays @returns {RequestInit} */
  const request = (context, plays) => ({
    method: "POST",
    body: stringify({ ...context, ...envelope(), plays: [...plays] }),
    credentials: "omit",
  });

  /**
   * Leaves the newest state with the browser, which sends it even if the page crashes. It goes
   * without `sentAt`: the relay would take the wait for an error of the clock.
   */
  const secure = () => {
    net?.abort();
    const { plays } = store.load();
    const { fetchLater } = /** @type {any} */ (window);
    if (fetchLater && plays.size) {
      net = new AbortController();
      fetchLater(endpoint, { ...request({}, plays.values()), signal: net.signal });
    }
  };

  /**
   * @param {[string, Play][]} sent
   * @param {number} status 0 without an answer that could be read
   * @param {number} wait seconds the relay asks for
   */
  const settle = (sent, status, wait) => {
    log("answer", status);
    busy = false;
    if (!allowed()) return;
    const kept = store.load();
    const { plays } = kept;
    const lost = !status || status == 408 || status == 429 || status >= 500;
    if (lost) {
      if (now() >= kept.retryAt) kept.failures++;
      const delay = Math.min(
        LONGEST_WAIT,
        Math.max(wait * 1e3, 1e3 * 2 ** kept.failures) * (1 + random() / 2),
      );
      kept.retryAt = now() + delay;
      if (status) hold = kept.retryAt;
      setTimeout(send, delay);
    } else kept.failures = kept.retryAt = 0;
    if (!lost || (!status && kept.failures > MAX_FAILURES && navigator.onLine)) {
      for (const [key, play] of sent) {
        if (stringify(plays.get(key)) == stringify(play)) plays.delete(key);
      }
    }
    store.save(kept);
    if (again && !lost) send(true);
  };

  /** @param {boolean} [urgent] whether there is news @param {boolean} [leaving] */
  const send = (urgent, leaving) => {
    const { plays, retryAt } = store.load();
    const time = now();
    again = !!urgent && busy;
    if (!plays.size || !allowed() || (busy && !leaving) || time < hold) return;
    if (!urgent && time < retryAt && retryAt < time + LONGEST_WAIT) return;
    busy = true;
    net?.abort();
    const sent = [...plays];
    log("send", sent);
    fetch(endpoint, {
      ...request({ sentAt: time }, plays.values()),
      keepalive: true,
      signal: AbortSignal.timeout?.(PATIENCE),
    }).then(
      (answer) => settle(sent, answer.status, +(answer.headers.get("retry-after") || 0)),
      () => settle(sent, 0, 0),
    );
  };

  return {
    send,
    secure,
    /** @param {Iterable<[string, Play]>} news */
    put: (news) => {
      const kept = store.load();
      for (const [key, play] of news) {
        kept.plays.delete(key);
        kept.plays.set(key, play);
      }
      store.save(kept);
    },
    wipe: () => {
      net?.abort();
      store.wipe();
    },
  };
};
