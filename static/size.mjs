/** Holds the sizes, as a browser receives them (brotli): fails if one has grown too large. */

import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants } from "node:zlib";

const home = fileURLToPath(new URL(".", import.meta.url));

/**
 * Bytes: what every page loads, what a page with one plain `<video>` loads in all (the script, and
 * what measures and names), what speaks, what knows frames or manifests, and each other adapter.
 */
const LIMITS = { core: 2700, plain: 5600, debug: 1000, frames: 1310, manifests: 610, naming: 1530, adapter: 600 };

/** @param {string} path */
function size(path) {
  const content = readFileSync(home + path);
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
    [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
  };
  return brotliCompressSync(content, { params }).length;
}

let failed = false;
/** @param {string} name @param {number} bytes @param {number} limit */
function hold(name, bytes, limit) {
  if (bytes > limit) failed = true;
  console.log(`${name.padEnd(24)}${String(bytes).padStart(6)} of ${limit} bytes`);
}

const adapters = readdirSync(`${home}adapters`).filter((name) => name.endsWith(".js"));
const core = size("playrelay.js");
hold("playrelay.js", core, LIMITS.core);
hold("one plain <video>", core + size("adapters/view.js"), LIMITS.plain);
for (const name of adapters.filter((each) => each != "view.js")) {
  const bytes = size(`adapters/${name}`);
  const limit = /** @type {Record<string, number>} */ (LIMITS)[name.replace(".js", "")];
  hold(`adapters/${name}`, bytes, limit ?? LIMITS.adapter);
}
process.exitCode = failed ? 1 : 0;
