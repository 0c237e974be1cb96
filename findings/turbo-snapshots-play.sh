#!/bin/sh
# Turbo keeps a page that is left as a copy of its elements. The copy of a <video autoplay> is in no document, and
# plays all the same: nobody sees it, and what `played` says when it is put back is no view of anybody.
set -eu
browser=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome)}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts playwright-core@1.58.2 @hotwired/turbo@8.0.23
cat > try.mjs <<'JS'
import { createServer } from "node:http";
import { readFileSync } from "node:fs";
import { chromium } from "playwright-core";
const turbo = readFileSync("node_modules/@hotwired/turbo/dist/turbo.es2017-umd.js");
const rate = 8000;
const sound = Buffer.alloc(44 + 60 * rate, 128); // a minute of silence, as a WAV
sound.write("RIFF", 0);
sound.writeUInt32LE(sound.length - 8, 4);
sound.write("WAVEfmt ", 8);
for (const [at, value] of [[16, 16], [24, rate], [28, rate], [40, 60 * rate]]) sound.writeUInt32LE(value, at);
for (const [at, value] of [[20, 1], [22, 1], [32, 1], [34, 8]]) sound.writeUInt16LE(value, at);
sound.write("data", 36);
const pages = {
  "/turbo.js": ["text/javascript", turbo],
  "/film.wav": ["audio/wav", sound],
  "/film": ["text/html", '<title>Film</title><script src="/turbo.js"></script><video autoplay src="/film.wav"></video><a href="/other">o</a>'],
  "/other": ["text/html", '<title>Other</title><script src="/turbo.js"></script><p>Other</p>'],
};
const server = createServer((request, answer) => {
  const [type, body] = pages[request.url] ?? ["text/plain", ""];
  answer.setHeader("Content-Type", type);
  answer.end(body);
}).listen(0, "127.0.0.1");
await new Promise((done) => server.on("listening", done));
const browser = await chromium.launch({ executablePath: process.argv[2], args: ["--no-sandbox", "--autoplay-policy=no-user-gesture-required"] });
console.log("Chromium", browser.version());
const page = await browser.newPage();
await page.goto(`http://127.0.0.1:${server.address().port}/film`);
await page.waitForFunction(() => document.querySelector("video").currentTime > 0.5);
await page.click("a");
await page.waitForFunction(() => document.title == "Other");
await page.evaluate(() => new Promise((later) => setTimeout(later, 3000)));
await page.goBack();
const seconds = await page.waitForFunction(() => document.querySelector("video")?.played.length && document.querySelector("video").played.end(0));
const played = await seconds.jsonValue();
console.log(`three seconds on another page; the film that is put back has played ${played.toFixed(1)} s`);
await browser.close();
server.close();
process.exit(played > 2 ? 0 : 1);
JS
node -p '"@hotwired/turbo " + require("@hotwired/turbo/package.json").version'
node try.mjs "$browser"
