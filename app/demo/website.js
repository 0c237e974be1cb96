/** The website's side: which medium is shown, how fast it plays, how much of it is covered. */

import { strip } from "./strip.js";

/** @param {string} id @returns {any} */
const at = (id) => document.getElementById(id);

/** @type {Record<string, any>} */
const MEDIA = { video: at("clip"), audio: at("tune"), document: at("paper") };
const players = [MEDIA.video, MEDIA.audio];

/** @param {string} name @param {(button: any) => boolean} isPressed */
const press = (name, isPressed) => {
  for (const button of document.querySelectorAll(`[data-${name}]`)) {
    button.setAttribute("aria-pressed", String(isPressed(button)));
  }
};

/* Which medium. "New play" comes back to it. */

let shown = MEDIA.video;

/** @param {string} name */
const show = (name) => {
  for (const player of players) player.pause();
  for (const medium of Object.values(MEDIA)) medium.hidden = medium !== MEDIA[name];
  shown = MEDIA[name];
  document.body.dataset.shows = name;
  press("medium", (button) => button.dataset.medium === name);
  at("speeds").hidden = !players.includes(shown);
  at("coverage-verb").textContent = { audio: "Heard", document: "Seen" }[name] ?? "Watched";
  at("again").href = `?medium=${name}`;
  at("again").classList.remove("due");
  showCoverage();
  showSpeed();
};

/* How fast. The player's own menu can change it too, so the buttons follow the player. */

const showSpeed = () => press("rate", ({ dataset }) => Number(dataset.rate) === shown.playbackRate);

/* What is covered: by a player's own account, in which a jump leaves a gap; of a document, what the
   tracker tells of it. */

let seen = 0;
const marks = [...document.querySelectorAll("[data-percent]")];

const ranges = () => {
  if (shown === MEDIA.document) return [[0, seen]];
  const { played, duration } = shown;
  const share = (/** @type {number} */ seconds) => (100 * seconds) / duration;
  return duration
    ? Array.from(played, (_, i) => [share(played.start(i)), share(played.end(i))])
    : [];
};

const showCoverage = () => {
  const covered = ranges();
  const percent = covered.reduce((sum, [start, end]) => sum + end - start, 0);
  strip(
    at("coverage"),
    covered.map(([start, end]) => ({ start, width: end - start, times: 1 })),
  );
  at("coverage-value").textContent = `${Math.round(percent)} %`;
  const all = shown === MEDIA.document ? 100 : 95; // of a player, 95 counts as all
  for (const mark of marks) {
    mark.classList.toggle("reached", percent >= Math.min(all, Number(mark.dataset.percent)));
  }
};

for (const player of players) {
  for (const type of ["timeupdate", "ended", "seeked"]) player.addEventListener(type, showCoverage);
  player.addEventListener("ratechange", showSpeed);
  player.addEventListener("ended", () => at("again").classList.add("due"));
}
MEDIA.document.addEventListener("playrelay:progress", (/** @type {CustomEvent} */ { detail }) => {
  seen = detail.playedPercent;
  showCoverage();
  if (seen >= 100) at("again").classList.add("due");
});
for (const button of document.querySelectorAll("[data-rate]")) {
  button.addEventListener("click", () => (shown.playbackRate = Number(button.dataset.rate)));
}
for (const button of document.querySelectorAll("[data-medium]")) {
  button.addEventListener("click", () => show(button.dataset.medium));
}

const asked = new URLSearchParams(location.search).get("medium") ?? "";
show(Object.hasOwn(MEDIA, asked) ? asked : "video");
