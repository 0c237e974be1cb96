"""A tab as a person has it, which Playwright's pages are not: those never think they are hidden.

Driven by Chromium's own protocol, in a profile of its own.
"""

import itertools
import json
import time
from types import TracebackType
from typing import Any, Self

from playwright.sync_api import Browser

from tests.browser.hosts import PATIENCE, Json


class Tab:
    """A page in front, until another tab is."""

    def __init__(self, browser: Browser, url: str) -> None:
        self.browser = browser
        self._devtools = browser.new_browser_cdp_session()
        self._devtools.on("Target.receivedMessageFromTarget", self._receive)
        self._profile = self._devtools.send("Target.createBrowserContext")["browserContextId"]
        self._target = self._open(url)
        attached = {"targetId": self._target, "flatten": False}
        self._session = self._devtools.send("Target.attachToTarget", attached)["sessionId"]
        self._numbers = itertools.count(1)
        self._answers: dict[int, Json] = {}

    def evaluate(self, expression: str) -> Any:
        """Evaluate it in the page, and await a promise. AssertionError if it throws."""
        wanted = {"awaitPromise": True, "returnByValue": True, "userGesture": True}
        answer = self.command("Runtime.evaluate", expression=expression, **wanted)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def passed(self, condition: str) -> None:
        """Wait until it holds."""
        deadline = time.monotonic() + PATIENCE
        while not self.evaluate(f"!!({condition})"):
            assert time.monotonic() < deadline, condition

    def hide(self) -> None:
        """Another tab comes to the front."""
        self._devtools.send("Target.activateTarget", {"targetId": self._open("about:blank")})
        self.passed("document.hidden")

    def show(self) -> None:
        """Bring it to the front."""
        self._devtools.send("Target.activateTarget", {"targetId": self._target})
        self.passed("!document.hidden")

    def close(self) -> None:
        """Close it, as its own button does."""
        self._devtools.send("Target.closeTarget", {"targetId": self._target})

    def command(self, method: str, **parameters: object) -> Json:
        """Send its page a command of the protocol; returns the answer."""
        number = next(self._numbers)
        message = json.dumps({"id": number, "method": method, "params": parameters})
        sent = {"sessionId": self._session, "message": message}
        self._devtools.send("Target.sendMessageToTarget", sent)
        deadline = time.monotonic() + PATIENCE
        while number not in self._answers:
            assert time.monotonic() < deadline, message
            self._devtools.send("Target.getTargets")  # messages arrive while an answer is awaited
        answer = self._answers.pop(number)
        assert "result" in answer, answer
        result: Json = answer["result"]
        return result

    def _open(self, url: str) -> str:
        wanted = {"url": url, "browserContextId": self._profile}
        return str(self._devtools.send("Target.createTarget", wanted)["targetId"])

    def _receive(self, event: Json) -> None:
        message = json.loads(event["message"])
        if "id" in message:
            self._answers[message["id"]] = message

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._devtools.send("Target.disposeBrowserContext", {"browserContextId": self._profile})
        self._devtools.detach()
