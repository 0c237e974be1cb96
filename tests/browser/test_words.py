"""A ping says who watched what and where, and what the page may state about them."""

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.hosts import CLIPS, STATIC, Collector, Site
from tests.browser.player import ended, leave, passed, play, ready, script, show, video
from tests.processes.relay import CONTACT


def last_ping(page: Page, site: Site, collector: Collector, body: str, **options: str) -> Any:
    """The last ping of a clip whose end is watched."""
    show(page, site, collector, body, **options)
    play(page, rate=1, start=9.8)
    ended(page)
    collector.wait(lambda sent: sent.plays and sent.view().last.get("ended"))
    return collector.view().last


def test_the_page_is_named_by_its_canonical_address(
    page: Page, site: Site, collector: Collector
) -> None:
    """The page is named by its canonical address and title, without the mail's token."""
    canonical = '<link rel="canonical" href="https://example.com/launch?v=1&_hsenc=p2A&_hsmi=9">'
    play = last_ping(page, site, collector, canonical + video())
    assert play["pageUrl"].rstrip("&") == "https://example.com/launch?v=1"
    assert play["pageName"] == "A page"
    assert "pageId" not in play
    assert "campaign" not in play


@pytest.mark.parametrize("view", ["", "/second"], ids=["the first view", "a later view"])
def test_the_campaign_is_that_of_the_arrival(
    page: Page, site: Site, collector: Collector, view: str
) -> None:
    """The arrival's campaign counts without a canonical one, and after the page has changed."""
    canonical = '<link rel="canonical" href="https://example.com/launch">'
    address = site.put(canonical + video() + script(collector))
    page.goto(f"{address}?a=1&utm_source=news%20letter&_hsenc=p2A&utm_term=x&utm_campaign=may#top")
    ready(page)
    if view:
        page.evaluate("(address) => history.pushState({}, '', address)", view)
    play(page, rate=1, start=9.8)
    ended(page)
    collector.wait(lambda sent: sent.plays and sent.view().last.get("ended"))
    last = collector.view().last
    assert last["campaign"] == "utm_source=news%20letter&utm_campaign=may"
    assert last["pageUrl"] == (site.url + view if view else "https://example.com/launch")


def test_hubspots_page_id_is_believed_of_the_right_account(
    page: Page, site: Site, collector: Collector
) -> None:
    """`hsVars` counts where its portal is the one the embed names."""
    facts = "<script>hsVars = { page_id: 77, portal_id: 5 }</script>"
    own = 'data-consent="none" data-portal="5" data-context="EMAIL"'
    play = last_ping(page, site, collector, facts + video(), attributes=own)
    assert (play["pageId"], play["externalPlayContext"]) == (77, "EMAIL")


def test_hubspots_page_id_of_another_account_is_not_believed(
    page: Page, site: Site, collector: Collector
) -> None:
    """An exported page carries it to another host."""
    facts = "<script>hsVars = { page_id: 77, portal_id: 5 }</script>"
    other = 'data-consent="none" data-portal="6"'
    assert "pageId" not in last_ping(page, site, collector, facts + video(), attributes=other)


def test_a_player_is_described_by_its_attributes(
    page: Page, site: Site, collector: Collector
) -> None:
    """A player is described by its own attributes, or those of an element around it."""
    inside = video(attributes='data-media-bridge-id="42" data-media-url="https://example.com/a"')
    body = f'<div data-external-id="ext" data-media-name="Launch" data-media-type="OTHER">{inside}'
    play = last_ping(page, site, collector, body + "</div>")
    assert play["mediaBridgeId"] == 42
    assert play["externalId"] == "ext"
    assert play["mediaName"] == "Launch"
    assert play["mediaUrl"] == "https://example.com/a"
    assert play["mediaType"] == "OTHER"


def test_a_player_without_attributes_is_named_by_what_stands_there(
    page: Page, site: Site, collector: Collector
) -> None:
    """The caption of its figure, for example."""
    play = last_ping(
        page, site, collector, f"<figure>{video()}<figcaption>Bees</figcaption></figure>"
    )
    assert play["mediaName"] == "Bees"
    assert play["mediaUrl"] == f"{site.url}/clips/ten.webm"
    assert "externalId" not in play


BLOB = """async () => {
    const file = await (await fetch("/clips/short.webm")).blob();
    v.src = URL.createObjectURL(file);
    await v.play();
}"""
"""Plays a file that the page has fetched itself."""


