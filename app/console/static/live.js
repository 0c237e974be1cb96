/** The rows of the live page: the server draws them, here they are put in their places. */

import { writeTimes } from "./times.js";

const list = document.getElementById("live");
const state = document.getElementById("connection");
const most = Number(list.dataset.most);

/** @param {string} html @returns {Element} */
const element = (html) => {
  const template = document.createElement("template");
  template.innerHTML = html; // the server has escaped whatever strangers said
  return template.content.firstElementChild;
};

/** @param {MessageEvent} message */
const arrive = ({ data }) => {
  const { id, html } = JSON.parse(data);
  const known = document.getElementById(id);
  const row = element(html);
  writeTimes(row);
  if (known?.outerHTML === row.outerHTML) return;
  if (known) {
    const held = known.contains(document.activeElement);
    known.replaceWith(row);
    if (held) row.querySelector("a").focus();
  } else list.prepend(row);
  list.children[most]?.remove();
  document.getElementById("quiet").hidden = true;
};

/** @param {string} name @param {string} text */
const say = (name, text) => {
  state.dataset.state = name;
  state.textContent = text;
};

const stream = new EventSource(list.dataset.stream);
stream.onmessage = arrive;
stream.onopen = () => say("live", "Live");
stream.onerror = () =>
  stream.readyState === EventSource.CLOSED
    ? say("closed", "Not live: load the page again")
    : say("lost", "The relay is away, trying again …");
