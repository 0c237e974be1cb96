const embed = (eventName) => post({ namespace: "twitch-embed", eventName });
const update = (params) =>
  post({ namespace: "twitch-embed-player-proxy", eventName: "UPDATE_STATE", params });
embed("ready");
speak = {
  ready: () => embed("ready"),
  play: () => (update({ playback: "Playing", duration: film.duration }), embed("playing")),
  time: (currentTime) => update({ currentTime }),
  pause: () => (update({ playback: "Idle" }), embed("pause")),
  end: () => (update({ playback: "Ended" }), embed("ended")),
  mute: (muted) => update({ muted, volume: 1 }),
};