def test_a_blob_is_named_by_the_file_that_it_was_made_of(
    page: Page, site: Site, collector: Collector
) -> None:
    """Its own address means nothing elsewhere, and neither does the id of its element."""
    show(page, site, collector, '<video id="v"></video>')
    page.evaluate(BLOB)
    ended(page)
    collector.wait(lambda sent: sent.plays and sent.view().last.get("ended"))
    assert collector.view().last["mediaUrl"] == f"{site.url}/clips/short.webm"
    assert "externalId" not in collector.view().last


def test_a_blob_that_nothing_tells_of_is_named_by_its_place(
    page: Page, site: Site, collector: Collector
) -> None:
    """Which of the page's players it is; the next film on it has a name of its own."""
    body = '<video></video><video id="v"></video>'
    page.goto(site.put(body + script(collector), "/two"))
    ready(page)
    page.evaluate("fetch('/clips/short.webm?else')")
    page.evaluate(BLOB)
    ended(page)
    collector.wait(lambda sent: sent.plays and sent.view().last.get("ended"))
    page.evaluate(f"fetch('/clips/tone.webm').then({BLOB})")
    ended(page)
    collector.wait(lambda sent: [view.last.get("ended") for view in sent.views()] == [True] * 2)
    ids = [view.last["externalId"] for view in collector.views()]
    assert ids == ["/two#video1", "/two#video1-2"]
    assert not any("mediaUrl" in view.last for view in collector.views())


CHOOSING = """
    <form><input type="file" onchange="v.src = window.URL.createObjectURL(files[0])"></form>
    <video id="v" controls></video>
"""


def test_a_file_that_the_visitor_has_chosen_is_no_film_of_the_site(
    page: Page, site: Site, collector: Collector
) -> None:
    """It is played from `blob:`, and nobody else has it: `data-debug` says that nothing is told."""
    attributes = 'data-consent="none" data-debug'
    body = CHOOSING + video("short.webm", name="w")
    show(page, site, collector, body, attributes=attributes)
    page.set_input_files("input", CLIPS / "ten.webm")
    passed(page, "v.readyState > 3")
    with page.expect_event("console", lambda message: "has chosen a file" in message.text):
        play(page, rate=8)
        ended(page)
    play(page, rate=1, name="w")
    ended(page, "w")
    collector.wait_for_end()
    leave(page)
    page.goto(site.put("", "/next"))
    assert collector.view().last["mediaUrl"] == f"{site.url}/clips/short.webm"


JSON_LD = """<script type="application/ld+json">
    {"@graph": [{"@type": "VideoObject", "name": "Bees"}]}
</script>"""
MICRODATA = """<div itemscope itemtype="https://schema.org/VideoObject">
    <meta itemprop="name" content="Bees">{}
</div>"""


@pytest.mark.parametrize(
    "around",
    [
        "<h2>Bees</h2><p>of <b>all</b></p>{}",
        "<section><h2>Ants</h2></section><section>{}<h3>Bees</h3></section>",
        "<figure>{}<button>Play</button><figcaption> Bees\n</figcaption></figure>",
        '<meta property="og:video" content="/a"><meta property="og:title" content="Bees">{}',
        JSON_LD + "<h1>Ants</h1>{}",
        MICRODATA,
        '<my-player title="Bees">{}</my-player><h1>Ants</h1>',
        '<my-player metadata-video-title="Bees" aria-label="Ants">{}</my-player>',
        '<my-tab name="Ants" src="/tab" title="Ants"><h3>Bees</h3>{}</my-tab>',
        "<h1>Bees</h1><footer><h3>Ants</h3></footer><dialog open>{}</dialog>",
        "<h1>Ants</h1><details open><summary>Bees</summary>{}</details>",
    ],
    ids=[
        "heading",
        "card",
        "caption",
        "og",
        "json-ld",
        "microdata",
        "element",
        "mux",
        "a custom element that is no player",
        "a dialog behind the footer",
        "details",
    ],
)
def test_a_film_is_named_by_what_the_page_says_of_it(
    page: Page, site: Site, collector: Collector, around: str
) -> None:
    """A heading, a caption, the page's own statement, the element around the player."""
    play = last_ping(page, site, collector, around.replace("{}", video()))
    assert play["mediaName"] == "Bees"
    assert play["mediaUrl"] == f"{site.url}/clips/ten.webm"


