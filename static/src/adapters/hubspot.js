/** HubSpot's frame: it says that it plays, pauses and ends, and no position: a play without a share. */

const STATES = /** @type {Record<string, number>} */ ({
  TRACKED_PLAY: 1,
  PLAYER_PLAY: 1,
  PLAYER_PAUSE: 2,
  PLAYER_ENDED: 0,
});

/** @type {import("./frames.js").Vendor} */
export default {
  address: ({ origin, pathname }) => origin + pathname,
  read: ({ type, videoTitle }) => type in STATES && { state: STATES[type], title: videoTitle },
};
