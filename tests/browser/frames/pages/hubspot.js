const tell = (type) => post({ type, embedId: "1", videoTitle: film.title });
speak = {
  ready: () => {},
  play: () => (tell("TRACKED_PLAY"), tell("PLAYER_PLAY")),
  time: () => {},
  pause: () => tell("PLAYER_PAUSE"),
  end: () => tell("PLAYER_ENDED"),
};
