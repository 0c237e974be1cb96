/** The plays of this page: dispatches their events, and decides when they are stored and sent. */

import { allowed } from "./consent.js";
import { put, secure, send, wipe } from "./delivery.js";
import { log, options } from "./options.js";
import { whenIdle } from "./natives.js";
import { readVisitor } from "./visitor.js";

/** @typedef {import("./delivery.js").Play} Play */

/** By session. Removed players are not kept in memory. @type {Record<string, [WeakRef<Node>, state: Play, told?: Play]>} */
let plays = {};

/**
 * @param {Node} node
 * @param {string} name
 * @param {object} detail
 */
export const emit = (node, name, detail) => {
  log(name, detail);
  const event = new CustomEvent("playrelay:" + name, {
    detail,
    bubbles: true,
    composed: true,
    cancelable: true,
  });
  node.dispatchEvent(event);
  // Listeners in the page don't get events of a removed player.
  if (!node.isConnected) document.dispatchEvent(event);
  // The result of dispatchEvent is not reliable: in a detached document it is false.
  return !event.defaultPrevented;
};

/**
 * @param {unknown} [due] whether to send it soon
 * @param {Parameters<typeof send>[0]} [more]
 */
export const flush = (due, more) => {
  if (!allowed()) return log("consent");
  const visitor = readVisitor();
  for (const item of Object.values(plays)) {
    const [node, state, told] = item;
    // The visitor may become known only after the last report of a play.
    if (!told || told.contactUtk != visitor.contactUtk) {
      const play = (item[2] = { ...visitor, ...state });
      if (emit(node.deref() || document, "beforesend", play)) put(play);
    }
  }
  if (due) send(more);
  else secure();
};

/**
 * @param {Play} play
 * @param {Node} node
 * @param {unknown} due whether it shall be sent soon; otherwise leaving the page is soon enough
 */
export const report = (play, node, due) => {
  emit(node, "progress", play);
  plays[play.sessionId] = [new WeakRef(node), play];
  whenIdle(() => flush(due));
};

/**
 * Applies the banner's or the site's decision: waiting plays are sent, or everything is deleted.
 * @param {boolean} granted
 */
export const consent = (granted) => {
  options.consent = granted && "none";
  if (granted) flush();
  else {
    wipe();
    plays = {};
  }
};

/**
 * The visitor has just submitted a form, so HubSpot knows them now. Sends all plays to the relay,
 * which looks the visitor up at once.
 */
export const identified = () => {
  for (const item of Object.values(plays)) item.length = 2;
  flush(true, { identified: true });
};