def test_a_gallery_gives_its_words_to_none_of_its_films(
    page: Page, site: Site, collector: Collector
) -> None:
    """A custom element around several players is none: its id would make one film of them."""
    films = f"<h2>Bees</h2>{video()}<h2>Ants</h2>{video('short.webm', name='w')}"
    gallery = f'<media-gallery aria-label="Gallery viewer" video-id="7">{films}</media-gallery>'
    show(page, site, collector, gallery)
    play(page, rate=1, start=9.8)
    ended(page)
    play(page, rate=1, name="w")
    ended(page, "w")
    collector.wait(lambda sent: [view.last.get("ended") for view in sent.views()] == [True] * 2)
    assert [view.last["mediaName"] for view in collector.views()] == ["Bees", "Ants"]
    assert not any("externalId" in view.last for view in collector.views())


LABELLED = [
    ("Bees", '<h2 id="t">Bees</h2><h3>Ants</h3><video aria-labelledby="t" {}>'),
    ("Bees of all", '<p id="a">Bees</p><p id="b">of all</p><video aria-labelledby="a b" {}>'),
    ("Bees", '<video aria-label="Bees" {}>'),
    ("Bees", '<video title="Bees" aria-label="Ants" {}>'),
    ("Bees", '<div class="video-player" aria-label="Bees"><video {}></div>'),
    ("Bees", '<div class="my-player" title="Bees"><div><video {}></div></div>'),
    ("Bees", '<p id="c">Bees</p><div role="region" aria-labelledby="c"><video {}></div>'),
    ("Bees", '<h3>Bees</h3><div class="video-js" aria-label="Lecteur vidéo"><video {}></div>'),
    ("Bees", '<h3>Bees</h3><div class="player" aria-label="Video Player"><video {}></div>'),
    ("Bees", '<h3>Bees</h3><video title="Ants 2 (final).mp4" {}>'),
    ("Bees", '<h3>Bees</h3><figure aria-label="ants.webm"><video {}></figure>'),
    ("Bees.com", '<h3>Ants</h3><video title="Bees.com" {}>'),
    ("Bees", '<section aria-label="Ants"><h3>Bees</h3><video {}></section>'),
    ("Bees", '<div class="videos" aria-label="Ants"><h3>Bees</h3><video {}><audio></audio></div>'),
]


def test_a_film_is_called_as_it_is_labelled(page: Page, site: Site, collector: Collector) -> None:
    """It, or what stands around it alone; but not as a library calls all of its players."""
    films = [
        f"<article>{around.format(f'src=/clips/short.webm?{number}')}</article>"
        for number, (_, around) in enumerate(LABELLED)
    ]
    show(page, site, collector, "".join(films))
    page.evaluate("document.querySelectorAll('video').forEach((film) => film.play())")
    collector.wait(
        lambda sent: [view.last.get("ended") for view in sent.views()] == [True] * len(films)
    )
    names = {view.last["mediaUrl"]: view.last["mediaName"] for view in collector.views()}
    assert names == {
        f"{site.url}/clips/short.webm?{number}": name for number, (name, _) in enumerate(LABELLED)
    }


STATED = {
    "around the player": """<script type="application/ld+json">
            {"@type": "VideoObject", "name": "Ants", "contentUrl": "/clips/ten.webm"}
        </script>
        <div itemscope itemtype="https://schema.org/VideoObject">
            <meta itemprop="name" content="Bees">{}
        </div>""",
    "JSON-LD of the same address": """
        <div itemscope itemtype="https://schema.org/VideoObject">
            <meta itemprop="name" content="Ants"><link itemprop="contentUrl" href="/clips/ten.webm">
        </div>{}
        <script type="application/ld+json">
            {"@type": "VideoObject", "name": "Bees", "contentUrl": "/clips/ten.webm"}
        </script>""",
    "the only film, said in both ways": """<h1>Ants</h1>
        <div itemscope itemtype="https://schema.org/VideoObject">
            <meta itemprop="name" content="Bees">
        </div>{}
        <script type="application/ld+json">
            {"@type": "VideoObject", "name": "Bees", "contentUrl": "https://["}
        </script>""",
}


@pytest.mark.parametrize("stated", STATED.values(), ids=STATED)
def test_statements_count_in_their_order(
    page: Page, site: Site, collector: Collector, stated: str
) -> None:
    """Microdata around the player, JSON-LD of its address before microdata of it, the only one."""
    play = last_ping(page, site, collector, stated.replace("{}", video()))
    assert play["mediaName"] == "Bees"


