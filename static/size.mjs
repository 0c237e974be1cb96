/** Holds the sizes, as a browser receives them (brotli): fails if one has grown too large. */

import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants } from "node:zlib";

const home = fileURLToPath(new URL(".", import.meta.url));

/** Bytes. What every page loads, and each adapter: with 1000 to a KB. All of them: 1024. */
const LIMITS = { core: 2500, adapter: 700, all: 4300 };

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
let all = core;
hold("playrelay.js", core, LIMITS.core);
for (const name of adapters) {
  const bytes = size(`adapters/${name}`);
  all += bytes;
  hold(`adapters/${name}`, bytes, LIMITS.adapter);
}
hold("all together", all, LIMITS.all);
process.exitCode = failed ? 1 : 0;
