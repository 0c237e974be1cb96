/**
 * Documents and images that are marked as such: how much of their height has been seen. Where the
 * marked element scrolls, or something that fills it, or the page in a frame, that is what counts.
 * A PDF in the browser's own viewer can't be looked into: it is a play without a share.
 */

/** So much of a document must a scrolling part fill to be its pages. */
const MOST = 0.5;

/** How often it is looked: what was only scrolled past was not seen (milliseconds). */
const LOOK_MS = 1e3;

/** @param {any} node @returns {Document | undefined} what a frame shows, if it can be looked into */
const documentOf = ({ contentDocument }) =>
  contentDocument?.body?.firstElementChild && !contentDocument.querySelector("embed")
    ? contentDocument
    : undefined;

/** @param {any} part @param {number} least its height @returns {boolean} whether its content scrolls */
const scrolls = (part, least) =>
  part.clientHeight >= least &&
  part.scrollHeight > part.clientHeight &&
  /auto|scroll/.test(getComputedStyle(part).overflowY);

/** @param {any} node @returns {any} the part that has the pages; none: it can't be looked into */
const findPages = (node) => {
  const framed = /^(iframe|object|embed)$/.test(node.localName);
  const root = framed ? documentOf(node)?.documentElement : node;
  const least = node.clientHeight * MOST;
  return (
    root && ([root, ...root.querySelectorAll("*")].find((each) => scrolls(each, least)) || root)
  );
};

/** @type {WeakSet<Node>} */
const known = new WeakSet();

/** @type {import("../adapters.js").Adapter} */
export default (node, { guard, progress, use }) => {
  if (known.has(node)) return;
  known.add(node);
  use("naming", (/** @type {typeof import("./naming.js").default} */ { describe }) => {
    /** @type {Record<string, any>} */
    const play = describe(node, { address: node.src || node.data || "" });
    const parts = new Set();
    let goal = 1;

    /** @param {any} pages @param {IntersectionObserverEntry} entry */
    const update = (pages, { boundingClientRect: whole, intersectionRect: seen }) => {
      if (!seen.height || document.hidden) return;
      if (pages) {
        const inside = scrolls(pages, 0);
        const height = inside ? pages.scrollHeight : whole.height;
        const from = (inside && pages.scrollTop) + seen.top - whole.top;
        for (let part = 0; part < 100; part++) {
          // Give or take a pixel: sizes are rounded.
          const begins = (height * part) / 100 + 1 >= from;
          if (begins && (height * (part + 1)) / 100 - 1 <= from + seen.height) parts.add(part);
        }
        play.playedPercent = parts.size;
      }
      if (parts.size >= goal || !(pages || play.sessionId)) {
        goal = parts.size - (parts.size % 25) + 25;
        progress(play, node);
      }
    };
    setInterval(
      guard(() => {
        const pages = findPages(node);
        // An observer knows what every scrolling part and frame around it leaves to be seen.
        new IntersectionObserver(
          guard((/** @type {any} */ [entry], /** @type {any} */ observer) => {
            observer.disconnect();
            update(pages, entry);
          }),
        ).observe(pages || node);
      }),
      LOOK_MS,
    );
  });
};
