"""The site of the matrix: a page for each case and film, with the tracker and without."""

import subprocess
from collections import Counter
from functools import partial
from pathlib import Path

from tests.browser.hosts import CLIPS, Site
from tests.browser.players.handout import handout
from tests.browser.players.records import FOLDER, PAGES, TITLES, Case, filled

FILMS = FOLDER / "clips"
MODULES = FOLDER / "node_modules"
SEGMENTS = 2
"""How many a live stream has before it is asked for."""


def bundled(folder: Path) -> None:
    """Make of the pages' scripts what a site's build makes of them."""
    scripts = map(str, sorted(PAGES.glob("*.js")))
    command = [str(MODULES / ".bin/esbuild"), *scripts, f"--outdir={folder}"]
    options = ["--bundle", "--format=esm", "--splitting", "--minify", "--log-level=error"]
    react = '--define:process.env.NODE_ENV="production"'
    subprocess.run([*command, *options, react], check=True)  # noqa: S603 - our own


def furnish(site: Site, bundles: Path) -> None:
    """Put the films, the libraries and what was bundled there."""
    (bundles / "handout.pdf").write_bytes(handout())
    site.folders = {
        "/clips/": CLIPS,
        "/matrix/": FOLDER,
        "/npm/": MODULES,
        "/bundles/": bundles,
        **{f"/films/{film}/": FILMS for film in TITLES},
        **{f"/handouts/{film}/": bundles for film in TITLES},
    }
    site.pages["/favicon.ico"] = ""  # or the console hears that it is missing
    for film in TITLES:
        live = _Live()
        site.playlists[f"/films/{film}/film/live.m3u8"] = live.master
        for track in ("0", "1"):
            site.playlists[f"/films/{film}/film/live_{track}.m3u8"] = partial(live.track, track)


def put(site: Site, case: Case, film: str, embed: str) -> str:
    """Put the page of a case there; returns its address."""
    body = filled((PAGES / f"{case.name}.html").read_text(), film)
    head = '<script src="/matrix/matrix.js"></script>' + embed
    return site.put(head + body, f"/{case.name}/{film}", TITLES[film])


class _Live:
    """A stream that has a segment more each time that a playlist of it is asked for.

    It begins anew whenever its master playlist is.
    """

    def __init__(self) -> None:
        self._asked: Counter[str] = Counter()

    def master(self) -> str:
        """The playlist of its tracks."""
        self._asked.clear()
        return (FILMS / "film/master.m3u8").read_text().replace("media_", "live_")

    def track(self, name: str) -> str:
        """The playlist of a track."""
        self._asked[name] += 1
        lines = (FILMS / f"film/media_{name}.m3u8").read_text().splitlines()
        ends = [index for index, line in enumerate(lines) if line.endswith(".m4s")]
        return "\n".join(lines[: ends[min(SEGMENTS + self._asked[name], len(ends)) - 1] + 1])
