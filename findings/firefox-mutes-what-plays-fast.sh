#!/bin/sh
# Firefox (153) mutes a media element that plays at nine times its speed or a tenth of it, and the element's `muted` says
# so, though nobody has set it and no `volumechange` is fired. Back at an ordinary speed it is false again.
# Whoever takes `muted` for the page's or the visitor's word takes a fast viewing for a silent background.
# Needs node, npm and a Firefox (or FIREFOX=path).
set -eu
browser=${FIREFOX:-$(command -v firefox-esr || command -v firefox)}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts puppeteer-core@24.31.0
cat > try.mjs <<'JS'
import puppeteer from "puppeteer-core";
const rate = 8000;
const sound = Buffer.alloc(44 + 60 * rate, 128); // a minute of silence, as a WAV
sound.write("RIFF", 0);
sound.writeUInt32LE(sound.length - 8, 4);
sound.write("WAVEfmt ", 8);
for (const [at, value] of [[16, 16], [24, rate], [28, rate], [40, 60 * rate]]) sound.writeUInt32LE(value, at);
for (const [at, value] of [[20, 1], [22, 1], [32, 1], [34, 8]]) sound.writeUInt16LE(value, at);
sound.write("data", 36);
const browser = await puppeteer.launch({
  browser: "firefox",
  executablePath: process.argv[2],
  headless: true,
  extraPrefsFirefox: { "media.autoplay.default": 0 },
});
console.log(await browser.version());
const page = await browser.newPage();
const seen = await page.evaluate(async (address) => {
  const player = new Audio(address);
  let changes = 0;
  player.addEventListener("volumechange", () => changes++);
  await player.play();
  const seen = [];
  for (const speed of [8, 9, 1, 0.25, 0.1, 1]) {
    player.playbackRate = speed;
    await new Promise((done) => setTimeout(done, 300));
    seen.push(`${speed}: ${player.muted}`);
  }
  return [...seen, `volumechange: ${changes}`].join(", ");
}, "data:audio/wav;base64," + sound.toString("base64"));
await browser.close();
console.log("muted at a playbackRate of", seen);
process.exit(seen == "8: false, 9: true, 1: false, 0.25: false, 0.1: true, 1: false, volumechange: 0" ? 0 : 1);
JS
node try.mjs "$browser"
