"""A film in a MediaSource is named by its own manifest, in whatever order playlists are answered.

The pages do step by step what players of HLS do, so that the order is the test's.
"""

from threading import Event

import pytest
from playwright.sync_api import Page

from tests.browser.hosts import PATIENCE, Collector, Site
from tests.browser.player import READY, leave, passed, pause, play, script, until

FILM = "/films/film/interstitials.m3u8"
SECOND = "/films/film/master.m3u8"
ADVERTISEMENT = "/films/ad/master.m3u8"
FOLLOWING = "/films/ad/next.m3u8"

PLAYER = """
<script>
    // Opens a source whose length is known only at its end; until then it has the announced one.
    window.open = async (video, clip, segments, announced) => {
        const media = new MediaSource();
        video.src = URL.createObjectURL(media);
        await new Promise((resolve) => (media.onsourceopen = resolve));
        const buffer = media.addSourceBuffer('video/mp4; codecs="avc1.42c00a"');
        media.duration = announced;
        const append = async (name) => {
            buffer.appendBuffer(await (await fetch(`/films/${clip}/${name}`)).arrayBuffer());
            await new Promise((resolve) => (buffer.onupdateend = resolve));
        };
        const known = new Promise((resolve) => (video.onloadedmetadata = resolve));
        await append("init-0.mp4");
        await known;
        for (let i = 1; i <= segments; i++) await append(`0-${String(i).padStart(2, "0")}.m4s`);
        const settled = new Promise((resolve) => (video.ondurationchange = resolve));
        media.endOfStream();
        if (announced > segments * 2) await settled;
    };
    window.film = (video) => open(video, "film", 12, 24);
    window.advertisement = (video) => open(video, "ad", 2, 24);
</script>
"""


class Playlists:
    """The site answers to a playlist's address when it is told to."""

    def __init__(self, page: Page, site: Site) -> None:
        self._page = page
        self._site = site
        self._answers: dict[str, Event] = {}

    def ask(self, *paths: str) -> None:
        """The page asks for them, in this order."""
        for path in paths:
            asked, answered = Event(), self._answers.setdefault(path, Event())

            def playlist(asked: Event = asked, answered: Event = answered) -> str:
                asked.set()
                answered.wait(PATIENCE)
                return "#EXTM3U"

            self._site.playlists[path] = playlist
            self._page.evaluate("path => void fetch(path)", path)
            assert asked.wait(PATIENCE), path

    def answer(self, *paths: str) -> None:
        """They are answered, in this order."""
        for path in paths:
            self._answers[path].set()
            entries = "performance.getEntriesByType('resource')"
            passed(self._page, f"{entries}.some(({{ name }}) => name.endsWith('{path}'))")


@pytest.fixture
def playlists(page: Page, site: Site) -> Playlists:
    """Those that the page asks for."""
    return Playlists(page, site)


def show(page: Page, site: Site, collector: Collector, players: str) -> None:
    """Open a page, and wait until what names and measures is there."""
    site.folders["/films/"] = site.folders["/clips/"].parent / "players" / "clips"
    page.goto(site.put(PLAYER + players + script(collector)))
    passed(page, READY)
    page.evaluate(
        """() => {
            const { src } = document.querySelector("[src*=playrelay]");
            const load = (name) => import(`${src}/../adapters/${name}.js`);
            return Promise.all(["view", "manifests"].map(load));
        }"""
    )


ORDERS = pytest.mark.parametrize(
    "order", [(0, 1), (1, 0)], ids=["as they were asked for", "the other way round"]
)


@ORDERS
@pytest.mark.parametrize("seen", [True, False], ids=["the film was seen", "it was not"])
def test_a_film_that_an_interstitial_precedes(
    page: Page,
    site: Site,
    collector: Collector,
    playlists: Playlists,
    order: tuple[int, int],
    *,
    seen: bool,
) -> None:
    """It has the manifest that was asked for first, not that of an interstitial."""
    show(page, site, collector, '<video id="v" controls muted></video>')
    both = (FILM, ADVERTISEMENT)
    playlists.ask(*both)
    playlists.answer(*(both[index] for index in order))
    if seen:
        page.evaluate("film(v)")
    page.evaluate("advertisement(v)")
    play(page, rate=4)
    until(page, 3)
    page.evaluate("v.pause()")
    playlists.ask(FOLLOWING)
    playlists.answer(FOLLOWING)
    page.evaluate("film(v)")
    play(page, rate=4)
    until(page, 8)
    share = pause(page)
    leave(page)
    collector.wait(lambda relay: relay.plays)
    view = collector.view()
    assert view.last["mediaUrl"] == site.url + FILM
    assert view.percent == pytest.approx(share, abs=2)


@ORDERS
def test_two_players(
    page: Page, site: Site, collector: Collector, playlists: Playlists, order: tuple[int, int]
) -> None:
    """Each film has its own: the first player's is the one that was asked for first."""
    videos = '<video id="v" controls muted></video><video id="w" controls muted></video>'
    show(page, site, collector, videos)
    both = (FILM, SECOND)
    playlists.ask(*both)
    playlists.answer(*(both[index] for index in order))
    page.evaluate("film(v)")
    page.evaluate("film(w)")
    for name in ("w", "v"):
        play(page, rate=4, name=name)
        until(page, 3, name)
        pause(page, name)
    leave(page)
    collector.wait(lambda relay: len(relay.views()) == 2)
    assert [view.last["mediaUrl"] for view in collector.views()] == [
        site.url + SECOND,
        site.url + FILM,
    ]
