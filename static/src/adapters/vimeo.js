/** Vimeo's frame: it tells what it is asked to, and answers methods with their names. */

const STATES = /** @type {Record<string, number>} */ ({ play: 1, playing: 1, pause: 2, ended: 0 });

/** Whether it is silent is known a moment after it is asked; until then it may be a background (seconds). */
const UNKNOWN_SECONDS = 1;

const address = (/** @type {unknown} */ id) => "https://vimeo.com/" + id;

/** @type {import("./frames.js").Vendor} */
export default {
  address({ pathname }) {
    const id = pathname.match(/^\/video\/(\d+)/)?.[1];
    return id ? address(id) : "";
  },
  ask: () => [
    ...["timeupdate", "play", "pause", "ended", "volumechange", "loaded"].map(
      (value) => `{"method":"addEventListener","value":"${value}"}`,
    ),
    '{"method":"getVideoId"}',
    '{"method":"getVideoTitle"}',
    '{"method":"getMuted"}',
  ],
  read({ event, method, value, data }, player) {
    if (method == "getVideoId") return { currentSrc: address(value) };
    if (method == "getVideoTitle") return { title: value };
    if (method == "getMuted") return { muted: value, answered: true };
    if (event == "ready") return { ready: true };
    if (event == "loaded") return { ready: true, currentSrc: address(data.id) };
    if (event == "volumechange") return { muted: data.muted ?? !data.volume };
    if (!(event in STATES) && event != "timeupdate") return;
    if (!player.answered && data?.seconds < UNKNOWN_SECONDS) return;
    return {
      currentTime: data?.seconds,
      duration: data?.duration,
      // Whoever comes late is not told that it has begun.
      state: STATES[event] ?? player.state ?? 1,
    };
  },
};
