/** Vidyard's frame: it says everything by itself, once it knows who stands around it. */

const STATES = /** @type {Record<string, number>} */ ({ play: 1, pause: 2, playerComplete: 0 });

const readId = (/** @type {URL} */ { pathname }) => pathname.match(/^\/([\w-]+)/)?.[1];

/** @type {import("./frames.js").Vendor} */
export default {
  address: (url) => (readId(url) ? "https://play.vidyard.com/" + readId(url) : ""),
  ask: (_, url) => (url ? [`{"event":"captureParentOrigin","uuid":"${readId(url)}"}`] : []),
  read: ({ event, status, metadata }) =>
    !!event && {
      ready: event == "requestParentOrigin",
      state: STATES[event],
      currentTime: status?.currentTime,
      title: metadata?.name,
      duration:
        metadata?.chapters_attributes?.[status?.chapterIndex || 0]?.video_attributes
          .length_in_milliseconds / 1e3 || undefined,
    },
};
