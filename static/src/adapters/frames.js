/**
 * Players in frames, and Wistia's own: recognises the vendor, the film and the messages.
 * Frames are identified by their messages: a message counts only if it comes from a vendor's origin
 * and from a frame of this page. Each vendor has a module that reads its messages, which is loaded
 * when there is such a frame. Nothing in the page is changed.
 */

/**
 * A message of a vendor's player. Missing values have not changed. States are YouTube's numbers:
 * 0 ended, 1 playing, 3 waiting for data; any other means paused.
 * @typedef {object} Status
 * @property {number | null} [state]
 * @property {number} [currentTime]
 * @property {number} [duration]
 * @property {number} [playbackRate]
 * @property {boolean} [muted]
 * @property {string} [currentSrc] the film's address
 * @property {string} [title] the film's
 * @property {boolean} [audio]
 * @property {boolean} [ready] its document has loaded and accepts messages
 */
/** @typedef {Status & import("../measuring/view.js").Player & Record<string, any>} State all that is known */
/** @typedef {(status: Status | false | undefined) => void} Apply */
/** @typedef {import("../adapters.js").Tools} Tools */
/**
 * A vendor's protocol.
 * @typedef {object} Vendor
 * @property {(url: URL) => string} address of the film, from the frame's; none: it is no player
 * @property {(message: any, player: Partial<State>) => Status | false | undefined} read
 * @property {(node: any, url: URL | undefined) => unknown[]} [ask] what to send, so that it tells
 * @property {(node: any, url: URL, tools: Tools) => void} [prepare] the frame, before it is asked
 * @property {(node: any, apply: Apply, url?: URL) => void} [bind] what the page itself offers; without
 *   an address: of a player that is no frame
 */

const VENDORS = /** @type {Record<string, string>} */ ({
  dailymotion: "www.dailymotion.com geo.dailymotion.com",
  hubspot: "play.hubspotvideo.com play-na2.hubspotvideo.com play-eu1.hubspotvideo.com play-ap1.hubspotvideo.com",
  playerjs: "iframe.mediadelivery.net player.mediadelivery.net streamable.com",
  soundcloud: "w.soundcloud.com",
  tiktok: "www.tiktok.com",
  twitch: "player.twitch.tv",
  vidyard: "play.vidyard.com",
  vimeo: "player.vimeo.com",
  wistia: "fast.wistia.net fast.wistia.com",
  youtube: "www.youtube.com youtube.com www.youtube-nocookie.com youtube-nocookie.com",
});

/** A player that can be asked has answered after so long (milliseconds). */
const ANSWER_MS = 1e4;

/** By the whole host. @param {string} host */
const findVendor = (host) =>
  Object.keys(VENDORS).find((name) => VENDORS[name].split(" ").includes(host));

/** The vendor's address that a frame bears: its own, or one for later. @param {any} node */
const findAddress = (node) => {
  for (const value of [node.src, ...Object.values(node.dataset)]) {
    try {
      const url = new URL(value, location.href);
      url.hash = "";
      if (findVendor(url.host)) return url;
    } catch {
      // No address.
    }
  }
  return undefined;
};

/**
 * The player's parameters: silent backgrounds are decoration.
 * @param {Iterable<[string, string]>} words of an address, or of an element
 */
const readSettings = (words) => {
  /** @type {Record<string, boolean>} */
  const has = {};
  let loops = false;
  for (const [name, value] of words) {
    has[name.toLowerCase().replace(/-/g, "")] = !/^(0|false)$/.test(value);
    loops ||= value == "loop";
  }
  const { background, chromeless, controls, loop, mute, muted, silentautoplay } = has;
  return {
    loop: !!(background || loop || loops),
    muted: !!(background || mute || muted || silentautoplay),
    // Wistia's players that restart by themselves are backgrounds.
    controls: !(background || chromeless || loops) && controls !== false,
  };
};

/** What Wistia's own players bear, as attributes or among their classes. @param {any} node */
const readWords = ({ attributes, className }) => [
  ...new URLSearchParams(className.replace(/\s+/g, "&")),
  .../** @type {[string, string][]} */ (
    [...attributes].map(({ name, value }) => [name, value])
  ),
];

/** @typedef {{ player: State, apply: Apply, url?: URL, leaving?: unknown, heard?: boolean }} Frame */
/** @type {WeakMap<Node, Frame>} */
const followed = new WeakMap();
/** The page's frames. @type {Set<any>} */
const present = new Set();

/** @type {Tools} */
let tools;

