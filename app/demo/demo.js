/** The demo page: who is watching, and the stream of what arrives. */

import { row } from "./timeline.js";
import { become } from "./visitor.js";
import "./website.js";

const MOST_ROWS = 200;
const WAITING_EVERY = 1500;

/** @param {string} id @returns {any} */
const at = (id) => document.getElementById(id);

/** Where one relay serves several sites, the one whose page this plays. */
const { site } = document.querySelector("script[data-consent]").dataset;
const demo = new URL(".", import.meta.url).pathname.replace(/\/$/, "");
const ofSite = site ? `?site=${site}` : "";

/* Who is watching. */

const visitor = become();
for (const link of document.querySelectorAll("[data-visitor]")) {
  if (site) link.search += `&site=${site}`;
  if (link.dataset.visitor === visitor) link.setAttribute("aria-current", "true");
}
if (visitor === "stranger") {
  at("as").textContent = "a stranger";
  at("advice").textContent =
    "And nothing will while a stranger is watching. Play something and see its events wait; then become a known contact and play it again.";
  countWaiting();
}
at("privacy").hidden = !navigator.globalPrivacyControl;
const attribute = site ? ` data-site="${site}"` : "";
at("embed").textContent = `<script async src="${new URL("../playrelay.js", import.meta.url)}"${attribute}></script>`;

async function countWaiting() {
  try {
    const { waiting } = await (await fetch(`${demo}/waiting${ofSite}`)).json();
    const text = `A stranger is watching: ${waiting} ${waiting === 1 ? "event waits" : "events wait"} in the relay, to be sent with the right times once HubSpot knows the visitor.`;
    if (at("waiting").textContent !== text) at("waiting").textContent = text; // or it is read out anew
    at("waiting").hidden = !waiting;
  } catch {
    // The relay is away, which the connection's state says already.
  }
  setTimeout(countWaiting, WAITING_EVERY);
}

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
const stream = new EventSource(`${demo}/events${ofSite}`);
stream.onmessage = arrive;
stream.onopen = () => connection("live", "Live");
stream.onerror = () => {
  if (stream.readyState === EventSource.CLOSED) {
    connection("closed", "No stream: another process delivers");
  } else connection("lost", "Relay is away, trying again …");
};
