import { VideoTexture } from "three";

const video = document.createElement("video");
video.src = document.querySelector("[data-src]").dataset.src;
video.muted = video.loop = video.playsInline = true;
window.texture = new VideoTexture(video);
matrix.player = () => video;
matrix.ready = () => video.readyState > 2;
