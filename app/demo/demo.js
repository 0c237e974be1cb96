/** The demo page: who is watching, how fast, what is covered, and the stream of what arrives. */

import { strip } from "./strip.js";
import { row } from "./timeline.js";
import { become } from "./visitor.js";

const MOST_ROWS = 200;
const WAITING_EVERY = 1500;

/** @param {string} id @returns {any} */
const at = (id) => document.getElementById(id);
const clip = at("clip");

/* Who is watching. */

const visitor = become();
for (const link of document.querySelectorAll("[data-visitor]")) {
  if (link.dataset.visitor === visitor) link.setAttribute("aria-current", "true");
}
if (visitor === "stranger") {
  at("as").textContent = "a stranger";
  at("advice").textContent =
    "And nothing will while a stranger is watching. Play the clip and see its events wait; then become a known contact and play it again.";
  countWaiting();
}
at("privacy").hidden = !navigator.globalPrivacyControl;
at("embed").textContent = `<script async src="${location.origin}/playrelay.js"></script>`;

async function countWaiting() {
  try {
    const { waiting } = await (await fetch("/demo/waiting")).json();
    const text = `A stranger is watching: ${waiting} ${waiting === 1 ? "event waits" : "events wait"} in the relay, to be sent with the right times once HubSpot knows the visitor.`;
    if (at("waiting").textContent !== text) at("waiting").textContent = text; // or it is read out anew
    at("waiting").hidden = !waiting;
  } catch {
    // The relay is away, which the connection's state says already.
  }
  setTimeout(countWaiting, WAITING_EVERY);
}

/* How fast. The player's own menu can change it too, so the buttons follow the player. */

const speeds = [...document.querySelectorAll("[data-rate]")];
for (const button of speeds) {
  button.addEventListener("click", () => (clip.playbackRate = Number(button.dataset.rate)));
}
clip.addEventListener("ratechange", () => {
  for (const button of speeds) {
    button.setAttribute("aria-pressed", String(Number(button.dataset.rate) === clip.playbackRate));
  }
});

/* What is covered, by the player's own account: a jump leaves a gap. */

const marks = [...document.querySelectorAll("[data-percent]")];
const showCoverage = () => {
  const { played, duration } = clip;
  if (!duration) return;
  const share = (seconds) => (100 * seconds) / duration;
  const ranges = Array.from(played, (_, i) => [share(played.start(i)), share(played.end(i))]);
  const percent = ranges.reduce((sum, [start, end]) => sum + end - start, 0);
  strip(at("coverage"), ranges.map(([start, end]) => ({ start, width: end - start, times: 1 })));
  at("coverage-value").textContent = `${Math.round(percent)} %`;
  for (const mark of marks) {
    const reached = percent >= Math.min(95, Number(mark.dataset.percent)); // 95 counts as all
    mark.classList.toggle("reached", reached);
  }
};
for (const type of ["timeupdate", "ended", "seeked"]) clip.addEventListener(type, showCoverage);
clip.addEventListener("ended", () => at("again").classList.add("due"));

/* What arrives. */

/** The stream begins with what is known already, so a reconnection repeats it. */
const shown = new Set();

/** @param {MessageEvent} message */
const arrive = (message) => {
  const event = JSON.parse(message.data);
  const key = `${message.lastEventId} ${event.arrived}`;
  if (shown.has(key)) return;
  shown.add(key);
  const { item, summary } = row(event);
  at("timeline").prepend(item);
  at("timeline").children[MOST_ROWS]?.remove();
  at("empty").hidden = true;
  at("count").hidden = false;
  at("count").textContent = shown.size;
  at("news").textContent = summary;
};

/** @param {string} state @param {string} text */
const connection = (state, text) => {
  at("connection").dataset.state = state;
  at("connection").textContent = text;
};
const stream = new EventSource("/demo/events");
stream.onmessage = arrive;
stream.onopen = () => connection("live", "Live");
stream.onerror = () => {
  if (stream.readyState === EventSource.CLOSED) {
    connection("closed", "No stream: another process delivers");
  } else connection("lost", "Relay is away, trying again …");
};
