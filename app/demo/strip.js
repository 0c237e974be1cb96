/** A strip of what was watched, darker where it was watched more often. */

const SVG = "http://www.w3.org/2000/svg";
const DARKEST = 4;

/**
 * @typedef {object} Stretch
 * @property {number} start percent of the clip
 * @property {number} width percent of the clip
 * @property {number} times how often it was watched
 */

/**
 * Fills an <svg viewBox="0 0 100 1"> anew.
 * @param {SVGElement} svg
 * @param {Stretch[]} stretches
 */
export const strip = (svg, stretches) => {
  svg.replaceChildren(
    ...stretches
      .filter(({ times }) => times > 0)
      .map(({ start, width, times }) => {
        const rect = document.createElementNS(SVG, "rect");
        rect.setAttribute("x", String(start));
        rect.setAttribute("width", String(width));
        rect.setAttribute("height", "1");
        rect.setAttribute("class", `times-${Math.min(times, DARKEST)}`);
        return rect;
      }),
  );
};

/** @returns {SVGElement} */
export const emptyStrip = () => {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 100 1");
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("class", "strip");
  svg.setAttribute("role", "img");
  return svg;
};

/**
 * Neighbours that were watched equally often become one stretch.
 * @param {number[]} times one figure for each of equal spans
 * @returns {Stretch[]}
 */
export const stretches = (times) => {
  const width = 100 / times.length;
  /** @type {Stretch[]} */
  const found = [];
  times.forEach((count, span) => {
    const last = found[found.length - 1];
    if (last?.times === count) last.width += width;
    else found.push({ start: span * width, width, times: count });
  });
  return found;
};
