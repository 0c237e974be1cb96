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

/** @param {any} node @returns {any} what it is inside of, through shadow roots */
const outer = (node) => node.parentNode || node.host;

/**
 * Whether the element may be followed from now on: neither it nor anything around it or inside of
 * it is followed already.
 * @param {Node} node
 */
export const claim = (node) => {
  /** @type {any[]} */
  const path = [];
  for (let each = node; each; each = outer(each)) path.push(each);
  if (
    around.has(node) ||
    path.some((each) => claimed.has(each) || (each != node && each.matches?.(PLAYERS)))
  )
    return false;
  claimed.add(node);
  for (const each of path) around.add(each);
  return true;
};
