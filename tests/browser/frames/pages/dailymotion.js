const tell = (event, more) => post(String(new URLSearchParams({ event, id: "f1", ...more })));
speak = {
  ready: () => tell("apiready"),
  play: () => (tell("durationchange", { duration: film.duration }), tell("play"), tell("video_start")),
  time: (time) => tell("timeupdate", { time }),
  pause: () => tell("pause"),
  end: () => (tell("video_end"), tell("end")),
  mute: (muted) => tell("volumechange", { volume: 1, muted }),
};
