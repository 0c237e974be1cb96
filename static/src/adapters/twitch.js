/** Twitch's player: it tells by itself. */

const STATES = /** @type {Record<string, number>} */ ({
  Ended: 0,
  ended: 0,
  Playing: 1,
  playing: 1,
  Idle: 2,
  pause: 2,
  Buffering: 3,
});

/** @type {import("./frames.js").Vendor} */
export default {
  address({ searchParams }) {
    const video = searchParams.get("video");
    const channel = searchParams.get("channel");
    const path = video ? "videos/" + video.replace(/^v/, "") : channel;
    return path ? "https://www.twitch.tv/" + path : "";
  },
  read({ namespace, eventName, params }) {
    if (namespace == "twitch-embed") return { state: STATES[eventName] };
    if (eventName != "UPDATE_STATE") return;
    const { currentTime, duration, muted, playback } = params;
    return { currentTime, duration, muted, state: STATES[playback] };
  },
};
