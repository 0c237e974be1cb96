/** Follows a player through all that it plays: which source is which film, and what is a view. */

import { wish } from "../naming/attributes.js";
import { hasMore, readPage } from "../naming/place.js";
import { STATEMENTS, isDescribed, namePlainly } from "../naming/plain.js";
import { mayAdvertise, mayDecorate } from "./roles.js";
import { isGone, nameless, newSource } from "./sources.js";
import { createView } from "./view.js";

/** @typedef {import("./view.js").Player} Player */
/** @typedef {import("./view.js").View} View */
/** @typedef {import("../naming/medium.js").Source} Source */

/** @typedef {import("../tracker.js").Core} Core what the script does for what measures */

/** Whether a player is further back than it was, and not by a hair. @param {number} at @param {number} last */
const isBack = (at, last) => at < last - Math.min(0.5, last / 2);

/** A jump that is shorter doesn't matter (seconds). */
const JUMPED_SECONDS = 0.2;

/** Until it is clear whether anybody watches, that is looked for so often (milliseconds). */
const UNCLEAR_MS = 2e3;

/** How often it is looked whether an advertisement is over (milliseconds). */
const CHECK_MS = 1e3;

/** What may happen to a media element. */
const EVENTS =
  "play playing waiting seeking pause ended emptied durationchange volumechange ratechange";

/** All of the page, by the elements that stand for them. @type {Map<any, Player & Partial<HTMLMediaElement>>} */
const players = new Map();

/** All views of the page. @type {import("./sources.js").Shown[]} */
let shown = [];

/** Players that are followed so soon after the first stood in the page before the script (ms). */
const START_MS = 1e3;
let startedAt = Infinity;

/** Parts that are loaded only when needed, by name. @type {Record<string, any>} */
const parts = {};

/**
 * Returns a function to call with the type of each event of the player. It returns whether a paused
 * player must still be called when the page is left.
 * @param {any} node the element that stands for the player
 * @param {Player & Partial<HTMLMediaElement>} player
 * @param {Core} core
 * @param {(type: string) => void} onEvent is called with the type of what happens to a media element
 */
