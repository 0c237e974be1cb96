/** Puts the parts together: players and their views on one side, consent and delivery on the other. */

import { claim } from "./claims.js";
import { attribute, describe } from "./media.js";
import { guard, use } from "./options.js";
import { consent, emit, report } from "./outbox.js";
import { readPage } from "./page.js";
import { listen } from "./pristine.js";
import { identify } from "./visitor.js";

/** @typedef {import("./adapters/view.js").Player} Player */
/** @typedef {(type: string) => void} Look takes notice of what has happened to a player */
/** @typedef {ReturnType<typeof import("./adapters/view.js").default>} View */

const EVENTS = "playing waiting seeking pause ended emptied volumechange ratechange";

/** @param {Record<string, any>} play is given a session and the page, unless it has them */
const newPlay = (play) =>
  Object.assign(play, {
    sessionId: "" + Date.now() + Math.random(),
    ...readPage(),
    ...play,
  });

/** The players that are playing right now. @type {Set<Look>} */
export const playing = new Set();

/** What measures is loaded when there is something to measure. */
/** @type {typeof import("./adapters/view.js").default | undefined} */
let begin;

/**
 * Follows a player through all that it plays. What it returns is to be called with the type of
 * whatever happens to it.
 * @param {any} node the element that stands for the player
 * @param {Player & Partial<HTMLMediaElement>} player
 * @returns {Look}
 */
export const track = (node, player) => {
  /** Views by source. @type {Record<string, View>} */
  const views = {};
  let ignored = false;
  let source = "";
  /** @type {any} */
  let timer = 0;
  const look = guard((/** @type {string} */ type) => {
    // Some browsers have the next source already when they say that the last one is gone.
    if (type != "emptied") source = player.currentSrc;
    if (!views[source]) {
      const wish = attribute(node, "playrelay");
      if (
        !begin ||
        wish == "off" ||
        // Not a picture yet. Players that don't tell of that are playing when they say so.
        (!player.played?.length &&
          (player.paused || /** @type {number} */ (player.readyState) < 3)) ||
        // Decoration: a silent loop, or a silent picture of a camera, that nobody can steer.
        (wish != "on" &&
          !player.controls &&
          player.muted &&
          (player.srcObject || (player.autoplay && player.loop)) &&
          (ignored = true))
      )
        return;
      const play = newPlay(describe(node, source, player));
      emit(node, "start", play);
      // Chromium counts a jump before the first picture as played.
      const jumped = type && player.currentTime > 2 * /** @type {number} */ (player.playbackRate);
      views[source] = begin(player, play, ignored || jumped, node, emit, report);
    }
    clearTimeout(timer);
    const wait = views[source](type);
    timer = wait && setTimeout(look, wait);
    if (player.paused) playing.delete(look);
    else playing.add(look);
  });
  use("view", (view) => {
    begin = view;
    look("");
  });
  return look;
};

export const observeElement = guard((/** @type {any} */ node) => {
  if (node instanceof HTMLMediaElement && claim(node)) {
    const look = track(node, node);
    listen(node, EVENTS, ({ type }) => look(type));
  }
});

/**
 * @param {HTMLMediaElement} player
 * @param {import("./media.js").Medium} [medium]
 */
const watch = (player, medium) => {
  Object.assign(player.dataset, medium, { playrelay: "on" });
  observeElement(player);
};

/**
 * For players of any other kind. The object is completed in place: pass the same one again, with
 * new figures, for as long as the view lasts.
 * @param {Record<string, any>} play
 * @param {Node} [node] the element to tell of it
 */
export const progress = (play, node = document) => {
  report({ ...newPlay(play), occurredTimestamp: Date.now() }, node, true);
};

/** @type {Record<string, (...args: any[]) => void>} */
export const api = {
  watch: guard(watch),
  progress: guard(progress),
  consent: guard(consent),
  identify: guard(identify),
};
