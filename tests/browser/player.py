"""Pages with players, and what was truly played: the browser's own `played`, seen from outside."""

from playwright.sync_api import Page
from playwright.sync_api import TimeoutError as TooLate

from tests.browser.hosts import PATIENCE, STATIC, Collector, Site

READY = "window.playrelay?.watch && !window.playrelay.q"
"""Whether the tracker listens, and what was called before has been done."""


def script(collector: Collector, attributes: str = 'data-consent="none"') -> str:
    """The embed."""
    return f'<script async src="{collector.url}/playrelay.js" {attributes}></script>'


def video(clip: str = "ten.webm", attributes: str = "", name: str = "v") -> str:
    """A player with an id."""
    return f'<video id="{name}" src="/clips/{clip}" {attributes}></video>'


def show(page: Page, site: Site, collector: Collector, body: str, **options: str) -> None:
    """Open a page with `body` and the embed, and wait until the tracker is there."""
    page.goto(site.put(body + script(collector, **options)))
    ready(page)


def ready(page: Page) -> None:
    """Wait until the tracker listens and has loaded what measures."""
    page.wait_for_function(READY)


def play(page: Page, rate: float = 4, start: float | None = None, name: str = "v") -> None:
    """Begin to play at `rate`, from `start` seconds if given."""
    page.evaluate(
        """async ([name, rate, start]) => {
            const player = document.getElementById(name) ?? window[name];
            player.playbackRate = player.defaultPlaybackRate = rate;
            if (start != null) player.currentTime = start;
            await player.play();
        }""",
        [name, rate, start],
    )


def until(page: Page, seconds: float, name: str = "v") -> None:
    """Let it play until a position (seconds)."""
    passed(page, f"(document.getElementById('{name}') ?? {name}).currentTime >= {seconds}")


def passed(page: Page, condition: str) -> None:
    """Wait until a condition holds in the page; if it never does, say what the page has stored."""
    try:
        page.wait_for_function(condition, timeout=PATIENCE * 1000)
    except TooLate as error:
        stored = page.evaluate("() => { try { return localStorage.playrelay } catch {} }")
        raise AssertionError(f"not so: {condition}; stored: {stored}") from error


ADAPTERS = tuple(sorted(path.stem for path in (STATIC / "adapters").glob("*.js")))
"""All that the tracker may load."""


def load(*adapters: str) -> str:
    """The expression that loads adapters, so that no short film is over before they are there."""
    place = "document.querySelector('[src*=playrelay]').src"
    loads = f"name => import(`${{{place}}}/../adapters/${{name}}.js`)"
    return f"Promise.all({list(adapters)}.map({loads})).then(() => true)"


def loaded(page: Page, *adapters: str) -> None:
    """Wait until the tracker has loaded adapters, and the browser has run them."""
    for name in adapters:
        passed(
            page,
            f"""async () => {{
                const loads = performance.getEntriesByType("resource");
                const load = loads.find((each) => each.name.endsWith("/adapters/{name}.js"));
                return !!load && !!(await import(load.name));
            }}""",
        )


def pause(page: Page, name: str = "v") -> float:
    """Pause; returns how much was truly played, in percent."""
    page.evaluate(f"(document.getElementById('{name}') ?? {name}).pause()")
    return truth(page, name)


def truth(page: Page, name: str = "v") -> float:
    """The share that was really played, in percent: the sum of the browser's own ranges."""
    percent = page.evaluate(
        """(name) => {
            const { played, duration } = document.getElementById(name) ?? window[name];
            let seconds = 0;
            for (let i = 0; i < played.length; i++) seconds += played.end(i) - played.start(i);
            return (seconds / duration) * 100;
        }""",
        name,
    )
    return float(percent)


def ended(page: Page, name: str = "v") -> None:
    """Wait for the end."""
    passed(page, f"(document.getElementById('{name}') ?? {name}).ended")


def watch_the_end(page: Page, site: Site, collector: Collector) -> None:
    """See the end of a clip: one ping that says `ended`."""
    show(page, site, collector, video())
    play(page, rate=1, start=9.8)
    ended(page)


def leave(page: Page) -> None:
    """Go to another page: what the visitor does last."""
    page.goto("about:blank")


def stop(page: Page, collector: Collector, name: str = "v") -> float:
    """Pause and leave; how much was truly played, in percent, once the collector has as much."""
    played = pause(page, name)
    leave(page)
    collector.wait(lambda seen: seen.plays and seen.view().percent >= int(played))
    return played


def earned(percent: float, *, complete: bool = False) -> list[int]:
    """The milestones that a true percentage is worth."""
    reached = 100.0 if percent >= 95 or (complete and percent >= 90) else percent
    return [milestone for milestone in (25, 50, 75, 100) if reached >= milestone]
