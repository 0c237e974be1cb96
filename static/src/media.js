/** What is playing, in the words of the page. */

/**
 * @typedef {object} Medium
 * @property {number} [mediaBridgeId]
 * @property {string} [externalId]
 * @property {string} [mediaUrl]
 * @property {string} [mediaName]
 * @property {string} [mediaType]
 */

/**
 * An attribute of a node, or of what it is inside of, through shadow roots.
 * @param {any} node
 * @param {string} name
 * @returns {string | undefined}
 */
export const attribute = (node, name) =>
  node &&
  (node.getAttribute?.("data-" + name) || attribute(node.parentNode || node.host, name));

/**
 * @param {any} node
 * @param {string} source the player's address of what it plays
 * @param {{ title?: string, audio?: boolean }} [player] what a vendor says of it
 * @returns {Medium}
 */
export const describe = (node, source, player = {}) => {
  const tag = node.localName;
  const mediaBridgeId = Number(attribute(node, "media-bridge-id")) || undefined;
  // blob: and data: name nothing that could be found again.
  const mediaUrl = attribute(node, "media-url") || source.match(/^http[^#]+/)?.[0];
  return {
    mediaBridgeId,
    mediaUrl,
    externalId:
      attribute(node, "external-id") ||
      (mediaBridgeId || mediaUrl
        ? undefined
        : node.id ||
          (location.pathname + tag + [...document.querySelectorAll(tag)].indexOf(node)).slice(
            -255,
          )),
    mediaName:
      attribute(node, "media-name") ||
      player.title ||
      node.title ||
      node.ariaLabel ||
      node.closest("figure")?.innerText,
    mediaType: attribute(node, "media-type") || (/audio/.test(tag) || player.audio ? "AUDIO" : "VIDEO"),
  };
};
