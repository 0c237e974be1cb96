"""Other trackers of media, from the npm registry, each bundled as a page would load it.

They are installed into a folder of their own below the environment, never into the repository.
"""

import shutil
import subprocess
import sys
from pathlib import Path

from tests.machine.node import find_node

FOLDER = Path(sys.executable).parent.parent / "rivals"
PACKAGES = (
    "esbuild@0.28.2",
    "mux-embed@5.19.0",
    "@snowplow/browser-tracker@4.10.1",
    "@snowplow/browser-plugin-media@4.10.2",
)

MUX = """
import mux from "mux-embed";
mux.monitor(document.querySelector("video"), {
    disableCookies: true,
    data: { env_key: "bench", player_name: "bench", video_id: "minute", video_title: "Minute" },
});
"""

SNOWPLOW = """
import { newTracker } from "@snowplow/browser-tracker";
import * as media from "@snowplow/browser-plugin-media";
newTracker("sp", "COLLECTOR", { appId: "bench", plugins: [media.SnowplowMediaPlugin()] });
const player = document.querySelector("video");
const id = "minute";
const state = () => {
    const { currentTime, duration, ended, paused, muted, loop, playbackRate, volume } = player;
    return { currentTime, duration, ended, paused, muted, loop, playbackRate,
        volume: Math.round(volume * 100), playerType: "org.whatwg-media_element" };
};
media.startMediaTracking({ id, player: state(), boundaries: [25, 50, 75, 100] });
const tell = {
    loadeddata: media.trackMediaReady, play: media.trackMediaPlay, pause: media.trackMediaPause,
    seeking: media.trackMediaSeekStart, seeked: media.trackMediaSeekEnd,
    waiting: media.trackMediaBufferStart, ended: media.trackMediaEnd,
    timeupdate: media.updateMediaTracking,
};
for (const [event, track] of Object.entries(tell)) {
    player.addEventListener(event, () => track({ id, player: state() }));
}
"""
"""Its plugin is told of the element's events, as its documentation shows for a player."""


def bundles(collector: str) -> dict[str, bytes]:
    """Script by name; none where there is no npm or it can't get them. `collector`: host and port.

    mux-embed has a collector of its own.
    """
    npm = find_node("npm")
    if npm is None or not _installed(npm):
        return {}
    return {
        "mux-embed": _bundle("mux", MUX),
        "Snowplow, media plugin": _bundle("snowplow", SNOWPLOW.replace("COLLECTOR", collector)),
    }


def _installed(npm: str) -> bool:
    FOLDER.mkdir(exist_ok=True)
    done = FOLDER / "installed.txt"
    wanted = "\n".join(PACKAGES)
    if done.exists() and done.read_text() == wanted:
        return True
    # Snowplow's packages of one release name each other by ranges that no two of them meet.
    options = ("--silent", "--no-audit", "--no-fund", "--no-save", "--legacy-peer-deps")
    command = [npm, "install", "--prefix", str(FOLDER), *options, *PACKAGES]
    if subprocess.run(command, check=False).returncode:  # noqa: S603 - our own
        return False
    done.write_text(wanted)
    return True


def _bundle(name: str, entry: str) -> bytes:
    source, output = FOLDER / f"{name}.entry.js", FOLDER / f"{name}.js"
    source.write_text(entry)
    esbuild = str(FOLDER / "node_modules" / ".bin" / "esbuild")
    given = [str(source), "--bundle", "--minify", "--format=iife", "--log-level=error"]
    path = {"PATH": str(Path(find_node() or shutil.which("node") or "node").parent)}
    subprocess.run([esbuild, *given, f"--outfile={output}"], env=path, check=True)  # noqa: S603 - our own
    return output.read_bytes()
