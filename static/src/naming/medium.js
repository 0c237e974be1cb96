/** What is playing, in the words of the page. docs/EMBED.md states the order in which they count. */

import { absolute, attribute, outer, outwards, words } from "./attributes.js";
import { pageSays } from "./page.js";

/**
 * @typedef {object} Source what a player plays
 * @property {string} address
 * @property {number} openedAt when it was opened at the earliest (milliseconds since the page began)
 * @property {number} seenAt when it was there
 * @property {import("../measuring/duration.js").Duration} duration
 * @property {number} announced the first duration that it told (seconds)
 * @property {Source} [previous] what the player played before
 * @property {number} beginning where it was before it had played (seconds)
 * @property {number} [foundAt] where it was when it was first seen to play (seconds)
 * @property {boolean} [ad] whether it turned out to be an advertisement
 * @property {string} [manifest] where it came from, if it has no address
 */

/**
 * @typedef {object} Medium
 * @property {number} [mediaBridgeId]
 * @property {string} [externalId]
 * @property {string} [mediaUrl]
 * @property {string} [mediaName]
 * @property {string} [mediaType]
 */

/** How custom elements that stand around a player call the title, the address and the id of a film. */
const HOST_WORDS = {
  mediaName: /(^|-)title$|^(media-|video-)?name$|^aria-label$/,
  mediaUrl: /^(media-|video-)?(src|url)$/,
  externalId: /^(playback|video|media|asset)-?id$/,
};

/**
 * A label of a player's own, alone (YouTube's embed) or before a title (Vidstack), and the name of a file
 * (Moodle's and WordPress' libraries): the address says as much.
 */
const OWN_LABEL = /^(youtube )?(audio|media|video)([ -]?player)?( - |$)|^[^/]*\.(mp.|webm)$/i;

/** Custom elements that are players, by their names; others behave like one. Tabs and apps are none. */
const PLAYER = /play|audio|media|video/;

/** What stands around a player, by its classes or its role. */
const WRAPPER = /(^|[\s_-])(player|audio|media|video)/i;
const ROLE = /^(application|figure|region)$/; // a group may be a slide, "1 / 3"

/** Libraries that label what they put around a player in the page's language. */
const LABELLED = /mejs|video-js/;

/** @param {any} node @returns {string | undefined} what it is called: by other texts of the page, or by itself */
const label = (node) =>
  node
    .getAttribute("aria-labelledby")
    ?.split(/\s+/)
    .map((/** @type {string} */ id) => words(node.getRootNode().getElementById?.(id)))
    .join(" ")
    .trim() || (node.title || node.ariaLabel || "").replace(OWN_LABEL, "");

/** @param {any} each @returns {boolean} whether no more than one player is inside of it */
const isForOne = (each) => !each.querySelectorAll("audio,iframe,video")[1];

/** @param {any} node @param {RegExp} names @returns {string | undefined} */
const host = (node, names) =>
  outwards(outer(node), (each) => {
    // The text of a gallery describes none of its films.
    if (
      !/-/.test(each.localName) ||
      !(each.currentTime >= 0 || (PLAYER.test(each.localName) && isForOne(each)))
    ) {
      return;
    }
    for (const { name, value } of each.attributes) {
      const word = names.test(name) && value.replace(OWN_LABEL, "");
      if (word) return word;
    }
  });

/** @param {any} each @returns {boolean} whether it is there for one player */
const wraps = (each) =>
  (ROLE.test(each.role) || each.localName == "figure" || WRAPPER.test(each.className)) &&
  !LABELLED.test(each.className);

/** @param {any} node @returns {string | false | undefined} how what stands around it, and around no other, is called */
const wrapperLabel = (node) =>
  outwards(outer(node), (each) => wraps(each) && isForOne(each) && label(each));

/**
 * The position of a node, which identifies it if nothing else does. Its count among similar nodes
 * is the same for every visitor; ids that players generate are not, but those of documents are.
 * @param {any} node @returns {string}
 */
const place = (node) => {
  if (node.id && !node.play) return node.id;
  const root = node.getRootNode();
  const index = [...(root.querySelectorAll?.(node.localName) || [node])].indexOf(node);
  return (root.host ? place(root.host) + "/" : "") + node.localName + index;
};

/** What the page's author has said of what a node plays, and what stands around it. @param {any} node */
export const authored = (node) => ({
  mediaBridgeId: Number(attribute(node, "media-bridge-id", /^\d+$/)) || undefined,
  // A frame's film has its vendor's address, whatever is around it.
  externalId: attribute(node, "external-id") || (node.play && host(node, HOST_WORDS.externalId)),
  mediaUrl:
    absolute(attribute(node, "media-url")) ||
    absolute(host(node, HOST_WORDS.mediaUrl) || node.querySelector("source")?.src),
  mediaName: attribute(node, "media-name"),
  mediaType: attribute(node, "media-type", /^(AUDIO|DOCUMENT|IMAGE|OTHER|VIDEO)$/),
  title: label(node) || host(node, HOST_WORDS.mediaName) || wrapperLabel(node),
});

/**
 * @param {any} node stands for the player
 * @param {Pick<Source, "address" | "manifest">} source what it plays
 * @param {object} [more]
 * @param {Partial<ReturnType<typeof authored>>} [more.said] by the author, of this source
 * @param {boolean} [more.alone] whether the page has no other player of its kind
 * @param {string} [more.title] as the player itself tells it
 * @param {boolean} [more.audio]
 * @param {number} [more.number] of the source on this player
 * @param {import("./page.js").Statement[]} [more.statements] of the page on films of its kind
 * @returns {Medium}
 */
export const describe = (node, source, { said = authored(node), alone, title, audio, number, statements = [] } = {},
) => {
  const own = attribute(node, "media-url") ? said.mediaUrl : absolute(source.address);
  const page = pageSays(node, statements, own || said.mediaUrl, !!alone);
  const mediaUrl = own || said.mediaUrl || page.address || source.manifest;
  const named = said.mediaBridgeId || mediaUrl;
  return {
    mediaBridgeId: said.mediaBridgeId,
    externalId: said.externalId || (named ? undefined : (location.pathname + "#" + place(node) + (number ? `-${number + 1}` : "")).slice(-255)),
    mediaUrl,
    mediaName: said.mediaName || (title != node.title && title) || said.title || page.name,
    mediaType: said.mediaType || (audio ? "AUDIO" : "VIDEO"),
  };
};
