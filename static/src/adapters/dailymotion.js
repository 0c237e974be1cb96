/**
 * Dailymotion's frame: it tells by itself, as JSON or like a query, if its address has `api`.
 * `play` and `pause` are said of advertising too; `timeupdate` is not.
 */

/** @type {import("./frames.js").Vendor} */
export default {
  address({ pathname, searchParams }) {
    const id = searchParams.get("video") || pathname.match(/^\/embed\/video\/(\w+)/)?.[1];
    return id ? "https://www.dailymotion.com/video/" + id : "";
  },
  read(message, { state }) {
    const { event, time, duration, muted, videoId, title } = message.event
      ? message
      : Object.fromEntries(new URLSearchParams(message));
    if (event == "timeupdate") return { currentTime: +time, state: state == 2 ? 2 : 1 };
    if (event == "durationchange") return { duration: +duration };
    if (event == "volumechange") return { muted: /^(true|1)$/.test(muted) };
    if (event == "pause" || event == "ad_start") return { state: 2 };
    if (event == "play" || event == "video_start") return state == 2 && { state: 1 };
    if (event == "video_end") return { state: 0 };
    return (
      event == "videochange" && { title, currentSrc: "https://www.dailymotion.com/video/" + videoId }
    );
  },
};