/** @param {any} node @returns {Frame | undefined} none, if something else follows it */
const follow = (node) => {
  if (!followed.has(node) && tools.claim(node)) {
    let runs = false;
    const player = /** @type {State} */ ({
      currentTime: 0,
      playbackRate: 1,
      currentSrc: "",
      // A frame that is removed from the page sends nothing more.
      get paused() {
        return !runs || !node.isConnected;
      },
    });
    const update = tools.track(node, player);
    /** @type {Apply} */
    const apply = (status) => {
      if (!status) return;
      const { paused } = player;
      if (status.currentSrc && status.currentSrc != player.currentSrc) {
        update("emptied");
        Object.assign(player, { currentTime: 0, title: "", duration: undefined, state: null });
      }
      for (const [name, value] of Object.entries(status)) {
        // Unknown values are sometimes reported as empty or 0.
        if (value || (value != null && !/currentSrc|title|duration/.test(name))) {
          player[name] = value;
        }
      }
      const { state } = player;
      if (state != 3) runs = state == 1;
      player.readyState = state == 1 ? 4 : 2;
      player.ended = state === 0;
      update(
        status.state === 0
          ? "ended"
          : paused == player.paused
            ? status.state == 3
              ? "waiting"
              : "time"
            : paused
              ? "playing"
              : "pause",
      );
    };
    followed.set(node, { player, apply });
  }
  return followed.get(node);
};

/** @param {any} node @param {Vendor} vendor */
const ask = (node, { ask }) => {
  // A document that can be read is not the vendor's yet.
  if (!node.contentDocument) {
    for (const question of ask?.(node, followed.get(node)?.url) || []) {
      node.contentWindow?.postMessage(question, "*");
    }
  }
};

/** Reads what the frame's address names. @param {any} node @param {boolean} loaded its document is there */
const open = (node, loaded) => {
  const url = findAddress(node);
  if (!url) return node.src || tools.use("inside", (adapter) => adapter(node, tools, receive));
  return tools.use(/** @type {string} */ (findVendor(url.host)), (/** @type {Vendor} */ vendor) => {
    const currentSrc = vendor.address(url);
    const frame = currentSrc && follow(node);
    if (!frame) return;
    const changed = "" + frame.url != "" + url;
    // Until the next document has loaded, messages come from the previous one.
    frame.leaving = changed && frame.url && !loaded;
    frame.url = url;
    if (changed) {
      frame.apply({ ...readSettings(url.searchParams), currentSrc });
      vendor.bind?.(node, frame.apply, url);
    }
    vendor.prepare?.(node, url, tools);
    ask(node, vendor);
    if (vendor.ask) {
      setTimeout(() => frame.heard || tools.log("silent", node.src), ANSWER_MS);
    }
  });
};

/** @param {MessageEvent} message */
const receive = ({ origin, source, data }) => {
  const node = [...present].find((each) => each.contentWindow == source);
  if (!node) return;
  try {
    data = JSON.parse(data);
  } catch {
    // An object, or a format of the vendor's own.
  }
  const name =
    findVendor(origin.replace("https://", "")) || (data?.context == "player.js" && "playerjs");
  if (!data || !name) return;
  const done = tools.use(name, (/** @type {Vendor} */ vendor) => {
    const status = vendor.read(data, followed.get(node)?.player || {});
    const frame = status && follow(node);
    if (!frame) return;
    frame.heard = true;
    if (status.ready) {
      frame.leaving = false;
      ask(node, vendor);
    }
    if (!frame.leaving) frame.apply(status);
  });
  if (!followed.has(node)) tools.awaitAdapter(done);
};

/** @type {((event: Event) => void) | undefined} */
let onLoad;

/** @type {import("../adapters.js").Adapter} */
export default (node, given) => {
  tools = given;
  if (!onLoad) {
    onLoad = tools.guard(({ target }) => open(target, true));
    addEventListener("message", tools.guard(receive));
  }
  for (const each of present) if (!each.isConnected) present.delete(each);
  if (node.localName != "iframe") {
    return followed.has(node) || tools.use("wistia", (/** @type {Vendor} */ { bind }) => {
      const frame = !followed.has(node) && follow(node);
      if (!frame) return;
      frame.apply(readSettings(readWords(node)));
      bind?.(node, frame.apply);
    });
  } else if (!present.has(node) || "" + findAddress(node) != "" + followed.get(node)?.url) {
    present.add(node);
    node.addEventListener("load", onLoad);
    return open(node, false);
  }
  return undefined;
};
