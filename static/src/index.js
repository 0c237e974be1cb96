/** The entry for bundlers: the same tracker, started by a call instead of a script element. */

import { options } from "./options.js";
import { start } from "./start.js";
import { api } from "./tracker.js";

/** @type {Record<string, () => Promise<{ default: any }>>} */
const ADAPTERS = {
  again: () => import("./adapters/again.js"),
  banner: () => import("./adapters/banner.js"),
  debug: () => import("./adapters/debug.js"),
  dailymotion: () => import("./adapters/dailymotion.js"),
  decoration: () => import("./adapters/decoration.js"),
  document: () => import("./adapters/document.js"),
  element: () => import("./adapters/element.js"),
  frames: () => import("./adapters/frames.js"),
  hubspot: () => import("./adapters/hubspot.js"),
  inside: () => import("./adapters/inside.js"),
  manifests: () => import("./adapters/manifests.js"),
  naming: () => import("./adapters/naming.js"),
  page: () => import("./adapters/page.js"),
  playerjs: () => import("./adapters/playerjs.js"),
  roles: () => import("./adapters/roles.js"),
  soundcloud: () => import("./adapters/soundcloud.js"),
  statements: () => import("./adapters/statements.js"),
  tiktok: () => import("./adapters/tiktok.js"),
  twitch: () => import("./adapters/twitch.js"),
  vidyard: () => import("./adapters/vidyard.js"),
  view: () => import("./adapters/view.js"),
  vimeo: () => import("./adapters/vimeo.js"),
  wistia: () => import("./adapters/wistia.js"),
  youtube: () => import("./adapters/youtube.js"),
};

/** @type {typeof import("../index.js").playrelay} */
export const playrelay = ({ relay, ...given }) => {
  // On a server there is nothing to measure: the returned functions do nothing.
  if (!globalThis.document) return /** @type {any} */ (api);
  // The script, or the module in another bundle, may measure already; a stub waits for either.
  const page = /** @type {any} */ (globalThis);
  const other = page.hasOwnProperty("playrelay") && page.playrelay;
  if (other?.watch && !other.q) return other;
  if (!options.relay) {
    Object.assign(options, given, {
      relay: relay.replace(/\/?$/, "/"),
      load: (/** @type {string} */ name) => ADAPTERS[name](),
    });
    start();
    page.playrelay = api;
    for (const [name, args] of other?.q || []) api[name](...args);
  }
  return /** @type {any} */ (api);
};
