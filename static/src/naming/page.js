/** What the page says of its films in general: schema.org, Open Graph, captions and headings. */

import { outer, outwards } from "./attributes.js";

/** @typedef {{ name?: string, address?: string, around?: Element }} Statement */

/** @param {Element | null | undefined} element */
const words = (element) => element?.textContent?.replace(/\s+/g, " ").trim();

/** @param {RegExp} type @returns {Statement[]} what JSON-LD and microdata say of films of a type */
const statements = (type) => {
  /** @type {Statement[]} */
  const found = [];
  /** @param {any} value of JSON */
  const enter = (value) => {
    if (!value || typeof value != "object") return;
    if (type.test(value["@type"])) {
      found.push({ name: value.name, address: value.contentUrl || value.embedUrl });
    }
    for (const key in value) enter(value[key]);
  };
  for (const script of document.querySelectorAll("script[type='application/ld+json']")) {
    try {
      enter(JSON.parse(/** @type {string} */ (script.textContent)));
    } catch {
      // Not ours to mend.
    }
  }
  for (const around of document.querySelectorAll("[itemtype]")) {
    if (!type.test(/** @type {string} */ (around.getAttribute("itemtype")))) continue;
    /** @param {string} name */
    const property = (name) => {
      /** @type {any} */
      const element = around.querySelector(`[itemprop=${name}]`);
      return element?.content || element?.href || element?.src || words(element);
    };
    found.push({ around, name: property("name"), address: property("contentUrl") || property("embedUrl") });
  }
  return found;
};

/** @param {string | undefined} address @returns {string | undefined} without what varies */
const place = (address) => address && new URL(address, document.baseURI).href.split(/[?#]/)[0];

/** @param {string} property @returns {string | undefined} of Open Graph */
const openGraph = (property) =>
  /** @type {HTMLMetaElement | null} */ (document.querySelector(`meta[property="og:${property}"]`))
    ?.content || undefined;

/**
 * The last heading before a node in the smallest part of the page that has one, else the first.
 * @param {any} node
 */
const heading = (node) => {
  for (let part = outer(node); part; part = outer(part)) {
    const headings = [...part.querySelectorAll("h1,h2,h3,h4,h5,h6")].filter(words);
    const before = headings.filter((each) => node.compareDocumentPosition(each) & 2);
    if (headings[0]) return words(before.at(-1) || headings[0]);
    if (part.host) node = part.host;
  }
  return undefined;
};

/**
 * What the page says of the film that a node plays.
 * @param {any} node
 * @param {RegExp} type of schema.org
 * @param {string | undefined} address of the film, if it has one
 * @param {boolean} alone whether it is the page's only one
 * @returns {Statement}
 */
export const pageSays = (node, type, address, alone) => {
  const said = statements(type);
  const caption = outwards(node, (each) => each.localName == "figure" && words(each.querySelector("figcaption")));
  const statement =
    said.find(({ around }) => around && outwards(node, (each) => each == around)) ||
    said.find((each) => address && place(each.address) == place(address)) ||
    (alone && !said[1] && said[0]) ||
    (alone && openGraph("video") && { name: openGraph("title"), address: openGraph("video") }) ||
    {};
  return {
    name: statement.name || caption || heading(node),
    address: statement.address && new URL(statement.address, document.baseURI).href,
  };
};
