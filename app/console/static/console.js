/** Small conveniences of every page: charts, news, copying, a second thought before what can't be undone. */

import { draw } from "./chart.js";

for (const place of document.querySelectorAll("[data-chart]")) draw(place);

/* What is asked for again and again is read out only when it says something new. */
const news = document.getElementById("news");
const readOut = () => {
  const said = document.querySelector("[data-news]")?.textContent.trim().replace(/\s+/g, " ") ?? "";
  if (said !== news.textContent) news.textContent = said;
};
readOut();
document.addEventListener("htmx:afterSwap", readOut);

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
