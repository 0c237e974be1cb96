#!/bin/sh
# terser writes a function out where it is called once. The closures that the function makes then hold on to
# everything that is known at that place: what could be collected before stays in memory. `@__NOINLINE__` helps.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts terser@5.51.2
cat > try.mjs <<'JS'
import { minify } from "terser";
const source = (note) => `
  const kept = [];
  const counter = (start) => {
    let count = start;
    return { more: () => ++count };
  };
  export const begin = (element) => {
    const view = ${note}counter(1);
    kept.push(view);
    return () => element.size + view.more();
  };`;
const options = { module: true, compress: { passes: 2 } };
const left = {};
for (const [name, code] of [
  ["as written", source("")],
  ["terser", (await minify(source(""), options)).code],
  ["terser, @__NOINLINE__", (await minify(source("/*@__NOINLINE__*/"), options)).code],
]) {
  const { begin } = await import("data:text/javascript," + encodeURIComponent(code));
  const elements = [1, 2, 3].map((size) => {
    const element = { size, frames: new Uint8Array(1e6) };
    begin(element)();
    return new WeakRef(element);
  });
  await new Promise((later) => setTimeout(later, 0));
  globalThis.gc();
  left[name] = elements.filter((each) => each.deref()).length;
  console.log(`${name}: ${left[name]} of 3 are still in memory`);
}
process.exit(left["as written"] == 0 && left.terser == 3 && left["terser, @__NOINLINE__"] == 0 ? 0 : 1);
JS
node -p '"Node " + process.version + ", terser " + require("terser/package.json").version'
node --expose-gc try.mjs
