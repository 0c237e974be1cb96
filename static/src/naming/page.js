/** What the page says of its films in general: captions and headings, schema.org, Open Graph. */

import { outer, outwards, words } from "./attributes.js";

/** @typedef {{ name?: string, address?: string, around?: Element }} Statement */

/** Where a page may have statements on films: whether to load what reads them. */
export const STATEMENTS = "script[type='application/ld+json'],[itemtype]";

/** @param {string | undefined} address @returns {string | undefined} without what varies */
const place = (address) => address && new URL(address, document.baseURI).href.split(/[?#]/)[0];

/** @param {string} property @returns {string | undefined} of Open Graph */
const openGraph = (property) =>
  /** @type {HTMLMetaElement | null} */ (document.querySelector(`meta[property="og:${property}"]`))
    ?.content || undefined;

/** Parts of a page that have headings of their own. */
const ASIDE = "aside,footer,nav";

/**
 * The last heading before a node in the smallest part of the page that has one, else the first.
 * @param {any} node
 */
const heading = (node) => {
  for (let part = outer(node); part; part = outer(part)) {
    const headings = [...part.querySelectorAll("h1,h2,h3,h4,h5,h6,summary")].filter(
      (each) => words(each) && each.closest(ASIDE)?.contains(node) !== false,
    );
    const before = headings.filter((each) => node.compareDocumentPosition(each) & 2);
    if (headings[0]) return words(before.at(-1) || headings[0]);
    if (part.host) node = part.host;
  }
  return undefined;
};

/**
 * What the page says of the film that a node plays.
 * @param {any} node
 * @param {Statement[]} said of films of its kind
 * @param {string | undefined} address of the film, if it has one
 * @param {boolean} alone whether it is the page's only one
 * @returns {Statement}
 */
export const pageSays = (node, said, address, alone) => {
  const caption = outwards(node, (each) => each.localName == "figure" && words(each.querySelector("figcaption")));
  const statement =
    said.find(({ around }) => around && outwards(node, (each) => each == around)) ||
    said.find((each) => address && place(each.address) == place(address)) ||
    // It may say so of one film in both ways.
    (alone && said.every(({ name }) => name == said[0].name) && said[0]) ||
    (alone && openGraph("video") && { name: openGraph("title"), address: openGraph("video") }) ||
    {};
  return {
    name: statement.name || caption || heading(node),
    address: statement.address && new URL(statement.address, document.baseURI).href,
  };
};
