/** Puts the parts together: players and their views on one side, consent and delivery on the other. */

import { claim } from "./claims.js";
import { guard, log, options, use } from "./options.js";
import { consent, emit, identified, report } from "./outbox.js";
import { listen } from "./natives.js";
import { identify } from "./visitor.js";

/** @typedef {import("./measuring/player.js").Player} Player */
/** @typedef {typeof import("./adapters/view.js").default} Measuring */
/** @typedef {(type: string) => void} Update is called with the type of what happens to a player */

/** Reports that wait for what reads the page: they are made without it if the page is left. @type {Set<() => void>} */
export const unfinished = new Set();

/** @typedef {typeof core & { declared?: unknown }} Core where the page itself says when an advertisement runs */

/** The players that are playing right now. @type {Set<Update>} */
export const playing = new Set();

/** What measures is given of the script. */
export const core = {
  emit,
  guard,
  listen,
  log,
  options,
  report,
  use,
  /** The visitor's last click or key in the page, and on what. */
  lastInput: /** @type {any} */ ({ timeStamp: -Infinity }),
  inputTarget: /** @type {any} */ (undefined),
};

/**
 * Follows a player through everything that it plays. The measuring code is loaded with the first
 * player.
 * @param {any} node the element that stands for the player
 * @param {Player & Partial<HTMLMediaElement>} player
 * @returns {Update}
 */
export const track = (node, player) => {
  /** @type {((type?: string) => unknown) | undefined} */
  let follow;
  const update = guard((/** @type {string} */ type) => {
    if (!follow?.(type) && player.paused) playing.delete(update);
    else playing.add(update);
  });
  use("view", (/** @type {Measuring} */ measuring) => {
    follow = measuring.follow(node, player, core, update);
    update("");
  });
  return update;
};

export const observeElement = guard((/** @type {any} */ node) => {
  if (node instanceof HTMLMediaElement && claim(node)) track(node, node);
});

/**
 * @param {HTMLMediaElement} player
 * @param {import("./naming/medium.js").Medium} [medium]
 */
const watch = (player, medium) => {
  Object.assign(player.dataset, medium, { playrelay: "on" });
  // It may have been made in another window.
  if (claim(player)) track(player, player);
};

/**
 * @param {Element} element a player, or what it is inside of
 * @param {boolean} runs whether an advertisement runs there
 */
const ad = (element, runs) =>
{
  /** @type {Core} */ (core).declared = use("roles", ({ declareAd }) => {
    declareAd(element, runs);
    for (const update of playing) update("time");
  });
};

/**
 * For players that are not media elements. The object is completed in place: pass the same one
 * again, with new values, as long as the view lasts.
 * @param {Record<string, any>} play
 * @param {Node} [node] the element that gets the events
 */
export const progress = (play, node = document) => {
  const occurredTimestamp = Date.now();
  /** @param {any} [page] */
  const finish = (page) => {
    unfinished.delete(finish);
    page ||= { pageName: document.title, pageUrl: location.origin + location.pathname };
    Object.assign(play, { sessionId: "" + occurredTimestamp + Math.random(), ...page, ...play });
    report({ ...play, occurredTimestamp }, node, true);
  };
  unfinished.add(finish);
  use("page", (read) => read(options)).then(finish);
};

/** @type {Record<string, (...args: any[]) => void>} */
export const api = {
  ad: guard(ad),
  consent: guard(consent),
  identified: guard(identified),
  identify: guard(identify),
  progress: guard(progress),
  watch: guard(watch),
};
