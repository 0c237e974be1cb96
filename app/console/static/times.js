/** Times as the browser's owner writes them; what is less than a day ago also says how long. Without scripts they are UTC. */

const DAY = 24 * 60 * 60 * 1000;

const dates = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeZone: "UTC" });
const short = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
const whole = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" });
const since = new Intl.RelativeTimeFormat("en"); // the words of the page are English

/** @param {number} ms @returns {string} */
const ago = (ms) => {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return "just now";
  return minutes < 60 ? since.format(-minutes, "minute") : since.format(-Math.floor(minutes / 60), "hour");
};

/** @param {HTMLTimeElement} time @param {number} now */
const write = (time, now) => {
  const at = new Date(time.dateTime);
  const kind = time.dataset.time;
  if (kind === "day") {
    time.textContent = dates.format(at);
    return;
  }
  const passed = now - at.getTime();
  const recent = kind === "moment" && passed >= 0 && passed < DAY;
  time.textContent = recent ? ago(passed) : (kind === "exact" ? exact : short).format(at);
  time.title = whole.format(at);
};

/** @param {ParentNode} place in which all times are written */
export const writeTimes = (place) => {
  const now = Date.now();
  for (const time of place.querySelectorAll("time[data-time]")) write(time, now);
};
