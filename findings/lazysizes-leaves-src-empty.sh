#!/bin/sh
# lazysizes loads a frame by navigating its window: the frame shows data-src, while its src attribute
# and property stay empty. Whoever looks for players by iframe[src*=…] never finds these.
set -eu
browser=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome)}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts playwright-core@1.58.2 lazysizes@5.3.2
cat > try.mjs <<'JS'
import { createServer } from "node:http";
import { readFileSync } from "node:fs";
import { chromium } from "playwright-core";
const library = readFileSync("node_modules/lazysizes/lazysizes.min.js");
const body = `<iframe class="lazyload" data-src="/player"></iframe><script>${library}</script>`;
const server = createServer((request, answer) => {
  answer.setHeader("Content-Type", "text/html");
  answer.end(request.url == "/player" ? "A player" : body);
}).listen(0, "127.0.0.1");
await new Promise((done) => server.on("listening", done));
const browser = await chromium.launch({ executablePath: process.argv[2], args: ["--no-sandbox"] });
console.log("Chromium", browser.version());
const page = await browser.newPage();
await page.goto(`http://127.0.0.1:${server.address().port}/`);
await page.frameLocator("iframe").getByText("A player").waitFor();
const shown = new URL(page.frames()[1].url()).pathname;
const src = await page.getAttribute("iframe", "src");
console.log(`the frame shows ${shown}, its src is ${JSON.stringify(src)}`);
await browser.close();
server.close();
process.exit(shown == "/player" && !src ? 0 : 1);
JS
node -p '"lazysizes " + require("lazysizes/package.json").version'
node try.mjs "$browser"
