import "vidstack/player";
import "vidstack/player/layouts/default";
import "vidstack/player/ui";
import Hls from "hls.js";

document.querySelector("media-player").addEventListener("provider-change", ({ detail }) => {
    if (detail?.type == "hls") detail.library = Hls;
});
