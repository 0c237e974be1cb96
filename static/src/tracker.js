/** Puts the parts together: players and their views on one side, consent and delivery on the other. */

import { adapting } from "./adapters.js";
import { askConsent } from "./consent.js";
import { openDelivery } from "./delivery.js";
import { findPlayers } from "./finder.js";
import { guarding } from "./guard.js";
import { attribute, decorative, describe } from "./media.js";
import { readPage } from "./page.js";
import { dispatchEvent, listen, now, whenIdle } from "./pristine.js";
import { begin } from "./view.js";
import { mailToken, usertoken } from "./visitor.js";

/** @typedef {import("./media.js").Medium} Medium */
/** @typedef {import("./view.js").Player} Player */

const EVENTS =
  "playing pause seeking seeked ended waiting ratechange durationchange emptied volumechange";

const newId = () => crypto.getRandomValues(new Uint32Array(4)).join("-");

/** @param {import("./options.js").Options} options */
export const start = (options) => {
  /** @type {import("./guard.js").Log} */
  const log = (...what) => {
    if (options.debug) console.debug("playrelay", ...what);
  };
  const guard = guarding(log);
  const mail = mailToken();
  /** @type {import("./visitor.js").Visitor} */
  const signed = {};

  /** What is to be stored and sent: the newest state of each view, and the element it is about. */
  /** @type {Map<string, [Node, Record<string, any>]>} */
  let pending = new Map();
  /** @type {Map<string, Record<string, any>>} plays that left before the visitor was known */
  let strangers = new Map();
  /** @type {WeakMap<Player, Map<string, ((type: string) => void) | 0>>} */
  let views = new WeakMap();
  /** @type {Set<(type: string) => void>} */
  const playing = new Set();
  /** @type {WeakMap<object, Medium>} */
  const asked = new WeakMap();
  let planned = false;
  let urgent = false;

  const consent = askConsent(options, (granted) => {
    log("consent", granted);
    if (granted) flush();
    else {
      pending = new Map();
      strangers = new Map();
      views = new WeakMap();
      delivery.wipe();
      mail.forget();
    }
  });
  const delivery = openDelivery({
    endpoint: options.endpoint,
    allowed: consent.allowed,
    envelope: () => ({ site: options.site }),
    log,
  });

  /** @param {Node} node @param {string} name @param {object} detail @param {boolean} [cancelable] */
  const emit = (node, name, detail, cancelable) => {
    log(name, detail);
    const event = new CustomEvent(`playrelay:${name}`, {
      detail,
      cancelable,
      bubbles: true,
      composed: true,
    });
    return dispatchEvent.call(node, event);
  };

  /** @param {boolean} [leaving] */
  const flush = (leaving) => {
    if (!consent.allowed()) return;
    const contactUtk = usertoken();
    const _hsenc = mail.keep();
    const news = new Map();
    if (contactUtk) {
      for (const [key, play] of strangers) news.set(key, { ...play, contactUtk });
      if (strangers.size) urgent = true;
      strangers.clear();
    }
    for (const [key, [node, state]] of pending) {
      const play = { contactUtk, _hsenc, ...signed, ...state };
      if (emit(node, "beforesend", play, true)) {
        news.set(key, play);
        if (!contactUtk) strangers.set(key, play);
      }
    }
    pending.clear();
    delivery.put(news);
    if (urgent || leaving) delivery.send(true, leaving);
    else delivery.secure();
    urgent = false;
  };

  /** @param {string} key @param {Node} node @param {Record<string, any>} play @param {boolean} due */
  const report = (key, node, play, due) => {
    emit(node, "progress", play);
    pending.set(key, [node, play]);
    urgent ||= due;
    if (!planned) {
      planned = true;
      whenIdle(
        guard(() => {
          planned = false;
          flush();
        }),
      );
    }
  };

  /** @param {Element} node @param {Player} player @param {string} type @param {Medium} said */
  const update = (node, player, type, said) => {
    const source = player.currentSrc || "";
    const mine = views.get(player) || new Map();
    views.set(player, mine);
    let view = mine.get(source);
    if (!view) {
      const wish = attribute(node, "data-playrelay");
      if (wish == "off" || !(type == "playing" || player.played?.length)) return;
      if (wish != "on" && !asked.has(player) && decorative(/** @type {any} */ (player))) {
        mine.set(source, 0);
        return;
      }
      const facts = {
        sessionId: newId(),
        ...describe(node, source, said),
        ...readPage(options),
      };
      mail.read();
      emit(node, "start", facts);
      view = begin(
        player,
        view === 0,
        (state, due) => report(facts.sessionId, node, { ...facts, ...state }, due),
        guard((milestone) => {
          emit(node, "milestone", { ...facts, milestone });
          if (milestone == 100) emit(node, "complete", facts);
        }),
        playing,
      );
      mine.set(source, view);
    }
    view(type);
  };

  /** @type {WeakSet<object>} */
  const known = new WeakSet();
  /** @param {HTMLMediaElement} player */
  const adopt = (player) => {
    const look = guard((/** @type {{ type: string }} */ { type }) =>
      update(player, player, type, asked.get(player) || {}),
    );
    if (!known.has(player)) {
      known.add(player);
      listen(player, EVENTS, look);
      look({ type: "" });
    }
  };

  /** @type {Map<string, Record<string, any>>} */
  const told = new Map();
  /** @param {Record<string, any>} play @param {Element} [node] */
  const progress = (play, node) => {
    const { sessionId, mediaBridgeId, externalId, mediaUrl } = play;
    const key = [sessionId, mediaBridgeId, externalId, mediaUrl].join();
    const first = told.get(key) || { sessionId: newId(), ...readPage(options) };
    told.set(key, first);
    const { playedPercent = 0 } = play;
    const level = Math.floor(playedPercent / 25);
    const due = !(level <= first.level) || play.ended;
    report(key, node || document, { ...first, ...play, occurredTimestamp: now() }, due);
    first.level = level;
  };

  const leave = guard(() => {
    for (const view of playing) view("");
    flush(true);
  });
  const back = guard(() => delivery.send());
  listen(window, "pagehide", leave);
  listen(document, "visibilitychange", () => (document.hidden ? leave() : back()));
  listen(window, "pageshow online", back);

  const enter = adapting(options.adapter, { update: guard((n, p, t) => update(n, p, t, p.medium)), progress: guard(progress) }, guard);
  guard(findPlayers)(guard(adopt), guard(enter));
  whenIdle(guard(() => flush()));

  return {
    watch: guard((/** @type {HTMLMediaElement} */ player, /** @type {Medium} */ medium = {}) => {
      asked.set(player, medium);
      adopt(player);
    }),
    progress: guard(progress),
    consent: guard((/** @type {boolean} */ granted) => consent.say(granted)),
    identify: guard(
      (/** @type {{ contactId?: number, signature?: string }} */ { contactId, signature }) => {
        Object.assign(signed, { contactId, contactSignature: signature });
      },
    ),
  };
};
