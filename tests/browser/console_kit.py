"""The environment of the console's tests: a relay with a large store, and a watched page."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page, Response

from app.store.sqlite.database import open_sqlite
from tests.browser.demo_kit import Relay
from tests.store.setting import policy
from tests.system.console.big import FORMULA, SCRIPT, fill

PAGES = (
    "/console",
    "/console/live",
    "/console/media",
    "/console/media/1",
    "/console/people?medium=1&medium=2&over=75",
    "/console/people/1101",
    "/console/play?session=s7",
    "/console/rejected",
    "/console/rejected/kind?family={family}",
    "/console/embed",
    "/console/connect",
    "/console/doctor",
    "/console/audit",
)

"""Every page that there is, in the order in which people come to them."""

SERIOUS = {"serious", "critical"}
SECRET_KEY = "k" * 43 + "="
"""So that links can be shared."""


@contextmanager
def crowded_relay(folder: Path, names: tuple[str, str] = (SCRIPT, FORMULA)) -> Iterator[Relay]:
    """One with a hundred thousand plays; `names`: as `fill` takes them."""
    database = folder / "data" / "playrelay-sandbox.db"
    database.parent.mkdir()
    asyncio.run(_migrated(database))
    fill(database, time.time_ns() // 1_000_000, names)
    with Relay(folder, PLAYRELAY_SANDBOX="true", PLAYRELAY_SECRET_KEY=SECRET_KEY) as relay:
        yield relay


async def _migrated(path: Path) -> None:
    store = await open_sqlite(f"sqlite:///{path}", policy("lookup"))
    await store.close()


def address(relay: Relay, path: str, name: str = SCRIPT) -> str:
    """The address of one of `PAGES`, with the family of rejections in the store."""
    family = f"VALIDATION_ERROR {name} is no media object #"
    return relay.url + path.format(family=quote(family))


class Watched:
    """A page of a fresh browser profile, with all that it complained of and all that it loaded."""

    def __init__(self, browser: Browser, **options: Any) -> None:
        self.page: Page = browser.new_page(**options)
        self.complaints: list[str] = []
        self.hosts: set[str] = set()
        self._answers: list[Response] = []
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.complaints.append(error.message))
        self.page.on("dialog", self._asked)
        self.page.on("response", self._answered)
        self.page.on("request", lambda request: self.hosts.add(urlsplit(request.url).netloc))

    def weight(self) -> int:
        """Bytes of all bodies so far; a stream's are not over."""
        ended = [each for each in self._answers if "/events" not in each.url and each.ok]
        return sum(len(each.body()) for each in ended)

    def faults(self) -> list[str]:
        """The serious faults that axe finds on the page."""
        found = Axe().run(self.page).response["violations"]
        return [
            f"{each['id']}: {node['target']}"
            for each in found
            if each["impact"] in SERIOUS
            for node in each["nodes"]
        ]

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)

    def _answered(self, answer: Response) -> None:
        self._answers.append(answer)

    def _asked(self, dialog: Dialog) -> None:
        self.complaints.append(f"a dialog: {dialog.message}")
        dialog.dismiss()
