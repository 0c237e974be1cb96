/**
 * YouTube's frame, which tells a page that has said `listening`, if its address has `enablejsapi=1`.
 * Where that is missing, the frame is loaded anew with it, unless the visitor could notice.
 */

/** Frames that were loaded anew, with what for. @type {WeakMap<any, string>} */
const replaced = new WeakMap();

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
  prepare(node, { href, searchParams: has }) {
    const { userActivation } = navigator;
    const empty = node.contentDocument;
    if (
      has.get("enablejsapi") != "1" &&
      // It may have begun to play: by itself, or because the visitor clicked on it.
      !(+(/** @type {any} */ (has.get("autoplay"))) > 0) &&
      (empty ? !userActivation?.isActive : userActivation?.hasBeenActive === false) &&
      // What the page or the browser keeps for later is theirs to load.
      !(empty && (!node.src || node.loading == "lazy")) &&
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
    const { videoData, playerState, currentTime, duration, muted, playbackRate } = Object(info);
    return (
      info && {
        state: playerState,
        currentTime,
        duration,
        muted,
        playbackRate,
        title: videoData?.title,
        // A playlist goes from one film to the next.
        currentSrc: videoData?.video_id && "https://www.youtube.com/watch?v=" + videoData.video_id,
      }
    );
  },
};
