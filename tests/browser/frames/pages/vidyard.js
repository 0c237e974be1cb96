const uuid = location.pathname.slice(1);
const video_attributes = { length_in_milliseconds: film.duration * 1000, length_in_seconds: film.duration };
let currentTime = 0;
const tell = (event, more) => say({ event, uuid, status: { currentTime, chapterIndex: 0 }, ...more });
say({ event: "requestParentOrigin", uuid });
answer = ({ event }) => event == "captureParentOrigin" && speak.ready();
speak = {
  ready: () => tell("ready", { metadata: { name: film.title, chapters_attributes: [{ video_attributes }] } }),
  play: () => tell("play", { params: currentTime }),
  time: (at) => ((currentTime = at), tell("status")),
  pause: () => tell("pause"),
  end: () => ((currentTime = film.duration), tell("playerComplete")),
};
