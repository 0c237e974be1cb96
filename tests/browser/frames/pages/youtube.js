const query = new URLSearchParams(location.search);
film.id = location.pathname.split("/")[2];
let listens = false;
const deliver = (event, info) => listens && say({ event, info });
const videoData = () => ({ video_id: film.id, title: film.title });
let details = () => ({ duration: film.duration, videoData: videoData() });
answer = ({ event }) => {
  if (event != "listening" || query.get("enablejsapi") != "1") return;
  listens = true;
  deliver("initialDelivery", { playerState: -1, currentTime: 0, muted: !!query.get("mute"), ...details() });
};
speak = {
  ready: () => {},
  time: (currentTime) => deliver("infoDelivery", { currentTime }),
  state: (playerState) => deliver("infoDelivery", { playerState, ...details() }),
  play: () => speak.state(1),
  pause: () => speak.state(2),
  end: () => speak.state(0),
  mute: (muted) => deliver("infoDelivery", { muted, volume: 100 }),
};
