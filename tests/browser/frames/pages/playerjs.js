// The package's own Receiver: nothing is said that nobody has asked for.
const receiver = new playerjs.Receiver();
receiver.ready();
const { duration } = film;
speak = {
  ready: () => receiver.ready(),
  play: () => receiver.emit("play"),
  time: (seconds) => receiver.emit("timeupdate", { seconds, duration }),
  pause: () => receiver.emit("pause"),
  end: () => receiver.emit("ended"),
};
