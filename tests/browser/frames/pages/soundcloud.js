const listeners = new Set();
let at = 0;
const value = () => ({ currentPosition: at * 1000, relativePosition: at / film.duration, loadedProgress: 1 });
const fire = (method) => listeners.has(method) && say({ method, value: value() });
answer = ({ method, value }) => {
  if (method == "addEventListener") listeners.add(value);
  if (method == "getDuration") say({ method, value: film.duration * 1000 });
  if (method == "getCurrentSound") say({ method, value: { title: film.title } });
};
say({ method: "ready" });
speak = {
  ready: () => say({ method: "ready" }),
  play: () => fire("play"),
  time: (seconds) => ((at = seconds), fire("playProgress")),
  pause: () => fire("pause"),
  end: () => ((at = film.duration), fire("finish")),
};
