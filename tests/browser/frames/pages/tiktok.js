const tell = (type, value) => post({ "x-tiktok-player": true, type, value });
const state = (value) => tell("onStateChange", value);
tell("onPlayerReady");
speak = {
  ready: () => tell("onPlayerReady"),
  play: () => (state(3), state(1)),
  time: (currentTime) => tell("onCurrentTime", { currentTime, duration: film.duration }),
  pause: () => state(2),
  end: () => state(0),
  mute: (muted) => tell("onMute", muted),
};
