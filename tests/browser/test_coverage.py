"""The tracker reports of a play exactly what was played, whatever the visitor does."""

from playwright.sync_api import Page

from tests.browser.hosts import Collector, Site
from tests.browser.player import (
    earned,
    ended,
    leave,
    passed,
    pause,
    play,
    show,
    stop,
    truth,
    until,
    video,
)


def test_straight_play_at_sixteen_times_takes_three_small_requests_at_most(
    page: Page, site: Site, collector: Collector
) -> None:
    """A minute from beginning to end: all milestones, few requests, no preflight, small bodies."""
    show(page, site, collector, video("minute.webm"))
    play(page, rate=16)
    ended(page)
    collector.wait_for_end()
    assert collector.view().milestones == [25, 50, 75, 100]
    assert collector.view().spans == [1] * 100
    assert collector.methods in (["POST"] * 2, ["POST"] * 3)
    assert max(len(body) for body in collector.bodies) <= 700
    assert all(sent["Content-Type"].startswith("text/plain") for sent in collector.headers)


def test_a_seek_over_the_middle_adds_nothing(page: Page, site: Site, collector: Collector) -> None:
    """The beginning and the end were watched: half of it, though it ended."""
    show(page, site, collector, video())
    play(page)
    until(page, 2)
    play(page, start=6.5)
    ended(page)
    played = truth(page)
    collector.wait_for_end()
    assert collector.view().milestones == earned(played, complete=True) != []
    assert collector.view().last["playedPercent"] == int(played)


def test_a_start_at_a_remembered_position_counts_from_there(
    page: Page, site: Site, collector: Collector
) -> None:
    """Chromium's `played` then begins at 0, though nothing before the position was played."""
    show(page, site, collector, '<video id="v"></video>')
    page.evaluate("v.src = '/clips/ten.webm'; v.currentTime = 6; v.play()")
    ended(page)
    collector.wait_for_end()
    assert 36 <= collector.view().percent <= 42
    assert collector.view().milestones == [25]


def test_a_film_that_goes_on_in_another_element_is_the_same_view(
    page: Page, site: Site, collector: Collector
) -> None:
    """Mounted anew at 4×, where it was: it goes on, and tells no more than was seen."""
    show(page, site, collector, video("minute.webm", "controls"))
    play(page)
    until(page, 5)
    page.evaluate(
        """async () => {
            const [old, fresh] = [v, document.createElement("video")];
            const { currentTime } = old;
            old.remove();
            Object.assign(fresh, { id: "w", controls: true, src: old.src, currentTime });
            document.body.append(fresh);
            fresh.playbackRate = fresh.defaultPlaybackRate = 4;
            await fresh.play();
        }"""
    )
    until(page, 10, "w")
    pause(page, "w")
    leave(page)
    collector.wait(lambda seen: seen.plays and seen.view().spans[10:14] == [1] * 4)
    assert 12 <= collector.view().percent <= 20


def test_a_jump_to_the_end_is_no_play(page: Page, site: Site, collector: Collector) -> None:
    """It ended, with next to nothing played."""
    show(page, site, collector, video())
    play(page, rate=1, start=9.7)
    ended(page)
    collector.wait_for_end()
    assert collector.view().milestones == []


def test_an_overlapping_rewatch_counts_once_and_shows_in_the_map(
    page: Page, site: Site, collector: Collector
) -> None:
    """Coverage is of the medium; the attention map says how often."""
    show(page, site, collector, video())
    play(page)
    until(page, 5)
    play(page, start=2)
    until(page, 7)
    played = stop(page, collector)
    view = collector.view()
    assert view.milestones == earned(played) != []
    assert view.spans[30:45] == [2] * 15
    assert view.spans[5:15] == [1] * 10
    assert view.spans[80:] == [0] * 20


