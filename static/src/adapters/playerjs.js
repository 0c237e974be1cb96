/** player.js, a protocol that several vendors' frames speak: Bunny's, Streamable's and others'. */

const STATES = /** @type {Record<string, number>} */ ({ play: 1, pause: 2, ended: 0 });

/** @param {URL} url */
const address = ({ origin, pathname }) =>
  // Streamable's films have one address, and frames of several kinds.
  origin + pathname.replace(/^\/[eos]\/(?=\w+$)/, "/");

/** @type {import("./frames.js").Vendor} */
export default {
  address,
  ask: () =>
    ["timeupdate", ...Object.keys(STATES)].map(
      (value) =>
        `{"context":"player.js","version":"0.0.11","method":"addEventListener","value":"${value}"}`,
    ),
  read({ context, event, value }, player) {
    if (context != "player.js") return;
    if (event == "ready") {
      return { ready: true, currentSrc: player.currentSrc || address(new URL(value.src)) };
    }
    return {
      currentTime: value?.seconds,
      duration: value?.duration,
      state: STATES[event] ?? player.state ?? (event == "timeupdate" ? 1 : undefined),
    };
  },
};
