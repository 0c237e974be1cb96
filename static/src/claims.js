/**
 * Who follows what: a player is one view, even where an element of its own stands around a real
 * `<video>` or a vendor's frame. The first to claim one of them keeps the others out.
 */

/** Players of Wistia's in the page itself: they are followed, and not the `<video>` inside. */
export const PLAYERS = "[class*=wistia_async],wistia-player";

/** @type {WeakSet<Node>} */
const claimed = new WeakSet();
/** All that stands around what is claimed. @type {WeakSet<Node>} */
const around = new WeakSet();

/** @param {any} node @returns {any[]} it, and all that it is inside of, through shadow roots */
const pathOf = (node) => (node ? [node, ...pathOf(node.parentNode || node.host)] : []);

/**
 * Whether the element may be followed from now on: neither it nor anything around it or inside of
 * it is followed already.
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