def test_attributes_of_other_libraries_are_not_read(
    page: Page, site: Site, collector: Collector
) -> None:
    """Vidstack writes its own `data-media-type` on its element."""
    play = last_ping(page, site, collector, f'<div data-media-type="video">{video()}</div>')
    assert play["mediaType"] == "VIDEO"


def test_a_blob_is_named_by_the_element_around_it(
    page: Page, site: Site, collector: Collector
) -> None:
    """A blob is named by the address and id of the element around it, through a shadow root."""
    body = '<my-player src="/films/bees.m3u8" playback-id="b1"></my-player>'
    show(page, site, collector, body)
    page.evaluate(
        """() => {
            const host = document.querySelector("my-player");
            window.v = document.createElement("video");
            host.attachShadow({ mode: "open" }).append(v);
        }"""
    )
    page.evaluate(BLOB)
    ended(page)
    collector.wait(lambda sent: sent.plays and sent.view().last.get("ended"))
    last = collector.view().last
    assert (last["externalId"], last["mediaUrl"]) == ("b1", f"{site.url}/films/bees.m3u8")


@pytest.mark.parametrize("address", ["/?webinar=autumn", "/#/webinars/autumn", "/autumn"])
def test_a_view_of_a_single_page_is_named_by_its_own_address(
    page: Page, site: Site, collector: Collector, address: str
) -> None:
    """A view's query, hash or path names it, while the template's canonical link stays the same."""
    show(page, site, collector, '<link rel="canonical" href="/">' + video())
    page.evaluate("(address) => history.pushState({}, '', address)", address)
    play(page, rate=1, start=9.8)
    ended(page)
    collector.wait(lambda sent: sent.plays and sent.view().last.get("ended"))
    assert collector.view().last["pageUrl"] == site.url + address


def test_a_frame_that_is_written_into_the_page_is_that_page(
    page: Page, site: Site, collector: Collector
) -> None:
    """`srcdoc`: its own address is about:srcdoc, and it has no title."""
    inner = (video() + script(collector)).replace('"', "&quot;")
    page.goto(site.put(f'<iframe srcdoc="{inner}"></iframe>', "/around"))
    frame = page.frames[1]
    frame.wait_for_function("!!window.playrelay?.watch")
    frame.evaluate("v.currentTime = 9.8, v.play()")
    collector.wait(lambda sent: sent.plays and sent.view().last.get("ended"))
    last = collector.view().last
    assert (last["pageUrl"], last["pageName"]) == (f"{site.url}/around", "A page")


def test_a_late_usertoken_is_told_with_what_was_told_before(
    page: Page, site: Site, collector: Collector
) -> None:
    """HubSpot's cookie appears after the last word on a play: the play is told again with it."""
    assert "contactUtk" not in last_ping(page, site, collector, video())
    page.evaluate(f"document.cookie = 'hubspotutk={CONTACT}'")
    leave(page)
    collector.wait(lambda sent: sent.view().last.get("contactUtk") == CONTACT)


def test_the_mails_token_stays_for_the_visit(page: Page, site: Site, collector: Collector) -> None:
    """The token stays through a navigation within the page, and on the next page of the tab."""
    page.goto(site.put(video() + script(collector)) + "?_hsenc=p2ANqtz-x")
    ready(page)
    page.evaluate("history.replaceState({}, '', '/')")
    play(page, rate=1, start=9.8)
    ended(page)
    collector.wait(lambda sent: sent.plays and sent.view().last.get("ended"))
    assert collector.view().last["_hsenc"] == "p2ANqtz-x"
    page.goto(site.put(video() + script(collector), "/next"))
    ready(page)
    play(page, rate=1, start=9.8)
    ended(page)
    collector.wait(lambda sent: len(sent.views()) > 1)
    assert collector.views()[1].last["_hsenc"] == "p2ANqtz-x"


def test_a_signed_contact_goes_along(page: Page, site: Site, collector: Collector) -> None:
    """The contact that the site's own server signed is part of the ping."""
    show(page, site, collector, video())
    page.evaluate("playrelay.identify({ contactId: 7, signature: 'ab' })")
    play(page, rate=1, start=9.8)
    ended(page)
    collector.wait(lambda sent: sent.plays and sent.view().last.get("ended"))
    last = collector.view().last
    assert (last["contactId"], last["contactSignature"]) == (7, "ab")


