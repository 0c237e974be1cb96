film.id = +location.pathname.split("/")[2];
const listeners = new Set();
const fire = (event, data) => listeners.has(event) && say({ event, data });
let seconds = 0;
const data = () => ({ seconds, percent: seconds / film.duration, duration: film.duration });
const silent = /background=1/.test(location.search);
// The player's own settings may silence it, without a word to the page: it tells who has asked.
const slow = location.hash == "#silent";
answer = ({ method, value }) => {
  if (method == "addEventListener") listeners.add(value);
  if (method == "ping") say({ method });
  if (method == "getVideoId") say({ method, value: film.id });
  if (method == "getVideoTitle") say({ method, value: film.title });
  if (method == "getMuted" && !slow) say({ method, value: silent });
};
say({ event: "ready" });
speak = {
  ready: () => say({ event: "ready" }),
  play: () => fire("play", data()),
  time: (at) => ((seconds = at), fire("timeupdate", data())),
  pause: () => fire("pause", data()),
  end: () => ((seconds = film.duration), fire("ended", data())),
  answer: (value) => say({ method: "getMuted", value }),
  mute: (muted) => fire("volumechange", { volume: muted ? 0 : 1, muted }),
};
