let listens = false;
answer = (message) => (listens ||= message == "amp-listening");
const trigger = (...args) => listens && say({ method: "_trigger", args });
speak = {
  ready: () => {},
  play: () => (trigger("play"), trigger("statechange", "playing")),
  time: (at) => trigger("timechange", at),
  pause: () => (trigger("pause"), trigger("statechange", "paused")),
  end: () => (trigger("end"), trigger("statechange", "ended")),
  mute: (muted) => trigger("mutechange", muted),
};