def test_a_second_time_that_ends_in_a_jump_shows_in_the_map(
    page: Page, site: Site, collector: Collector
) -> None:
    """The position before the jump is unknown, so the clock tells how far the play had come."""
    show(page, site, collector, video())
    play(page)
    until(page, 5)
    play(page, start=2)
    until(page, 4.5)
    play(page, start=8)
    until(page, 8.5)
    played = stop(page, collector)
    spans = collector.view().spans
    assert spans[23:40] == [2] * 17
    assert spans[5:15] == [1] * 10
    assert spans[70:80] == [0] * 10
    assert collector.view().percent <= played + 0.1


def test_a_loop_is_covered_once(page: Page, site: Site, collector: Collector) -> None:
    """It never ends, fires no `ended`, and each milestone comes once."""
    show(page, site, collector, video(attributes="loop"))
    page.evaluate("window.wraps = 0; v.addEventListener('seeked', () => wraps++)")
    play(page, rate=8)
    passed(page, "wraps >= 2 && v.currentTime > 3")
    pause(page)
    leave(page)
    collector.wait(lambda seen: seen.plays and seen.view().spans[10:20] == [3] * 10)
    assert collector.view().milestones == [25, 50, 75, 100]
    assert not any(play.get("ended") for play in collector.plays)
    assert collector.view().spans[50:60] == [2] * 10


def test_a_rate_change_near_a_boundary_is_harmless(
    page: Page, site: Site, collector: Collector
) -> None:
    """Milestones go by what was played, not by the clock."""
    show(page, site, collector, video())
    play(page, rate=2)
    until(page, 2.2)
    page.evaluate("v.playbackRate = 0.5")
    until(page, 2.3)
    page.evaluate("v.playbackRate = 4")
    until(page, 3)
    played = stop(page, collector)
    assert collector.view().milestones == earned(played) != []


def test_a_clip_of_half_a_second_is_not_missed(
    page: Page, site: Site, collector: Collector
) -> None:
    """All its milestones, though it is over before anything else happens."""
    show(page, site, collector, video("short.webm"))
    play(page, rate=1)
    ended(page)
    collector.wait_for_end()
    assert collector.view().milestones == [25, 50, 75, 100]


def test_a_thousand_tiny_seeks_count_what_lies_between(
    page: Page, site: Site, collector: Collector
) -> None:
    """Many small ranges after a first second, and no more than their sum."""
    show(page, site, collector, video())
    play(page, rate=1)
    until(page, 1)
    page.evaluate(
        """async () => {
            const frame = () => new Promise(requestAnimationFrame);
            for (let i = 0; i < 1000; i++) {
                v.currentTime = ((i * 7) % 95) / 10;
                if (i % 10 == 0) await frame();
            }
        }"""
    )
    played = pause(page)
    leave(page)
    collector.wait(lambda seen: seen.plays and seen.view().last.get("playedPercent") == int(played))
    assert collector.view().milestones == earned(played)


def test_two_players_at_once_are_two_views(page: Page, site: Site, collector: Collector) -> None:
    """Each has its own session and its own milestones."""
    show(page, site, collector, video(name="v") + video("ten.mp4", name="w"))
    play(page, name="v")
    play(page, name="w", start=5.0)
    ended(page, "v")
    ended(page, "w")
    collector.wait(lambda seen: [view.last.get("ended") for view in seen.views()] == [True] * 2)
    by_clip = {view.last["mediaUrl"].rpartition("/")[2]: view for view in collector.views()}
    assert by_clip["ten.webm"].milestones == [25, 50, 75, 100]
    assert by_clip["ten.mp4"].milestones == earned(truth(page, "w"), complete=True)


def test_paused_scrubbing_is_not_watching(page: Page, site: Site, collector: Collector) -> None:
    """The position moves, and nothing is played."""
    show(page, site, collector, video())
    play(page)
    until(page, 1)
    pause(page)
    page.evaluate(
        """async () => {
            for (const to of [2, 4, 6, 8]) {
                v.currentTime = to;
                await new Promise((done) => v.addEventListener("seeked", done, { once: true }));
            }
        }"""
    )
    played = truth(page)
    leave(page)
    collector.wait(lambda seen: seen.plays and seen.view().last.get("playedPercent") == int(played))
    assert collector.view().milestones == []