export const follow = (node, player, core, onEvent) => {
  const { guard, listen, log, options, use } = core;
  /** Of each view, the last source. @type {Map<View, Source>} */
  const sources = new Map();
  /** @type {Source} */
  let source;
  /** When the next source may have been opened at the earliest. */
  const now = performance.now();
  startedAt = Math.min(startedAt, now);
  let openedAt = now - startedAt > START_MS ? now : 0;
  /** @type {View | undefined} */
  let view;
  /** What the author says, and of which source. @type {Record<string, any> | undefined} */
  let said;
  /** @type {string | undefined} */
  let written;
  /** @type {any} */
  let described;
  /** @type {Source} */
  let saidOf;
  /** Whether an advertisement may run, and whether one does. @type {any} */
  let mayBeAd;
  /** @type {any} */
  let isAd;
  /** Whether the source has played as what is not to be counted, and the visitor has begun it. */
  let ignored = false;
  let steered = false;
  /** When the view began. */
  let begunAt = 0;
  /** @type {any} */
  let timer;

  const readWords = () => {
    described = isDescribed(node, player);
    if (!described) return;
    const text = node.title + Object.values(node.dataset);
    const words = has("naming")?.authored(node);
    // The code that reads the words may load after the next source is set.
    if (said && words ? Object.values(words).join() != Object.values(said).join() : text != written) {
      saidOf = source;
    }
    said = words;
    written = text;
  };

  /** @param {string} name @returns whether it is there; else it comes */
  const has = (name) => {
    if (!parts[name])
      use(name, (part) => {
        parts[name] = part;
        update("");
      });
    return parts[name];
  };

  /**
   * Whether all parts that name the source are loaded. When the page is left, its address is enough.
   * @param {string} type of the event
   */
  const isReady = (type) =>
    (!mayBeAd || has("roles")) &&
    (!nameless.includes(source) || has("manifests")) &&
    ((type == "pagehide" && /^http/.test(source.address)) ||
      ((!shown[0] || has("again")) &&
        (!document.querySelector(STATEMENTS) || has("statements")) &&
        (!described || has("naming")) &&
        (!hasMore() || has("page"))));

  /**
   * Whether a script may be playing films over and over without a visitor's action.
   * @param {string} type of the event
   */
  const isUnclear = (type) =>
    !steered && parts.decoration?.isSuspect(node, player, type, begunAt);

  /** Whether it does turn out so, should it begin anew. @param {string} type of the event */
  const isUnattended = (type) => isUnclear(type) && !parts.decoration.isRecent(core);

  /** A script plays films over and over. @param {View} view */
  const forget = (view) => {
    parts.decoration.loops.add(node);
    shown = shown.filter(([each]) => each != view);
    sources.delete(view);
    return ignore("decoration");
  };

  /** @param {string} reason */
  const ignore = (reason) => {
    ignored = true;
    source.ad = reason == "ad";
    log(reason);
    return undefined;
  };

  const open = () => {
    // What it played outside of the page (in a snapshot, before it was inserted) does not count.
    source = newSource(player.currentSrc, openedAt, openedAt && player.currentTime, source);
    view = undefined;
    ignored = false;
    readWords();
  };

  /** @param {string} type @returns {View | undefined} */
  const findView = (type) => {
    const { played, paused, readyState } = player;
    // No frame yet. Players without `readyState` play when they say so.
    // A short film may have ended before its first event is handled.
    const isLate = paused && /^(ended|)$/.test(type);
    if (!played?.length && (isLate || /** @type {number} */ (readyState) < 3)) return;
    if (paused && !isLate) return;
    if (readyState === 0) return; // of the next source
    if (wish(node) == "off") return ignore("off");
    if (isAd) return ignore("ad");
    if ([...players].some(([each, other]) => mayDecorate(each, other)) && !has("decoration")) return;
    if (!steered && parts.decoration?.isDecoration(node, player)) return ignore("decoration");
    // The parts that it waits for may take long to load.
    source.foundAt ??= player.currentTime;
    readWords();
    if (!isReady(type)) return;
    const reason = parts.manifests?.(nameless, source);
    if (reason) return ignore(reason);
    source.previous = undefined; // it has served
    const again = parts.again?.resumed(source, sources);
    if (again) return again;
    const last = [...sources.keys()].find((each) => !each.started);
    if (last && isUnattended(type)) return forget(last);
    /** @type {import("../naming/medium.js").Medium} */
    const medium = parts.naming && described
      ? parts.naming.nameSource(node, source, { player, players, parts, said, saidOf, shown })
      : namePlainly(node, source.address);
    const film = [medium.mediaBridgeId, medium.externalId, medium.mediaUrl].join();
    const play = { sessionId: "" + Date.now() + Math.random(), ...(parts.page || readPage)(options), ...medium };
    const known = parts.again?.takeOver(shown, [film, play.pageUrl], node, player, source);
    if (known) return known;
    const fresh = createView(
      play,
      // Chromium counts a seek before the first frame as played.
      ignored || (played?.length && played.start(0) < source.beginning - JUMPED_SECONDS),
      core,
    );
    shown.push([fresh, new WeakRef(node), film, play.pageUrl]);
    begunAt = performance.now();
    return fresh;
  };

  /** @param {string} [type] @returns {unknown} whether leaving the page may still matter */
  const update = (type = "time") => {
    players.set(node, player);
    // Some browsers already have the next source when they fire `emptied` for the last one.
    if (type == "emptied") openedAt = performance.now();
    else if (player.currentSrc != source.address) {
      view?.update(node, player, source.duration, "emptied", false, isUnattended(type));
      open();
    }
    if (/** @type {number} */ (player.readyState) < 2 || !player.played?.length) {
      source.beginning = player.currentTime;
    }
    source.duration.update(player.duration, performance.now());
    source.announced ||= source.duration.known;
    steered ||= parts.decoration?.isSteered(node, type, core);
    clearTimeout(timer);
    mayBeAd = core.declared || mayAdvertise(node);
    isAd = mayBeAd && has("roles")?.isAd(node);
    if (!view && type != "emptied") view = findView(type);
    if (view) sources.set(view, source);
    const unclear = isUnclear(type);
    if (
      view && !view.started && type != "emptied" &&
      (parts.decoration?.loops.has(node) || isBack(player.currentTime, view.reached)) && isUnattended(type)
    ) {
      view = forget(view);
    }
    const wait = view
      ? view.update(node, player, source.duration, type, isAd, unclear) || (unclear && UNCLEAR_MS)
      : !player.paused && isAd && CHECK_MS;
    if (wait) timer = setTimeout(guard(update), wait);
    return view && unclear && !view.started;
  };
  for (const each of players.keys()) if (isGone(each)) players.delete(each);
  if (node == player) listen(node, EVENTS, ({ type }) => onEvent(type));
  open();
  if (mayDecorate(node, player)) has("decoration");
  return update;
};
