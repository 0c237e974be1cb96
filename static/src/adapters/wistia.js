/**
 * Wistia: its frame, its embed in the page's own document, and its element. The frame tells whoever
 * says `amp-listening`; the others, and frames beside Wistia's script, are asked for in a queue.
 */

const STATES = /** @type {Record<string, number>} */ ({
  play: 1,
  playing: 1,
  pause: 2,
  paused: 2,
  end: 0,
  ended: 0,
});

const address = (/** @type {unknown} */ id) => "https://fast.wistia.net/embed/iframe/" + id;

const readId = (/** @type {URL} */ { pathname }) => pathname.match(/^\/embed\/iframe\/(\w+)/)?.[1];

/** @param {string | undefined} id @param {any} node @param {import("./frames.js").Apply} apply */
const queue = (id, node, apply) => {
  const page = /** @type {any} */ (window);
  (page._wq ||= []).push({
    id,
    onReady(/** @type {any} */ video) {
      // The same film may stand there twice.
      const { container = node, iframe = container } = video;
      if (!node.contains(iframe)) return;
      apply({ title: video.name() });
      for (const event of ["play", "pause", "end", "timechange", "mutechange"]) {
        video.bind(event, () =>
          apply({
            currentTime: video.time(),
            duration: video.duration(),
            state: STATES[video.state()],
            muted: video.isMuted?.(),
          }),
        );
      }
    },
  });
};

/** @type {import("./frames.js").Vendor} */
export default {
  address: (url) => (readId(url) ? address(readId(url)) : ""),
  ask: () => ["amp-listening"],
  read({ method, args }, player) {
    const [event, value] = (method == "_trigger" && args) || [];
    if (event == "mutechange") return { muted: value };
    if (event == "timechange") return { currentTime: value, state: player.state ?? 1 };
    const state = STATES[event == "statechange" ? value : event];
    return state >= 0 && { state };
  },
  bind(node, apply, url) {
    if (url) {
      // Wistia's script knows of a frame what the frame doesn't tell: how long the film is.
      if ("_wq" in window) queue(readId(url), node, apply);
      return;
    }
    const element = node.getAttribute("media-id");
    const id = element || node.className.match(/wistia_async_(\w+)/)[1];
    apply({ currentSrc: address(id) });
    if (!element) return queue(id, node, apply);
    for (const event of ["play", "pause", "ended", "time-update", "mute-change"]) {
      node.addEventListener(event, () =>
        apply({
          title: node.name,
          currentTime: node.currentTime,
          duration: node.duration,
          state: STATES[event] ?? STATES[node.state],
          muted: node.muted,
        }),
      );
    }
  },
};
