/**
 * Players of YouTube, Vimeo, Wistia and HubSpot, without their SDKs: by the messages their frames
 * send, and by what Wistia's own script offers. They tell positions, of which the view makes
 * coverage. HubSpot's frames tell only that they play, pause and end: a play without percentages.
 */

/** What a state or a message says of a player, in YouTube's numbers. Any other: it pauses. */
const STATES = /** @type {Record<string, number>} */ ({
  ended: 0,
  PLAYER_ENDED: 0,
  playing: 1,
  timeupdate: 1,
  PLAYER_PLAY: 1,
});

/** What YouTube and Vimeo want to be asked. What is not for it, each ignores. */
const QUESTIONS = [
  '{"event":"listening"}',
  '{"method":"addEventListener","value":"timeupdate"}',
  '{"method":"addEventListener","value":"ended"}',
];

/** @type {import("../adapters.js").Adapter} */
export default (node, track) => {
  /** @type {any} */
  const player = { currentTime: 0, paused: true };
  const look = track(node, player);

  /** @param {object} news of the player, as YouTube tells it: what has changed */
  const tell = (news) => {
    const { paused } = player;
    const { playerState } = Object.assign(player, news);
    player.paused = playerState != 1;
    player.ended = playerState === 0;
    look(player.paused ? "pause" : paused ? "playing" : "timeupdate");
  };

  const { src } = node;
  if (src) {
    const { origin, pathname } = new URL(src);
    player.currentSrc = origin + pathname;
    const ask = () => {
      for (const question of QUESTIONS) node.contentWindow.postMessage(question, origin);
    };
    addEventListener("message", (message) => {
      if (message.source != node.contentWindow || message.origin != origin) return;
      try {
        const said = message.data;
        const { event, info, data, type } = said.type ? said : JSON.parse(said);
        if (event == "ready") ask();
        if (info?.videoData) {
          // A playlist goes from one video to the next.
          player.currentSrc = `${origin}/watch?v=${info.videoData.video_id}`;
          node.title = info.videoData.title;
        }
        const playerState = STATES[type || event];
        tell(
          info ||
            (type
              ? { playerState }
              : { currentTime: data.seconds, duration: data.duration, playerState }),
        );
      } catch {
        // Whatever else a frame may say.
      }
    });
    node.addEventListener("load", ask);
    // YouTube answers only if its address says so; a frame whose address does is left as it is.
    if (/youtube(?!.*enablejsapi)/.test(src)) {
      node.src += (/\?/.test(src) ? "&" : "?") + "enablejsapi=1";
    } else ask();
  } else {
    const own = node.getAttribute("media-id");
    const id = own || node.className.match(/async_(\w+)/)[1];
    player.currentSrc = `https://fast.wistia.net/embed/iframe/${id}`;
    if (own) {
      for (const event of ["play", "pause", "ended", "time-update"]) {
        node.addEventListener(event, () => {
          node.title ||= node.name;
          tell({
            currentTime: node.currentTime,
            duration: node.duration,
            playerState: STATES[node.state],
          });
        });
      }
    } else {
      // The embeds of before that element are asked for in a queue.
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
  }
};