RECORD_EVENTS = """() => {
    window.recorded = [];
    for (const name of ["start", "milestone"]) {
        v.addEventListener(`playrelay:${name}`, ({ detail }) => {
            recorded.push(`${detail.milestone ?? name} ${v.paused ? "at rest" : "playing"}`);
        });
    }
}"""
"""Records each event that the page receives, and whether the player was playing."""


def test_milestones_come_while_it_plays_though_nothing_listens(
    page: Page, site: Site, collector: Collector
) -> None:
    """`timeupdate`, which comes four times a second, has no listener."""
    page.add_init_script(
        """window.listened = new Set();
        const { addEventListener } = EventTarget.prototype;
        EventTarget.prototype.addEventListener = function (type, ...rest) {
            listened.add(type);
            return addEventListener.call(this, type, ...rest);
        };"""
    )
    show(page, site, collector, video("minute.webm"))
    page.evaluate(RECORD_EVENTS)
    play(page, rate=8)
    passed(page, "recorded.includes('50 playing')")
    assert page.evaluate("recorded") == ["start playing", "25 playing", "50 playing"]
    assert page.evaluate("[listened.has('playing'), listened.has('timeupdate')]") == [True, False]
    leave(page)


def test_a_play_that_becomes_faster_is_looked_at_sooner(
    page: Page, site: Site, collector: Collector
) -> None:
    """A minute of a quarter's speed lies before the first milestone, and then no more."""
    show(page, site, collector, video("minute.webm"))
    page.evaluate(RECORD_EVENTS)
    play(page, rate=0.25)
    passed(page, "recorded.length && v.currentTime > 0.1")
    page.evaluate("v.playbackRate = 8")
    passed(page, "recorded.includes('25 playing')")
    leave(page)


def test_decoration_that_is_unmuted_is_noticed_at_once(
    page: Page, site: Site, collector: Collector
) -> None:
    """Nothing else happens to it."""
    show(page, site, collector, video("minute.webm", "muted autoplay loop"))
    page.evaluate(RECORD_EVENTS)
    passed(page, "v.currentTime > 1")
    page.evaluate("v.muted = false")
    passed(page, "recorded.includes('start playing')")
    leave(page)


def test_muted_decoration_is_ignored_until_it_is_heard(
    page: Page, site: Site, collector: Collector
) -> None:
    """A silent loop without controls counts from the moment it is unmuted."""
    show(page, site, collector, video(attributes="muted autoplay loop"))
    page.evaluate("window.wraps = 0; v.addEventListener('seeked', () => wraps++)")
    play(page, rate=8)
    passed(page, "wraps >= 1 && v.currentTime > 1 && v.currentTime < 6")
    page.evaluate("v.muted = false; v.playbackRate = 2; window.from = v.currentTime")
    passed(page, "v.currentTime > from + 2")
    page.evaluate("v.pause()")
    leave(page)
    collector.wait(lambda seen: seen.plays)
    assert collector.view().percent < 50
    assert collector.view().milestones in ([], [25])


def test_decoration_that_was_asked_for_counts(page: Page, site: Site, collector: Collector) -> None:
    """`data-playrelay="on"` on a silent loop."""
    looping = 'muted autoplay loop data-playrelay="on"'
    show(page, site, collector, video("short.webm", looping))
    collector.wait(lambda seen: seen.plays and seen.view().milestones == [25, 50, 75, 100])


def test_a_player_that_is_off_is_left_alone(page: Page, site: Site, collector: Collector) -> None:
    """`data-playrelay="off"` holds for all inside of it."""
    off = f'<div data-playrelay="off">{video("short.webm", name="w")}</div>'
    show(page, site, collector, off + video("short.webm"))
    play(page, name="w", rate=1)
    ended(page, "w")
    play(page, rate=1)
    ended(page)
    collector.wait_for_end()
    leave(page)
    assert len(collector.views()) == 1
