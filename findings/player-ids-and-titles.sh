#!/usr/bin/env bash
# What becomes of the id and the title that a page gave to a player when its library has set it up:
# Video.js and MediaElement.js rename the <video> (and MediaElement.js 7 not to NAME_html5 as before),
# jPlayer's own are called jp_video_0 on every page, and Vidstack takes `title` away, says "Media Player -
# TITLE" in aria-label, and writes data-media-type="video" on its host.
# Needs node, npm and a Chromium (or CHROMIUM=path).
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --ignore-scripts --no-fund --no-audit playwright-core@1.57.0 video.js@8.24.1 \
    mediaelement@7.1.0 openplayerjs@2.14.10 plyr@3.8.4 jplayer@2.9.2 jquery@3.7.1 vidstack@1.15.6 esbuild@0.28.2
echo 'import "vidstack/player";' | node_modules/.bin/esbuild --bundle --minify --format=esm \
    --log-level=error --outfile=node_modules/vidstack.js

cat >run.mjs <<'JS'
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { chromium } from "playwright-core";

const video = '<video id="film" title="A film" controls></video>';
const script = (path) => `<script src="/node_modules/${path}"></script>`;
const PAGES = {
  "video.js 8.24.1": [video, script("video.js/dist/video.min.js"), "videojs('film')"],
  "MediaElement.js 7.1.0": [
    video, script("mediaelement/build/mediaelement-and-player.min.js"), "new MediaElementPlayer('film')"],
  "OpenPlayerJS 2.14.10": [
    video, script("openplayerjs/dist/openplayer.min.js"), "new OpenPlayerJS('film').init()"],
  "Plyr 3.8.4": [video, script("plyr/dist/plyr.min.js"), "new Plyr('#film')"],
  "jPlayer 2.9.2": [
    '<div id="film" title="A film"></div>',
    script("jquery/dist/jquery.min.js") + script("jplayer/dist/jplayer/jquery.jplayer.min.js"),
    "$('#film').jPlayer({ ready() { $(this).jPlayer('setMedia', { title: 'A film', m4v: '/film.mp4' }) }, supplied: 'm4v' })"],
  "Vidstack 1.15.6": [
    '<media-player id="film" title="A film" load="eager" src="/film.mp4"><media-provider></media-provider></media-player>',
    '<script type="module" src="/node_modules/vidstack.js"></script>', ""],
};
const EXPECTED = {
  "video.js 8.24.1": "video id=film_html5_api title=A film",
  "MediaElement.js 7.1.0": "video id=film_from_mejs title=A film",
  "OpenPlayerJS 2.14.10": "video id=film title=A film",
  "Plyr 3.8.4": "video id=film title=A film",
  "jPlayer 2.9.2": "video id=jp_video_0 title=A film",
  "Vidstack 1.15.6": "media-player id=film aria-label=Media Player - A film data-media-type=video; video",
};

const server = createServer(async ({ url }, response) => {
  const { pathname } = new URL(url, "http://localhost");
  const name = decodeURIComponent(pathname.slice(1));
  if (name in PAGES) {
    const [body, load, start] = PAGES[name];
    response.setHeader("Content-Type", "text/html");
    return response.end(`<!doctype html><body>${body}${load}<script>${start}</script>`);
  }
  if (pathname.startsWith("/node_modules/")) {
    response.setHeader("Content-Type", "text/javascript");
    return response.end(await readFile("." + pathname).catch(() => ""));
  }
  response.writeHead(404).end();
}).listen(0, "127.0.0.1");
await new Promise((resolve) => server.once("listening", resolve));

const executablePath = process.argv[2];
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
console.log("Chromium", browser.version());
let changed = false;
for (const name in PAGES) {
  const page = await browser.newPage();
  await page.route(/^https:/, (route) => route.abort());
  await page.goto(`http://127.0.0.1:${server.address().port}/${encodeURIComponent(name)}`);
  await page.waitForSelector("video, media-player[data-media-type]", { state: "attached" });
  await page.waitForTimeout(500);
  const seen = await page.evaluate(() => {
    const say = (node) =>
      node.localName + ["id", "title", "aria-label", "data-media-type"]
        .filter((key) => node.hasAttribute(key))
        .map((key) => ` ${key}=${node.getAttribute(key)}`).join("");
    return [...document.querySelectorAll("media-player, video")].map(say).join("; ");
  });
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
