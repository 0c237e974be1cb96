film.id = +location.pathname.split("/")[2];
const listeners = new Set();
const fire = (event, data) => listeners.has(event) && say({ event, data });
let seconds = 0;
const data = () => ({ seconds, percent: seconds / film.duration, duration: film.duration });
answer = ({ method, value }) => {
  if (method == "addEventListener") listeners.add(value);
  if (method == "ping") say({ method });
  if (method == "getVideoId") say({ method, value: film.id });
  if (method == "getVideoTitle") say({ method, value: film.title });
};
say({ event: "ready" });
speak = {
  ready: () => say({ event: "ready" }),
  play: () => fire("play", data()),
  time: (at) => ((seconds = at), fire("timeupdate", data())),
  pause: () => fire("pause", data()),
  end: () => ((seconds = film.duration), fire("ended", data())),
  mute: (muted) => fire("volumechange", { volume: muted ? 0 : 1, muted }),
};
