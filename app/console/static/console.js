/** Small conveniences of every page: charts, times, announcements for screen readers, copying, and a question before what can't be undone. */

import { draw } from "./chart.js";
import { writeTimes } from "./times.js";

for (const place of document.querySelectorAll("[data-chart]")) draw(place);

/* A part that is refreshed is read out only when it has changed. */
const announcement = document.getElementById("announcement");
const announce = () => {
  const text = document.querySelector("[data-announce]")?.textContent.trim().replace(/\s+/g, " ") ?? "";
  if (text !== announcement.textContent) announcement.textContent = text;
};
announce();
document.addEventListener("htmx:afterSwap", announce);

writeTimes(document);
document.addEventListener("htmx:afterSwap", () => writeTimes(document));
setInterval(() => writeTimes(document), 30_000);

document.addEventListener("click", async ({ target }) => {
  const button = target instanceof Element ? target.closest("[data-copy]") : null;
  if (!button) return;
  const text = document.getElementById(button.dataset.copy).textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    // No clipboard without https: the text is chosen, for the person to copy.
    getSelection().selectAllChildren(document.getElementById(button.dataset.copy));
    button.textContent = "Press Ctrl+C";
  }
});

document.addEventListener("submit", (event) => {
  const asked = (event.submitter ?? event.target).dataset.confirm ?? event.target.dataset.confirm;
  if (asked && !confirm(asked)) event.preventDefault();
});
