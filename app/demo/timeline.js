/** One event that HubSpot received → one row of the timeline. All its words go in as text. */

import { emptyStrip, stretches, strip } from "./strip.js";

/**
 * @typedef {object} Arrival
 * @property {number} arrived ms since the epoch
 * @property {string} event HubSpot's name of it
 * @property {number} contactId
 * @property {number} mediaBridgeId
 * @property {Record<string, any>} body as HubSpot received it
 */

/**
 * @param {string} tag @param {string} name of its class
 * @param {...(string | Node)} content
 */
const element = (tag, name, ...content) => {
  const made = document.createElement(tag);
  made.className = name;
  made.append(...content);
  return made;
};

/** @param {number} percent */
const bar = (percent) => {
  const fill = element("div", "fill");
  fill.style.width = `${Math.max(0, Math.min(100, percent))}%`;
  const made = element("div", "bar", fill);
  made.setAttribute("aria-hidden", "true"); // the title says it
  return made;
};

/** @param {Record<string, any>} body */
const attention = ({ rawDataMap = {}, derivedValues }) => {
  const times = Object.entries(rawDataMap)
    .sort(([one], [other]) => Number(one) - Number(other))
    .map(([, count]) => Number(count));
  const most = Math.max(0, ...times);
  const words = [`${times.filter((count) => count > 0).length} of ${times.length} spans watched`];
  if (most > 1) words.push(`up to ${most} times`);
  if (derivedValues) words.push(`${derivedValues.totalSecondsPlayed} s`);
  const svg = emptyStrip();
  strip(svg, stretches(times));
  svg.setAttribute("aria-label", words.join(", "));
  return [svg, element("p", "spans", words.join(" · "))];
};

/** A line for each field: a map of a hundred spans would be a hundred lines. @param {object} body */
const json = (body) => {
  const line = ([name, value]) =>
    `  ${JSON.stringify(name)}: ${JSON.stringify(value).replaceAll(',"', ', "')}`;
  return `{\n${Object.entries(body).map(line).join(",\n")}\n}`;
};

/** What people do with a medium, by HubSpot's type of it. @type {Record<string, string>} */
const DONE = { AUDIO: "heard", DOCUMENT: "seen", IMAGE: "seen" };

/**
 * @param {Arrival} arrival
 * @returns {{ kind: string, title: string, figure: Node[] }} what is special about each event
 */
const portray = ({ event, body }) => {
  if (event === "media-played-percent") {
    const percent = Number(body.playedPercent);
    return { kind: "percent", title: `${percent} % ${DONE[body.mediaType] ?? "watched"}`, figure: [bar(percent)] };
  }
  if (event === "attention-span") {
    return { kind: "attention", title: "Attention span", figure: attention(body) };
  }
  const title = body.state === "VIEWED" ? "Counted as a view" : "Play started";
  return { kind: "played", title, figure: [] };
};

/**
 * @param {Arrival} arrival
 * @returns {{ item: HTMLElement, summary: string }} the row, and what to tell who can't see it
 */
export const row = (arrival) => {
  const { kind, title, figure } = portray(arrival);
  const arrived = new Date(arrival.arrived);
  const time = element("time", "", arrived.toLocaleTimeString());
  time.setAttribute("datetime", arrived.toISOString());
  const state = arrival.body.state ? ` ${arrival.body.state}` : "";
  const item = element(
    "li",
    kind,
    element("div", "head", element("h3", "", title), time),
    ...figure,
    element(
      "p",
      "facts",
      element("code", "", arrival.event + state),
      element("span", "", `contact ${arrival.contactId}`),
      element("span", "", arrival.body.mediaName ?? `media ${arrival.mediaBridgeId}`),
    ),
    element(
      "details",
      "",
      element("summary", "", "JSON body"),
      element("pre", "", json(arrival.body)),
    ),
  );
  item.dataset.event = arrival.event;
  item.dataset.value = arrival.body.state ?? arrival.body.playedPercent ?? "";
  item.dataset.session = arrival.body.sessionId;
  return { item, summary: `${title}, ${arrived.toLocaleTimeString()}` };
};
