/** SoundCloud's widget: it tells what it is asked to, in milliseconds. */

const STATES = /** @type {Record<string, number>} */ ({ play: 1, pause: 2, finish: 0 });

/** @type {import("./frames.js").Vendor} */
export default {
  address: ({ searchParams }) => (searchParams.get("url") || "").split("?")[0],
  ask: () => [
    ...["playProgress", ...Object.keys(STATES)].map(
      (value) => `{"method":"addEventListener","value":"${value}"}`,
    ),
    '{"method":"getDuration"}',
    '{"method":"getCurrentSound"}',
  ],
  read({ method, value }, player) {
    if (method == "ready") return { ready: true };
    if (method == "getDuration") return { duration: value / 1e3 };
    if (method == "getCurrentSound") return { title: value?.title };
    if (!(method in STATES) && method != "playProgress") return;
    return {
      audio: true,
      currentTime: value?.currentPosition / 1e3 || undefined,
      state: STATES[method] ?? player.state ?? 1,
    };
  },
};
