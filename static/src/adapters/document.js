/**
 * Documents and images that are marked as such: how much of their height has been in the window.
 * What a frame shows, a PDF in the browser's own viewer for example, can't be seen from outside.
 */

/** @type {import("../adapters.js").Adapter} */
export default (node, _track, progress, describe) => {
  const play = describe(node, node.src || "");
  const seen = new Set();
  let goal = 1;
  // A look each second: what was only scrolled past was not seen.
  setInterval(() => {
    const { top, height } = node.getBoundingClientRect();
    for (let part = 0; height && part < 100 && !document.hidden; part++) {
      const at = top + (height * part) / 100;
      if (at >= 0 && at + height / 100 <= innerHeight) seen.add(part);
    }
    if (seen.size >= goal) {
      goal = seen.size - (seen.size % 25) + 25;
      progress(Object.assign(play, { playedPercent: seen.size }), node);
    }
  }, 1e3);
};
