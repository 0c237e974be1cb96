/**
 * YouTube's frame, which tells a page that has said `listening`, if its address has `enablejsapi=1`.
 * Where that is missing, the frame is loaded anew with it, unless the visitor could notice.
 */

/** Frames, and the addresses that they were loaded anew for. @type {WeakMap<Node, string>} */
const replaced = new WeakMap();
/** Frames that may have been played. @type {WeakSet<Node>} */
const used = new WeakSet();

addEventListener("blur", () => {
  // The click that takes the focus away from the page is one in a frame.
  let { activeElement } = document;
  while (activeElement?.shadowRoot) ({ activeElement } = activeElement.shadowRoot);
  if (activeElement) used.add(activeElement);
});

/** @type {import("./frames.js").Vendor} */
export default {
  address({ pathname, searchParams }) {
    const [, kind, id] = pathname.split("/");
    const list = searchParams.get("list");
    if (kind != "embed") return "";
    return (
      "https://www.youtube.com/" +
      (id && (id != "videoseries" || !list) ? "watch?v=" + id : "playlist?list=" + list)
    );
  },
  prepare(node, { href, searchParams: has }, { late }) {
    const empty = node.contentDocument;
    if (!replaced.has(node)) {
      replaced.set(node, "");
      if (!empty && late) used.add(node);
    }
    if (
      has.get("enablejsapi") != "1" &&
      // It may have begun to play: by itself, or because the visitor clicked on it.
      !(Number(has.get("autoplay")) > 0) &&
      !used.has(node) &&
      node.getRootNode().activeElement != node &&
      // What the page or the browser keeps for later is theirs to load: a consent manager keeps the
      // address in another attribute, and shows a page of its own until the visitor has agreed.
      (node.src || (empty ? "" : href)).startsWith(href) &&
      !(empty && (node.srcdoc || node.loading == "lazy")) &&
      replaced.get(node) != href
    ) {
      replaced.set(node, href);
      node.contentWindow.location.replace(href + (/\?/.test(href) ? "&" : "?") + "enablejsapi=1");
    }
  },
  // Asking anew would take the answers away from a page that has asked already.
  ask: ({ id }) => (/** @type {any} */ (window).YT?.get?.(id) ? [] : ['{"event":"listening"}']),
  read({ event, info }) {
    if (event == "onStateChange") return { state: info };
    const { videoData, playerState, currentTime, duration, muted, volume, playbackRate } = Object(info);
    return (
      info && {
        state: playerState,
        currentTime,
        duration,
        muted: volume === 0 || muted,
        playbackRate,
        title: videoData?.title,
        // A playlist goes from one film to the next.
        currentSrc: videoData?.video_id && "https://www.youtube.com/watch?v=" + videoData.video_id,
      }
    );
  },
};
