/**
 * Players of YouTube, Vimeo and Wistia, without their SDKs: by the messages their frames exchange
 * and the queue that Wistia's own script reads. They tell positions; the view makes coverage of it.
 */

/** What a state or an event says of a player, in YouTube's numbers. Any other: it pauses. */
const STATES = /** @type {Record<string, number>} */ ({ ended: 0, playing: 1, timeupdate: 1 });

/** What YouTube and Vimeo want to be asked. What is not for it, each ignores. */
const QUESTIONS = [
  { event: "listening" },
  ...["timeupdate", "ended"].map((value) => ({ method: "addEventListener", value })),
];

/** @type {import("../adapters.js").Adapter} */
export default (node, track) => {
  /** @type {any} */
  const player = {
    currentTime: 0,
    get paused() {
      return player.playerState != 1;
    },
    get ended() {
      return player.playerState === 0;
    },
  };
  const look = track(node, player);

  /** @param {object} news of the player, as YouTube tells it: what has changed */
  const tell = (news) => {
    const { paused } = player;
    Object.assign(player, news);
    look(player.paused ? "pause" : paused ? "playing" : "timeupdate");
  };

  if (node.src) {
    const { origin, pathname } = new URL(node.src);
    player.currentSrc = origin + pathname;
    const ask = () => {
      for (const question of QUESTIONS) {
        node.contentWindow.postMessage(JSON.stringify(question), origin);
      }
    };
    addEventListener("message", (message) => {
      if (message.source != node.contentWindow || message.origin != origin) return;
      try {
        const { event, info, data } = JSON.parse(message.data);
        if (event == "ready") ask();
        if (data) {
          const { seconds, duration } = data;
          tell({ currentTime: seconds, duration, playerState: STATES[event] });
        }
        if (info?.videoData) {
          // A playlist goes from one video to the next.
          player.currentSrc = `${origin}/watch?v=${info.videoData.video_id}`;
          node.title = info.videoData.title;
        }
        if (info) tell(info);
      } catch {
        // Whatever else a frame may say.
      }
    });
    node.addEventListener("load", ask);
    // YouTube answers only if its address says so; a frame whose address does is left as it is.
    if (/youtube/.test(origin) && !/enablejsapi/.test(node.src)) {
      node.src += (/\?/.test(node.src) ? "&" : "?") + "enablejsapi=1";
    } else ask();
  } else {
    const id = node.getAttribute("media-id") || node.className.match(/async_(\w+)/)[1];
    player.currentSrc = `https://fast.wistia.net/embed/iframe/${id}`;
    const page = /** @type {any} */ (window);
    (page._wq ||= []).push({
      id,
      onReady(/** @type {any} */ video) {
        node.title ||= video.name();
        for (const event of ["play", "pause", "end", "timechange"]) {
          video.bind(event, () =>
            tell({
              currentTime: video.time(),
              duration: video.duration(),
              playerState: STATES[video.state()],
            }),
          );
        }
      },
    });
  }
};
