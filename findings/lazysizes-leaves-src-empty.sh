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
import { chromium } from "playwright-core";
import { readFileSync } from "node:fs";
const browser = await chromium.launch({ executablePath: process.argv[2], args: ["--no-sandbox"] });
console.log("Chromium", browser.version());
const page = await browser.newPage();
const player = "https://player.example/embed/1";
await page.context().route("https://**", (route) =>
  route.fulfill({ contentType: "text/html", body: route.request().url() == player ? "A player" :
    `<iframe class="lazyload" data-src="${player}"></iframe><script>${readFileSync("node_modules/lazysizes/lazysizes.min.js")}</script>` }));
await page.goto("https://page.example/");
const frame = await page.waitForSelector("iframe.lazyloaded");
await page.frameLocator("iframe").getByText("A player").waitFor();
const shown = page.frames()[1].url();
const src = await frame.getAttribute("src");
console.log(`the frame shows ${shown}, its src is ${JSON.stringify(src)}`);
await browser.close();
process.exit(shown == player && !src ? 0 : 1);
JS
node -p '"lazysizes " + require("lazysizes/package.json").version'
node try.mjs "$browser"
