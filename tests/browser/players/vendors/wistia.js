/**
 * Stands in the place of Wistia's script: it answers its queue with players that have the methods
 * and events of Wistia's player API.
 */
window.Wistia = {};
const players = new Map();
const EVENTS = { play: "play", pause: "pause", end: "ended", timechange: "timeupdate", mutechange: "volumechange" };

function player(container) {
    if (players.has(container)) return players.get(container);
    const film = container.className.match(/wistia_async_(\w+)/)[1];
    const video = document.createElement("video");
    video.src = `/films/${film}/film.mp4`;
    container.append(video);
    const made = {
        container,
        elem: () => video,
        name: () => "Bees",
        time: () => video.currentTime,
        duration: () => video.duration,
        state: () => (video.ended ? "ended" : video.paused ? "paused" : "playing"),
        isMuted: () => video.muted,
        play: () => video.play(),
        pause: () => video.pause(),
        bigPlayButtonEnabled() {},
        releaseChromeless() {},
        requestChromeless() {},
        bind: (event, listener) => video.addEventListener(EVENTS[event], () => listener(video.currentTime)),
    };
    players.set(container, made);
    return made;
}

async function answer({ id, onReady }) {
    const found = () => document.getElementById(id) ?? document.querySelector(`.wistia_async_${id}`);
    while (!found()) await new Promise((resolve) => setTimeout(resolve, 20));
    onReady?.(player(found()));
}

const queue = window._wq ?? [];
window._wq = { push: answer };
queue.forEach(answer);
