/**
 * What was not acknowledged yet, kept in localStorage across pages. Read anew before each change,
 * because other tabs keep theirs in the same place; held in memory where storage fails.
 */

import { now, parse, stringify } from "./pristine.js";

/** @typedef {Record<string, any>} Play a play as the relay is to receive it */

/**
 * @typedef {object} Kept
 * @property {Map<string, Play>} plays the newest state of each view, oldest first
 * @property {number} failures in a row
 * @property {number} retryAt milliseconds since the epoch
 */

const MAX_PLAYS = 50;
const MAX_CHARACTERS = 32e3;
const MAX_AGE = 7 * 864e5;

export const openStore = () => {
  /** @type {Kept | undefined} */
  let memory;
  return {
    /** @returns {Kept} */
    load: () => {
      if (memory) return memory;
      try {
        const [failures, retryAt, entries] = parse(localStorage.playrelay);
        const plays = new Map(entries);
        for (const [key, play] of plays) {
          if (!(now() - play.occurredTimestamp < MAX_AGE)) plays.delete(key);
        }
        return { plays, failures: failures | 0, retryAt: +retryAt || 0 };
      } catch {
        // Nothing there, no storage, or not ours.
        return { plays: new Map(), failures: 0, retryAt: 0 };
      }
    },
    /** @param {Kept} kept */
    save: (kept) => {
      const { plays, failures, retryAt } = kept;
      let text = "";
      for (;;) {
        text = stringify([failures, retryAt, [...plays]]);
        if (plays.size <= MAX_PLAYS && text.length <= MAX_CHARACTERS) break;
        plays.delete([...plays.keys()][0]);
      }
      try {
        if (plays.size) localStorage.playrelay = text;
        else delete localStorage.playrelay;
        memory = undefined;
      } catch {
        memory = kept;
      }
    },
    wipe: () => {
      memory = undefined;
      delete localStorage.playrelay;
    },
  };
};
