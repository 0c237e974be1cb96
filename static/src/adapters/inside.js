/**
 * Players in a frame that the page writes itself, as Podlove's player does: the frame has no address, and
 * no tag of its own. Loaded with the first frame without an address.
 */

/** @type {import("../adapters.js").Adapter} */
export default (node, { claim, listen, track }) => {
  const { contentDocument, contentWindow } = node;
  if (!contentDocument) return; // its own link has led it to another site
  /** @param {{ target: any }} found */
  const find = ({ target }) => {
    // It may load a tracker of its own.
    if (contentWindow.playrelay || !target.play || !claim(target)) return;
    const update = track(target, target);
    // A player whose frame the page takes away says nothing more.
    listen(contentWindow, "pagehide", () => update("pagehide"));
  };
  listen(contentDocument, "play playing", find);
  for (const target of contentDocument.querySelectorAll("audio,video")) find({ target });
};
