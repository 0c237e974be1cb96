/** What stands in the page around a player, through shadow roots. */

/** @param {Element | null | undefined} element @returns {string | undefined} its text, in one line */
export const words = (element) => element?.textContent?.replace(/\s+/g, " ").trim();

/** blob: and data: name nothing that could be found again. @param {string | undefined} address */
export const absolute = (address) => {
  const { href } = new URL(address || "blob:", document.baseURI);
  return /^http/.test(href) ? href.split("#")[0] : undefined;
};

/** @param {any} node @returns {any} what it is inside of */
export const outer = (node) => node.parentNode || node.host;

/**
 * The first result for a node or one of its ancestors.
 * @template T
 * @param {any} node
 * @param {(node: any) => T} look
 * @returns {T | undefined}
 */
export const outwards = (node, look) => node && (look(node) || outwards(outer(node), look));

/**
 * An attribute of a node or its ancestors. Other libraries use attributes of the same
 * name: invalid values are ignored.
 * @param {any} node
 * @param {string} name without `data-`
 * @param {RegExp} [ours]
 * @returns {string | undefined}
 */
export const attribute = (node, name, ours = /./) =>
  outwards(node, (each) => {
    const value = each.getAttribute?.("data-" + name);
    return value && ours.test(value) && value;
  });

/** @param {any} node @returns {string | undefined} what the page asks for by `data-playrelay`: "on" or "off" */
export const wish = (node) => outwards(node, (each) => each.dataset?.playrelay);
