"""One view is one element playing one source, on the page where it began."""

import pytest
from playwright.sync_api import Page

from tests.browser.hosts import CLIPS, STATIC, Collector, Site
from tests.browser.player import (
    earned,
    ended,
    leave,
    passed,
    pause,
    play,
    ready,
    script,
    show,
    stop,
    truth,
    until,
    video,
)

APPEND = """async (cuts) => {
    const media = new MediaSource();
    window.v = document.getElementById("v");
    v.src = URL.createObjectURL(media);
    await new Promise((open) => media.addEventListener("sourceopen", open, { once: true }));
    const buffer = media.addSourceBuffer('video/webm; codecs="vp8, opus"');
    const clip = new Uint8Array(await (await fetch("/clips/minute.webm")).arrayBuffer());
    window.append = async (from, to, duration) => {
        buffer.appendBuffer(clip.slice(from, to ?? clip.length));
        await new Promise((done) => buffer.addEventListener("updateend", done, { once: true }));
        if (duration) media.duration = duration;
        else media.endOfStream();
    };
}"""


def clusters() -> list[int]:
    """The starts of the clusters of the minute, at which a WebM can be cut."""
    clip, mark = (CLIPS / "minute.webm").read_bytes(), bytes.fromhex("1f43b675")
    found = [clip.find(mark)]
    while (following := clip.find(mark, found[-1] + 1)) >= 0:
        found.append(following)
    return found


def test_a_source_swapped_while_playing_begins_a_new_view(
    page: Page, site: Site, collector: Collector
) -> None:
    """The first keeps what it had; the second starts from nothing."""
    show(page, site, collector, video())
    play(page, rate=2)
    until(page, 3)
    swap = "() => { const { currentTime } = v; v.src = '/clips/ten.mp4'; return currentTime }"
    before = page.evaluate(swap)
    play(page, rate=4)
    until(page, 6)
    second = pause(page)
    leave(page)
    collector.wait(lambda seen: len(seen.views()) > 1 and seen.views()[1].percent >= int(second))
    first, following = collector.views()
    assert [view.last["mediaUrl"][-8:] for view in (first, following)] == ["ten.webm", "/ten.mp4"]
    assert first.percent == pytest.approx(before * 10, abs=3)
    assert following.milestones == earned(second)


def test_another_quality_of_the_same_film_is_the_same_view(
    page: Page, site: Site, collector: Collector
) -> None:
    """It goes on where it was, however little of it was seen by then."""
    show(page, site, collector, video())
    play(page, rate=1)
    until(page, 1.5)
    page.evaluate(
        """async () => {
            const { currentTime } = v;
            v.src = "/clips/ten.mp4";
            v.currentTime = currentTime;
            await v.play();
        }"""
    )
    play(page, rate=4)
    ended(page)
    collector.wait_for_end()
    assert collector.view().last["mediaUrl"].endswith("ten.webm")
    assert collector.view().milestones == [25, 50, 75, 100]


def test_the_same_film_from_the_beginning_is_no_other_quality(
    page: Page, site: Site, collector: Collector
) -> None:
    """Another address, begun anew before much was seen of the first: two views."""
    show(page, site, collector, video())
    play(page, rate=1)
    until(page, 1.5)
    page.evaluate("v.src = '/clips/ten.mp4'")
    play(page, rate=4)
    ended(page)
    collector.wait(lambda seen: len(seen.views()) > 1 and seen.views()[1].last.get("ended"))


def test_load_goes_on_with_the_same_view(page: Page, site: Site, collector: Collector) -> None:
    """`load()` empties `played`; what was covered before is not forgotten, nor counted twice."""
    show(page, site, collector, video())
    play(page, rate=2)
    until(page, 3)
    before = page.evaluate("() => { const { currentTime } = v; v.load(); return currentTime }")
    play(page, start=6)
    ended(page)
    collector.wait_for_end()
    assert collector.view().percent == pytest.approx(before * 10 + 40, abs=3)
    assert len(collector.views()) == 1


