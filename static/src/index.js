/** The entry for bundlers: the same tracker, begun by a call instead of a script element. */

import { start } from "./start.js";

/** @type {Record<string, () => Promise<{ default: any }>>} */
const ADAPTERS = {
  banner: () => import("./adapters/banner.js"),
  document: () => import("./adapters/document.js"),
  frames: () => import("./adapters/frames.js"),
  view: () => import("./adapters/view.js"),
};

/** @type {ReturnType<typeof start> | undefined} */
let api;

/** @type {typeof import("../index.js").playrelay} */
export const playrelay = ({ relay, ...options }) =>
  /** @type {any} */ (
    api ||= start({ src: new URL("/", relay).href, ...options }, (name) => ADAPTERS[name]())
  );
