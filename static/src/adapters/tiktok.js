/** TikTok's player: it tells by itself. */

/** @type {import("./frames.js").Vendor} */
export default {
  address: ({ origin, pathname }) =>
    /^\/player\/v1\/\d/.test(pathname) ? origin + pathname.replace(/\/$/, "") : "",
  read({ type, value, ...rest }, { state }) {
    if (!rest["x-tiktok-player"]) return;
    if (type == "onStateChange") return { state: value };
    if (type == "onMute") return { muted: !!value };
    return (
      type == "onCurrentTime" && { ...value, state: state ?? (value.currentTime > 0 ? 1 : null) }
    );
  },
};
