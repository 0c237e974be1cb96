"""A stock Firefox, driven by the protocol that browsers share (WebDriver BiDi).

Playwright drives a Firefox of its own making, and of Debian's only a newer one.
"""

import itertools
import json
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from websockets.sync.client import connect
from websockets.sync.connection import Connection

from tests.browser.hosts import PATIENCE
from tests.processes.waiting import until

PREFERENCES = {
    "media.autoplay.default": 0,
    "media.autoplay.blocking_policy": 0,
    # Nothing of its own on the network.
    "app.normandy.enabled": False,
    "app.update.disabledForTesting": True,
    "browser.newtabpage.enabled": False,
    "browser.safebrowsing.update.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "dom.push.connection.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,nothing",
    "toolkit.telemetry.server": "data:,nothing",
}

START_SECONDS = 60.0


class Tab:
    """One page."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._numbers = itertools.count(1)
        self._command("session.new", capabilities={})
        self._tab = self._command("browsingContext.create", type="tab")["context"]

    def open(self, url: str) -> None:
        """Go there, away from the page that was shown."""
        self._command("browsingContext.navigate", context=self._tab, url=url, wait="complete")

    def back(self) -> None:
        """Go back to the page before."""
        self._command("browsingContext.traverseHistory", context=self._tab, delta=-1)

    def close(self) -> None:
        """Close it, as its own button does."""
        self._command("browsingContext.close", context=self._tab)

    def evaluate(self, expression: str) -> Any:
        """Evaluate it in the page, and await a promise. AssertionError if it throws."""
        wrapped = f"(async () => JSON.stringify(await ({expression})) ?? null)()"
        target = {"context": self._tab}
        given = {"expression": wrapped, "target": target, "awaitPromise": True}
        done = self._command("script.evaluate", **given)
        assert done["type"] == "success", done
        return json.loads(done["result"].get("value", "null"))

    def passed(self, condition: str) -> None:
        """Wait until it holds."""
        deadline = time.monotonic() + PATIENCE
        while not self.evaluate(f"!!({condition})"):
            assert time.monotonic() < deadline, condition

    def _command(self, method: str, **parameters: object) -> Any:
        number = next(self._numbers)
        self._connection.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            answer = json.loads(self._connection.recv(timeout=START_SECONDS))
            if answer.get("id") == number:
                assert answer["type"] == "success", answer
                return answer["result"]


@contextmanager
def started(firefox: str, profile: Path) -> Iterator[Tab]:
    """A Firefox with that folder for its profile; ends it."""
    lines = (f'user_pref("{name}", {json.dumps(value)});' for name, value in PREFERENCES.items())
    (profile / "user.js").write_text("\n".join(lines))
    given = ["--headless", "--no-remote", "--remote-debugging-port=0", "--profile", str(profile)]
    with _sound(profile) as sound:
        process = subprocess.Popen(  # noqa: S603 - our own
            [firefox, *given],
            env={**os.environ, **sound},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            assert process.stderr is not None
            address = _address(process.stderr)
            with connect(f"{address}/session", max_size=None, proxy=None) as connection:
                yield Tab(connection)
        finally:
            process.kill()
            process.communicate()


@contextmanager
def _sound(profile: Path) -> Iterator[dict[str, str]]:
    """A PulseAudio that plays to nobody, where there is one: what Firefox needs to know of it.

    Without a sound card Firefox ends a sound that it has not muted, with `OnMediaSinkAudioError`.
    """
    server = shutil.which("pulseaudio")
    if server is None:
        yield {}
        return
    with tempfile.TemporaryDirectory() as folder:  # the path of a socket has to be short
        listens = f"module-native-protocol-unix auth-anonymous=1 socket={folder}/sound"
        process = subprocess.Popen(  # noqa: S603 - our own
            [server, "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no"]
            + [f"--load={module}" for module in ("module-null-sink", listens)],
            env={**os.environ, "HOME": str(profile), "PULSE_RUNTIME_PATH": folder},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            until("PulseAudio listens", Path(folder, "sound").exists)
            yield {"PULSE_SERVER": f"unix:{folder}/sound"}
        finally:
            process.kill()
            process.wait()


def _address(said: IO[str]) -> str:
    for line in said:
        if found := re.search(r"BiDi listening on (ws://\S+)", line):
            return found[1]
    raise AssertionError("Firefox ended before it listened")
