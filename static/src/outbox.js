/** The plays of this page: what listeners are told of them, and when they are stored and sent. */

import { allowed } from "./consent.js";
import { put, secure, send, wipe } from "./delivery.js";
import { log, options } from "./options.js";
import { whenIdle } from "./natives.js";
import { readVisitor } from "./visitor.js";

/** @typedef {import("./delivery.js").Play} Play */

/** By session. Players that are gone are not held on to. @type {Record<string, [WeakRef<Node>, state: Play, told?: Play]>} */
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
  // Who listens there can't hear what happens to a player that the page has taken away.
  if (!node.isConnected) document.dispatchEvent(event);
  // What dispatchEvent returns is no answer: in a document that is gone it is false.
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
    // HubSpot may know the visitor only after the last word on a play.
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
 * The banner's or the site's word: what waited for it may leave, or all is forgotten.
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
 * The visitor has just submitted a form: HubSpot knows who it is. What there is goes to the relay,
 * which asks at once.
 */
export const identified = () => {
  for (const item of Object.values(plays)) item.length = 2;
  flush(true, { identified: true });
};
