#!/bin/sh
# Playwright's page.evaluate() counts as the visitor's gesture: navigator.userActivation says that
# there was one, although nobody has clicked or typed. Whoever decides by it (may this play with
# sound? has anybody touched this frame?) decides differently in such a test than on a real page.
set -eu
browser=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome)}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts playwright-core@1.58.2
cat > try.mjs <<'JS'
import { chromium } from "playwright-core";
const browser = await chromium.launch({ executablePath: process.argv[2], args: ["--no-sandbox"] });
console.log("Chromium", browser.version());
const page = await browser.newPage();
// The page itself says what it sees, twice; between that, a test only reads a number.
const said = [];
page.on("console", (message) => said.push(message.text()));
await page.goto("data:text/html,<script>setInterval(() => console.log(navigator.userActivation.hasBeenActive), 20)</script>");
while (said.length < 3) await new Promise((done) => setTimeout(done, 20));
const before = said.at(-1);
await page.evaluate("1 + 1");
const seen = said.length;
while (said.length < seen + 3) await new Promise((done) => setTimeout(done, 20));
const after = said.at(-1);
console.log(`hasBeenActive before page.evaluate("1 + 1"): ${before}, after: ${after}`);
await browser.close();
process.exit(before == "false" && after == "true" ? 0 : 1);
JS
node -p '"playwright-core " + require("playwright-core/package.json").version'
node try.mjs "$browser"
