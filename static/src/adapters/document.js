/**
 * Documents and images that are marked as such: how much of their height has been in the window.
 * What a frame shows, a PDF in the browser's own viewer for example, can't be seen from outside.
 */

/** @type {WeakSet<Node>} */
const seen = new WeakSet();

/** @type {import("../adapters.js").Adapter} */
export default (node, { progress, use }) => {
  if (seen.has(node)) return;
  seen.add(node);
  /** @type {object} */
  let play;
  use("view", (/** @type {import("../tracker.js").Measuring} */ { describe }) => {
    play = describe(node, { address: node.src || "", openedAt: 0 });
  });
  const parts = new Set();
  let goal = 1;
  // A look each second: what was only scrolled past was not seen.
  setInterval(() => {
    const { top, height } = node.getBoundingClientRect();
    for (let part = 0; play && height && part < 100 && !document.hidden; part++) {
      const at = top + (height * part) / 100;
      if (at >= 0 && at + height / 100 <= innerHeight) parts.add(part);
    }
    if (play && parts.size >= goal) {
      goal = parts.size - (parts.size % 25) + 25;
      progress(Object.assign(play, { playedPercent: parts.size }), node);
    }
  }, 1e3);
};