def test_calls_before_the_script_are_not_lost(page: Page, site: Site, collector: Collector) -> None:
    """The stub queues them, and the script takes them over."""
    stub = (STATIC / "stub.js").read_text()
    call = "playrelay.progress({ externalId: 'quiz', playedPercent: 50 })"
    page.goto(site.put(f"<script>{stub};{call}</script>{script(collector)}"))
    ready(page)
    collector.wait(lambda sent: sent.plays)
    play = collector.view().last
    assert (play["externalId"], play["playedPercent"]) == ("quiz", 50)
    assert play["pageUrl"] == f"{site.url}/"


def test_any_player_can_report_its_progress(page: Page, site: Site, collector: Collector) -> None:
    """One object per view, told again whenever there is news, is one session."""
    show(page, site, collector, "")
    page.evaluate(
        """() => {
            window.view = { mediaType: "OTHER", externalId: "quiz", playedPercent: 20 };
            playrelay.progress(view);
        }"""
    )
    collector.wait(lambda sent: sent.plays)
    page.evaluate("view.playedPercent = 60; playrelay.progress(view)")
    collector.wait(lambda sent: sent.view().percent == 60)
    assert len(collector.views()) == 1


def test_a_player_that_is_asked_for_is_watched(
    page: Page, site: Site, collector: Collector
) -> None:
    """`playrelay.watch` overrules the look of decoration, and says what it is."""
    show(page, site, collector, "")
    page.evaluate(
        """() => {
            window.v = Object.assign(document.createElement("video"), {
                src: "/clips/ten.webm", muted: true, loop: true, autoplay: true,
            });
            playrelay.watch(v, { mediaBridgeId: 9, mediaName: "Loop" });
        }"""
    )
    play(page)
    passed(page, "v.currentTime > 3")
    page.evaluate("v.pause()")
    leave(page)
    collector.wait(lambda sent: sent.plays and sent.view().percent >= 25)
    assert (collector.view().last["mediaBridgeId"], collector.view().last["mediaName"]) == (
        9,
        "Loop",
    )


def test_the_page_hears_of_everything_and_may_object(
    page: Page, site: Site, collector: Collector
) -> None:
    """Events on the element, in order; `beforesend` can change a play or keep it back."""
    show(page, site, collector, video() + video("ten.mp4", name="w"))
    page.evaluate(
        """() => {
            window.recorded = [];
            for (const name of ["start", "milestone", "complete"]) {
                document.addEventListener(`playrelay:${name}`, ({ target, detail }) => {
                    if (target == v) recorded.push(detail.milestone ?? name);
                });
            }
            v.addEventListener("playrelay:progress", ({ detail }) => (window.latest = detail));
            v.addEventListener("playrelay:beforesend", ({ detail }) => (detail.mediaName = "Ours"));
            w.addEventListener("playrelay:beforesend", (event) => event.preventDefault());
        }"""
    )
    play(page, name="w", rate=8)
    play(page, rate=8)
    ended(page)
    ended(page, "w")
    collector.wait(lambda sent: sent.plays and sent.view().last.get("ended"))
    assert page.evaluate("recorded") == ["start", 25, 50, 75, 100, "complete"]
    assert page.evaluate("latest.playedPercent") == 100
    assert collector.view().last["mediaName"] == "Ours"
    leave(page)
    assert len(collector.views()) == 1


def test_data_debug_says_what_happens(page: Page, site: Site, collector: Collector) -> None:
    """The console shows one line at load, then each event, and only if it is asked for."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    with page.expect_console_message(lambda line: line.text.startswith("playrelay beforesend")):
        last_ping(page, site, collector, video(), attributes='data-consent="none" data-debug')
    assert [line for line in said if f"relay {collector.url}/" in line and "no consent" in line]
    assert any(line.startswith("playrelay start") for line in said)


@pytest.mark.parametrize(
    ("attributes", "players", "reason"),
    [
        ("", "", "waits for HubSpot's banner or a hubspotutk cookie"),
        ('data-consent="yes"', "", "is not auto, hubspot, manual or none"),
        ('data-consent="none"', "muted loop", 'data-playrelay="on"'),
        ('data-consent="none"', 'data-playrelay="off"', "left alone"),
    ],
)
def test_data_debug_says_why_nothing_happens(
    page: Page, site: Site, collector: Collector, attributes: str, players: str, reason: str
) -> None:
    """A warning for each reason, with what to do."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    with page.expect_event("console", lambda message: reason in message.text):
        show(
            page, site, collector, video(attributes=players), attributes=f"{attributes} data-debug"
        )
        play(page, rate=1)
    passed(page, "v.currentTime > 0.5")
    assert sum(reason in line for line in said) <= 2
    assert collector.bodies == []
