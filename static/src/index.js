/** The entry for bundlers: the same tracker, begun by a call instead of a script element. */

import { options } from "./options.js";
import { start } from "./start.js";
import { api } from "./tracker.js";

/** @type {Record<string, () => Promise<{ default: any }>>} */
const ADAPTERS = {
  banner: () => import("./adapters/banner.js"),
  document: () => import("./adapters/document.js"),
  frames: () => import("./adapters/frames.js"),
  view: () => import("./adapters/view.js"),
};

/** @type {typeof import("../index.js").playrelay} */
export const playrelay = ({ relay, ...given }) => {
  if (!options.relay) {
    Object.assign(options, given, {
      relay: relay.replace(/\/?$/, "/"),
      load: (/** @type {string} */ name) => ADAPTERS[name](),
    });
    start();
  }
  return /** @type {any} */ (api);
};
