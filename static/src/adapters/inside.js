/**
 * Players in a frame that the page writes itself, as Podlove's player does: the frame has no address, and
 * no tag of its own. Also frames of vendors in it, which speak to it. Loaded with the first frame without
 * an address.
 */

/**
 * @param {any} node
 * @param {import("../adapters.js").Tools} tools
 * @param {(message: MessageEvent) => void} receive reads what a vendor's frame says
 */
export default (node, tools, receive) => {
  const { claim, listen, track, use } = tools;
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
  const search = () => {
    for (const target of contentDocument.querySelectorAll("audio,iframe,video")) {
      if (target.play) find({ target });
      else if (!contentWindow.playrelay) use("frames", (adapter) => adapter(target, tools));
    }
  };
  listen(contentDocument, "play playing", find);
  listen(contentWindow, "message", receive);
  new MutationObserver(tools.guard(search)).observe(contentDocument, { childList: true, subtree: true });
  search();
};
