/** What is playing, in the words of the page. */

/**
 * What a page may say of a medium, and what is found where it says nothing.
 * @typedef {object} Medium
 * @property {number} [mediaBridgeId]
 * @property {string} [externalId]
 * @property {string} [mediaUrl]
 * @property {string} [mediaName]
 * @property {string} [mediaType]
 */

/**
 * An attribute of a node, or of what it is inside of, through shadow roots.
 * @param {Node | null | undefined} node
 * @param {string} name
 * @returns {string | undefined}
 */
export const attribute = (node, name) => {
  for (; node; node = node.parentNode || /** @type {ShadowRoot} */ (node).host) {
    const value = /** @type {Element} */ (node).getAttribute?.(name);
    if (value) return value;
  }
};

/**
 * @param {Element} node
 * @param {string} source the player's address of what it plays
 * @param {Medium} said what the page's own script or an adapter says
 * @returns {Medium}
 */
export const describe = (node, source, said) => {
  const find = (/** @type {string} */ name) => attribute(node, `data-${name}`);
  const bridge = find("media-bridge-id");
  const id = find("external-id");
  // blob: and data: name nothing that could be found again.
  const url = find("media-url") || (/^https?:/.test(source) ? source.split("#")[0] : undefined);
  const tag = node.localName;
  const peers = document.querySelectorAll(tag);
  const stable = () =>
    node.id || `${location.pathname}#${tag}${Array.prototype.indexOf.call(peers, node) + 1}`;
  return {
    mediaBridgeId: bridge ? +bridge : undefined,
    externalId: id || (bridge || url || said.mediaUrl ? undefined : stable().slice(0, 255)),
    mediaUrl: url,
    mediaName:
      find("media-name") ||
      node.getAttribute("title") ||
      node.getAttribute("aria-label") ||
      node.closest("figure")?.querySelector("figcaption")?.textContent?.trim() ||
      undefined,
    mediaType: (find("media-type") || (tag == "audio" ? tag : "video")).toUpperCase(),
    ...said,
  };
};

/**
 * Whether a player is decoration: a silent loop, or a silent picture of a camera, that nobody
 * asked for and nobody can steer.
 * @param {HTMLMediaElement} player
 */
export const decorative = ({ muted, controls, autoplay, loop, srcObject }) =>
  muted && !controls && ((autoplay && loop) || !!srcObject);