def test_a_growing_duration_invents_no_milestone(
    page: Page, site: Site, collector: Collector
) -> None:
    """A MediaSource grows from 20 to 40 to 60 seconds: only the last is the medium's."""
    show(page, site, collector, '<video id="v"></video>')
    page.evaluate(APPEND)
    cuts = clusters()
    third, two_thirds = cuts[len(cuts) // 3], cuts[2 * len(cuts) // 3]
    page.evaluate("([a, b]) => append(a, b, 20)", [0, third])
    play(page, rate=8)
    until(page, 12)
    page.evaluate("([a, b]) => append(a, b, 40)", [third, two_thirds])
    until(page, 30)
    assert [view.milestones for view in collector.views()] in ([], [[]])
    page.evaluate("(a) => append(a)", two_thirds)
    ended(page)
    collector.wait_for_end()
    assert collector.view().milestones == earned(truth(page), complete=True) == [25, 50, 75, 100]
    assert collector.view().last["duration"] == pytest.approx(60, abs=1)


def test_a_media_source_that_is_left_early_has_its_share(
    page: Page, site: Site, collector: Collector
) -> None:
    """Its duration is finite and has not grown: a visit of a few seconds is worth a percentage."""
    show(page, site, collector, '<video id="v"></video>')
    page.evaluate(APPEND)
    page.evaluate("append(0)")
    play(page, rate=8)
    until(page, 20)
    played = stop(page, collector)
    assert collector.view().milestones == earned(played) != []


def test_a_media_source_that_is_swapped_early_has_its_share(
    page: Page, site: Site, collector: Collector
) -> None:
    """The next source comes while it plays: what it lasted is still known."""
    show(page, site, collector, '<video id="v"></video>')
    page.evaluate(APPEND)
    page.evaluate("append(0)")
    play(page, rate=8)
    until(page, 20)
    before = page.evaluate("[v.currentTime, v.src = '/clips/short.webm'][0]")
    play(page, rate=1)
    ended(page)
    collector.wait(lambda seen: len(seen.views()) == 2 and seen.views()[1].last.get("ended"))
    leave(page)
    collector.wait(lambda seen: seen.views()[0].percent >= before / 0.6 - 2)
    assert collector.views()[0].percent == pytest.approx(before / 0.6, abs=3)


def test_a_duration_that_is_corrected_by_little_has_not_grown(
    page: Page, site: Site, collector: Collector
) -> None:
    """Players set it once more when the last segment is there: 59.5 becomes 60 seconds."""
    show(page, site, collector, '<video id="v"></video>')
    page.evaluate(APPEND)
    page.evaluate("(to) => append(0, to, 59.5)", clusters()[-1])
    play(page, rate=8)
    until(page, 20)
    page.evaluate("(from) => append(from)", clusters()[-1])
    until(page, 24)
    played = stop(page, collector)
    assert collector.view().milestones == earned(played) != []


def test_a_live_media_source_that_grows_has_no_share(
    page: Page, site: Site, collector: Collector
) -> None:
    """Each segment makes it longer: of what will come, nobody has seen a percentage."""
    show(page, site, collector, '<video id="v"></video>')
    page.evaluate(APPEND)
    cuts = clusters()
    page.evaluate("([a, b]) => append(a, b, 20)", [0, cuts[len(cuts) // 3]])
    play(page, rate=4)
    until(page, 4)
    page.evaluate("([a, b]) => append(a, b, 45)", [cuts[len(cuts) // 3], cuts[len(cuts) // 2]])
    until(page, 6)
    pause(page)
    leave(page)
    collector.wait(lambda seen: seen.plays)
    assert not {"playedPercent", "watched"} & collector.view().last.keys()


def test_a_live_stream_is_played_without_percentages(
    page: Page, site: Site, collector: Collector
) -> None:
    """An infinite duration has neither quartiles nor spans."""
    body = '<canvas id="c"></canvas><video id="v" controls muted></video>'
    show(page, site, collector, body)
    page.evaluate(
        """async () => {
            const pen = c.getContext("2d");
            setInterval(() => pen.fillRect(Math.random() * 99, 0, 9, 9), 40);
            v.srcObject = c.captureStream(25);
            await v.play();
        }"""
    )
    passed(page, "v.currentTime > 1")
    leave(page)
    collector.wait(lambda seen: seen.plays)
    assert collector.view().milestones == []
    assert not {"playedPercent", "watched"} & collector.view().last.keys()
    assert collector.view().last["duration"] is None
    assert collector.view().last["externalId"] == "/#video0"


@pytest.mark.parametrize("mode", ["open", "closed"])
def test_a_player_in_a_shadow_root_is_found(
    page: Page, site: Site, collector: Collector, mode: str
) -> None:
    """Its events don't leave the root, and a closed root can't be looked into."""
    show(page, site, collector, '<div id="host" data-external-id="inner"></div>')
    page.evaluate(
        """(mode) => {
            const outer = host.attachShadow({ mode });
            const inside = outer.appendChild(document.createElement("p"));
            inside.attachShadow({ mode }).innerHTML = '<video src="/clips/short.webm" autoplay>';
        }""",
        mode,
    )
    collector.wait_for_end()
    assert collector.view().milestones == [25, 50, 75, 100]
    assert collector.view().last["externalId"] == "inner"


def test_a_shadow_root_older_than_the_script_is_found(
    page: Page, site: Site, collector: Collector
) -> None:
    """A declarative root that the parser made."""
    player = video("short.webm").replace("id=", "data-id=")
    body = f'<div id="host"><template shadowrootmode="open">{player}</template></div>'
    show(page, site, collector, body)
    page.evaluate("host.shadowRoot.querySelector('video').play()")
    collector.wait_for_end()
    assert collector.view().milestones == [25, 50, 75, 100]


def test_a_player_inserted_later_is_found(page: Page, site: Site, collector: Collector) -> None:
    """A player that begins by autoplay, without a call of `play()`, is found."""
    show(page, site, collector, '<div id="place"></div>')
    page.evaluate("place.innerHTML = '<video src=/clips/short.webm autoplay></video>'")
    collector.wait_for_end()
    assert collector.view().milestones == [25, 50, 75, 100]


def test_detached_audio_is_found(page: Page, site: Site, collector: Collector) -> None:
    """`new Audio()` never reaches the document."""
    show(page, site, collector, "")
    page.evaluate("window.tone = new Audio('/clips/tone.webm')")
    play(page, name="tone")
    until(page, 6, name="tone")
    played = pause(page, name="tone")
    leave(page)
    collector.wait(lambda seen: seen.plays and seen.view().percent >= int(played))
    assert collector.view().milestones == earned(played) != []
    assert collector.view().last["mediaType"] == "AUDIO"


def test_a_player_moved_or_removed_stays_one_view(
    page: Page, site: Site, collector: Collector
) -> None:
    """Re-parenting pauses it, and what was watched before and after is one play."""
    show(page, site, collector, video() + '<div id="elsewhere"></div>')
    page.evaluate("window.kept = v")
    play(page)
    until(page, 3)
    page.evaluate("elsewhere.append(kept)")
    play(page)
    until(page, 6)
    page.evaluate("kept.remove()")
    passed(page, "kept.paused")
    played = truth(page, "kept")
    leave(page)
    collector.wait(lambda seen: seen.plays and seen.view().percent >= int(played))
    assert collector.view().milestones == earned(played)


def test_a_play_older_than_the_script_counts(page: Page, site: Site, collector: Collector) -> None:
    """The part that was played before the tracker loaded is read from `played`."""
    page.goto(site.put(video()))
    play(page)
    until(page, 4)
    page.evaluate(
        """(src) => {
            const script = document.createElement("script");
            Object.assign(script, { src, async: true });
            script.dataset.consent = "none";
            document.head.append(script);
        }""",
        f"{collector.url}/playrelay.js",
    )
    ended(page)
    collector.wait_for_end()
    assert collector.view().milestones == [25, 50, 75, 100]
    assert collector.view().spans[5:95] == [1] * 90


def test_the_script_twice_counts_once(page: Page, site: Site, collector: Collector) -> None:
    """Two tag managers, one tracker."""
    show(page, site, collector, video("short.webm") + script(collector))
    play(page, rate=1)
    ended(page)
    collector.wait_for_end()
    leave(page)
    assert len(collector.views()) == 1


MODULE = """<script type="module">
    import { playrelay } from "/%s/index.js";
    playrelay({ relay: "%s", consent: "none" }).progress({ externalId: "%s", mediaType: "OTHER" });
</script>"""


@pytest.mark.parametrize(
    "copies",
    [("script", "one"), ("one", "script"), ("one", "two")],
    ids=["the script first", "the module first", "the module in two bundles"],
)
def test_the_module_beside_another_copy_counts_once(
    page: Page, site: Site, collector: Collector, copies: tuple[str, str]
) -> None:
    """A tag manager and a bundler, or two bundles: one tracker reports all views."""
    site.folders |= {"/one/": STATIC / "src", "/two/": STATIC / "src"}
    embed = script(collector).replace(" async", "")
    tags = [embed if each == "script" else MODULE % (each, collector.url, each) for each in copies]
    page.goto(site.put(video("short.webm") + "".join(tags)))
    ready(page)
    play(page, rate=1)
    ended(page)
    ids = {each for each in copies if each != "script"}
    collector.wait(lambda seen: any(each.get("ended") for each in seen.plays))
    collector.wait(lambda seen: ids <= {each.get("externalId") for each in seen.plays})
    leave(page)
    page.goto(site.put("", "/next"))
    assert len(collector.views()) == 1 + len(ids)


def test_a_single_page_visit_keeps_each_play_on_its_page(
    page: Page, site: Site, collector: Collector
) -> None:
    """A play belongs to the page where it began; the next one to the next page."""
    canonical = '<link rel="canonical" href="https://example.com/landing">'
    show(page, site, collector, canonical + video() + video("short.webm", name="w"))
    play(page)
    until(page, 1)
    page.evaluate("history.pushState({}, '', '/second?a=1'); document.title = 'Second'")
    play(page, name="w", rate=1)
    ended(page)
    collector.wait(lambda seen: [view.last.get("ended") for view in seen.views()] == [True] * 2)
    by_clip = {view.last["mediaUrl"].rpartition("/")[2]: view.last for view in collector.views()}
    assert by_clip["ten.webm"]["pageUrl"] == "https://example.com/landing"
    assert by_clip["ten.webm"]["pageName"] == "A page"
    assert by_clip["short.webm"]["pageUrl"] == f"{site.url}/second?a=1"
    assert by_clip["short.webm"]["pageName"] == "Second"
