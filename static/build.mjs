/**
 * Builds what the relay serves: src/main.js → playrelay.js, src/adapters/*.js → adapters/*.js, each
 * with a source map beside it. esbuild bundles, terser minifies: it saves the last five per cent.
 * The maps are named by no comment in the files; the relay tells of them in a header.
 */

import { readdirSync, writeFileSync, mkdirSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { minify } from "terser";

const home = fileURLToPath(new URL(".", import.meta.url));

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
  const small = await minify(script.text, {
    ecma: 2020,
    module: format == "esm",
    toplevel: true,
    compress: {
      passes: 4,
      unsafe: true,
      unsafe_arrows: true,
      unsafe_math: true,
      pure_getters: true,
      keep_fargs: false,
      booleans_as_integers: true,
    },
    sourceMap: { content: map.text, filename: basename(output) },
  });
  writeFileSync(join(home, output), small.code ?? "");
  writeFileSync(join(home, `${output}.map`), String(small.map));
}

rmSync(join(home, "adapters"), { recursive: true, force: true });
mkdirSync(join(home, "adapters"));
await make("src/main.js", "playrelay.js", "iife");
for (const name of readdirSync(join(home, "src/adapters"))) {
  await make(`src/adapters/${name}`, `adapters/${name}`, "esm");
}
