/**
 * A custom element that behaves like a media element from outside, and fires its events on itself.
 * A real one inside of it, or a vendor's player, is followed instead.
 */

const EVENTS =
  "play playing timeupdate waiting seeking pause ended emptied durationchange volumechange ratechange";

/** @type {import("../adapters.js").Adapter} */
export default async (node, { claim, guard, settle, track }) => {
  await settle();
  if (!claim(node)) return;
  const player = /** @type {import("./frames.js").State} */ ({});
  const read = () => {
    const { currentTime, duration, paused, ended, seeking, muted, controls, loop } = node;
    Object.assign(player, { currentTime, duration, paused, ended, seeking, muted, controls, loop });
    player.playbackRate = node.playbackRate || 1;
    player.readyState = node.readyState ?? (paused ? 1 : 4);
    player.currentSrc = String(node.currentSrc || node.src || "");
  };
  read();
  const update = track(node, player);
  for (const type of EVENTS.split(" ")) {
    node.addEventListener(
      type,
      guard(() => {
        // What it had shown before is told of the last source.
        if (type != "emptied") read();
        update(type);
      }),
    );
  }
};
