#!/usr/bin/env bash
# A film of 24 s in HLS or DASH, played to its end: which durations the <video> announces. Some
# libraries set the MediaSource's duration once more when the last segment has been appended, so a
# duration that was "known" moves at the very end.
# Needs node, npm, ffmpeg and a Chromium (or CHROMIUM=path).
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --ignore-scripts --no-fund --no-audit playwright-core@1.57.0 hls.js@1.7.4 \
    video.js@8.24.1 shaka-player@5.2.12 dashjs@5.2.1
mkdir film
ffmpeg -v error -f lavfi -i testsrc=size=160x90:rate=5:duration=24 \
    -f lavfi -i sine=frequency=220:sample_rate=44100:duration=24 \
    -c:v libx264 -profile:v baseline -pix_fmt yuv420p -g 5 -c:a aac -b:a 32k \
    -f dash -seg_duration 2 -use_timeline 0 -hls_playlist 1 film/manifest.mpd

cat >run.mjs <<'JS'
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { chromium } from "playwright-core";

const script = (path) => `<script src="/node_modules/${path}"></script>`;
const PAGES = {
  "hls.js 1.7.4": [script("hls.js/dist/hls.min.js"),
    "const hls = new Hls(); hls.loadSource('/film/master.m3u8'); hls.attachMedia(film)"],
  "video.js 8.24.1": [script("video.js/dist/video.min.js"),
    "videojs('film').src({ src: '/film/master.m3u8', type: 'application/x-mpegURL' })"],
  "Shaka 5.2.12, HLS": [script("shaka-player/dist/shaka-player.compiled.js"),
    "const p = new shaka.Player(); p.attach(film).then(() => p.load('/film/master.m3u8'))"],
  "Shaka 5.2.12, DASH": [script("shaka-player/dist/shaka-player.compiled.js"),
    "const p = new shaka.Player(); p.attach(film).then(() => p.load('/film/manifest.mpd'))"],
  "dash.js 5.2.1": [script("dashjs/dist/modern/umd/dash.all.min.js"),
    "dashjs.MediaPlayer().create().initialize(film, '/film/manifest.mpd', false)"],
};
const EXPECTED = {};
const TYPES = { m3u8: "application/vnd.apple.mpegurl", mpd: "application/dash+xml", js: "text/javascript" };

const server = createServer(async ({ url }, response) => {
  const { pathname } = new URL(url, "http://localhost");
  const name = decodeURIComponent(pathname.slice(1));
  if (name in PAGES) {
    const [load, start] = PAGES[name];
    response.setHeader("Content-Type", "text/html");
    return response.end(`<!doctype html><body><video id="film" preload="auto" muted></video>${load}<script>
      const film = document.getElementById("film");
      window.said = [];
      film.addEventListener("durationchange", () => said.push(film.duration));
      ${start};</script>`);
  }
  const content = await readFile("." + pathname).catch(() => undefined);
  response.writeHead(content ? 200 : 404, { "Content-Type": TYPES[name.split(".").pop()] ?? "video/mp4" });
  response.end(content);
}).listen(0, "127.0.0.1");
await new Promise((resolve) => server.once("listening", resolve));

const browser = await chromium.launch({
  executablePath: process.argv[2],
  args: ["--no-sandbox", "--disable-gpu", "--autoplay-policy=no-user-gesture-required"],
});
console.log("Chromium", browser.version());
let changed = false;
for (const name in PAGES) {
  const page = await browser.newPage();
  page.setDefaultTimeout(120_000);
  page.on('console', m => console.log(m.text())); page.on("pageerror", (error) => console.log(name, String(error)));
  await page.goto(`http://127.0.0.1:${server.address().port}/${encodeURIComponent(name)}`);
  const video = "document.querySelector('video')";
  await page.waitForFunction(`${video}.readyState > 2`);
  await page.evaluate(`${video}.playbackRate = 8, ${video}.play()`);
  await page.waitForFunction(`${video}.ended`);
  const seen = await page.evaluate("said.filter(Number.isFinite).map((each) => +each.toFixed(3)).join(', ')");
  const same = seen == EXPECTED[name];
  changed ||= !same;
  console.log(`${same ? "as known" : "CHANGED "}  ${name}: ${seen}`);
  await page.close();
}
await browser.close();
server.close();
process.exitCode = Number(changed);
JS
node run.mjs "${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome)}"
