/** What stands around a film in the page: a caption, or the heading of its part of the page. */

import { outer, outwards, words } from "./attributes.js";

/** Parts of a page that have headings of their own. */
const ASIDE = "footer,aside,nav";

/**
 * The last heading before a node in the smallest part of the page that has one, else the first. An
 * overlay (a dialog, a lightbox) can be anywhere in the document: a name from around it is used
 * only if there is exactly one.
 * @param {any} node
 */
const heading = (node) => {
  let over;
  for (let part = outer(node); part; part = outer(part)) {
    const headings = [...part.querySelectorAll("h1,h2,h3,h4,h5,h6,summary")].filter(
      (each) => words(each) && each.closest(ASIDE)?.contains(node) !== false,
    );
    if (headings[0]) return over && headings[1] ? undefined : words(headings.findLast((each) => node.compareDocumentPosition(each) & 2) || headings[0]);
    over ||= part.localName && getComputedStyle(part).position == "fixed";
    if (part.host) node = part.host;
  }
  return undefined;
};

/** @param {any} node @returns {string | undefined} */
export const textAround = (node) =>
  outwards(node, (each) => each.localName == "figure" && words(each.querySelector("figcaption"))) || heading(node);
