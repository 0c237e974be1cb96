/**
 * Makes sure that a player is one view, even if a custom element wraps a real `<video>` or a
 * vendor's frame. The first adapter to claim one of these elements excludes the others.
 */

/** Wistia's players in the page itself: they are followed, not the `<video>` inside them. */
export const PLAYERS = "[class*=wistia_async],wistia-player";

/** @type {WeakSet<Node>} */
const claimed = new WeakSet();
/** All ancestors of claimed elements. @type {WeakSet<Node>} */
const around = new WeakSet();

/** @param {any} node @returns {any[]} the node and its ancestors, through shadow roots */
const pathOf = (node) => (node ? [node, ...pathOf(node.parentNode || node.host)] : []);

/**
 * Claims the element; false if it, an ancestor or a descendant of it is
 * already claimed.
 * @param {Node} node
 */
export const claim = (node) => {
  const path = pathOf(node);
  if (
    around.has(node) ||
    path.some((each) => claimed.has(each) || (each != node && each.matches?.(PLAYERS)))
  ) {
    return false;
  }
  for (const each of path) around.add(each);
  return claimed.add(node);
};
