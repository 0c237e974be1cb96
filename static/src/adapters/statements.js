/** What the page says of its films in schema.org's words: loaded where there may be some. */

import { words } from "../naming/attributes.js";

/** @typedef {import("../naming/page.js").Statement} Statement */

/** What else stands there, lists and objects, is no name. @param {unknown} value */
const text = (value) => (typeof value == "string" ? value : undefined);

/** @param {unknown} value @returns {string | undefined} */
const href = (value) => {
  try {
    return value && typeof value == "string" ? new URL(value, document.baseURI).href : undefined;
  } catch {
    return undefined; // no address
  }
};

/** @param {RegExp} type @returns {Statement[]} what JSON-LD and microdata say of films of a type */
export default (type) => {
  /** @type {Statement[]} */
  const found = [];
  /** @param {any} value of JSON */
  const enter = (value) => {
    if (!value || typeof value != "object") return;
    if (type.test(value["@type"])) {
      found.push({ name: text(value.name), address: href(value.contentUrl) || href(value.embedUrl) });
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
    found.push({ around, name: property("name"), address: href(property("contentUrl")) || href(property("embedUrl")) });
  }
  return found;
};
