/**
 * Builds what the relay serves: src/main.js → playrelay.js, src/adapters/*.js → adapters/*.js, each
 * with a source map beside it. esbuild bundles, terser minifies: it saves the last five per cent.
 * The maps are named by no comment in the files; the relay tells of them in a header.
 *
 * With --check nothing is written: it fails if what is there is not what the sources make.
 */

import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { minify } from "terser";

const home = fileURLToPath(new URL(".", import.meta.url));

/**
 * Properties that only our own files know, in the script as well as in its adapters: these get short
 * names. None may be one of the DOM's that we read, of a play's, of an option, of the API or of a vendor's
 * words.
 */
const OWN = `alone announced answered around audio awaitAdapter beginning claim authored declareAd declared describe emit
  follow foundAt guard heard inputTarget isAd isDecoration isRecent isSteered isSuspect knownAt known lastInput late leaving listen load log loops manifest mayGrow nameSource number openedAt options parts player players previous reached report resumed said
  seenAt saidOf settle shown started takeOver track update use`;
const mangling = { regex: new RegExp(`^(${OWN.split(/\s+/).join("|")})$`), builtins: true };
/**
 * A view outlives its player. Written out where it is made, it would hold on to all that is known there:
 * an element that the page has taken away would stay in memory.
 */
const APART = /(?<== )(?=createView\()/;
/** The short names of properties, for all files the same. @type {{ vars?: object }} */
const nameCache = {};

/** What the sources make, by path. @type {Map<string, string>} */
const made = new Map();

/**
 * `var x_default = …; export { x_default as default };` → `export default …`, which is shorter. Padded,
 * so that the source map stays true.
 * @param {string} text
 */
const exportPlainly = (text) =>
  text
    .replace(/(var|,)(\s+)\w+_default = /, (found, before, space) =>
      `${before == "var" ? "" : ";"}${space}export default `.padEnd(found.length),
    )
    .replace(/export \{\n.* as default\n\};\n$/, "");

/** The product's own version is the only one that is written by hand. */
const [, version] = readFileSync(join(home, "../app/__init__.py"), "utf8").match(/__version__ = "(.+)"/) ?? [];
made.set(
  "src/version.js",
  `/** The product's version, as app/__init__.py states it: written by build.mjs. */
export const VERSION = "${version}";
`,
);
made.set(
  "package.json",
  readFileSync(join(home, "package.json"), "utf8").replace(/("version": ").+(")/, `$1${version}$2`),
);

/** @param {string} entry @param {string} output @param {"iife" | "esm"} format */
async function make(entry, output, format) {
  const bundled = await build({
    absWorkingDir: home,
    entryPoints: [entry],
    outfile: output,
    bundle: true,
    format,
    target: "es2022",
    charset: "utf8",
    sourcemap: "external",
    write: false,
    minifySyntax: true,
    tsconfigRaw: {}, // the check is strict already: no "use strict" in what is served
  });
  const [map, script] = bundled.outputFiles;
  const text = script.text.replace(APART, "/*@__NOINLINE__*/");
  delete nameCache.vars; // each file has variables of its own
  const small = await minify(format == "esm" ? exportPlainly(text) : text, {
    ecma: 2020,
    module: format == "esm",
    toplevel: true,
    nameCache,
    mangle: { properties: mangling },
    compress: {
      passes: 4,
      unsafe: true,
      unsafe_arrows: true,
      unsafe_math: true,
      pure_getters: true,
      keep_fargs: false,
    },
    sourceMap: { content: map.text, filename: basename(output) },
  });
  made.set(output, small.code ?? "").set(`${output}.map`, String(small.map));
}

for (const path of ["src/version.js", "package.json"]) {
  if (!process.argv.includes("--check")) writeFileSync(join(home, path), made.get(path) ?? "");
}
await make("src/main.js", "playrelay.js", "iife");
// There are more names than letters: what most pages load gets the letters.
const first = ["view.js", "naming.js"];
for (const name of new Set([...first, ...readdirSync(join(home, "src/adapters")).sort()])) {
  await make(`src/adapters/${name}`, `adapters/${name}`, "esm");
}

if (process.argv.includes("--check")) {
  const there = readdirSync(join(home, "adapters")).map((name) => `adapters/${name}`);
  for (const path of new Set([...made.keys(), ...there])) {
    const full = join(home, path);
    if (!existsSync(full) || made.get(path) !== readFileSync(full, "utf8")) {
      console.error(`static/${path} is not what static/src makes: npm run build, and commit it`);
      process.exitCode = 1;
    }
  }
} else {
  rmSync(join(home, "adapters"), { recursive: true, force: true });
  mkdirSync(join(home, "adapters"));
  for (const [path, text] of made) writeFileSync(join(home, path), text);
}
