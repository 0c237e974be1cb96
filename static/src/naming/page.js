/** What the page says of its films in general: schema.org, Open Graph, captions and headings. */

import { textAround } from "./around.js";
import { absolute, outwards } from "./attributes.js";

/** @typedef {{ name?: string, address?: string, around?: Element }} Statement */

/** @param {string | undefined} address @returns {string | undefined} without what varies */
const place = (address) => absolute(address)?.split("?")[0];

/** @param {string} property @returns {string | undefined} of Open Graph */
const openGraph = (property) =>
  /** @type {HTMLMetaElement | null} */ (document.querySelector(`meta[property="og:${property}"]`))
    ?.content;

/**
 * What the page says of the film that a node plays.
 * @param {any} node
 * @param {Statement[]} said of films of its kind
 * @param {string | undefined} address of the film, if it has one
 * @param {boolean} alone whether it is the page's only one
 * @returns {Statement}
 */
export const pageSays = (node, said, address, alone) => {
  const statement =
    said.find(({ around }) => outwards(node, (each) => each == around)) ||
    said.find((each) => address && place(each.address) == place(address)) ||
    // It may describe one film in both formats.
    (alone && said.every(({ name }) => name == said[0].name) && said[0]) ||
    (alone && openGraph("video") && { name: openGraph("title"), address: openGraph("video") }) ||
    {};
  return {
    name: statement.name || textAround(node),
    address: absolute(statement.address),
  };
};
