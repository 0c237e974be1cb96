"""Every route is tried with too much of everything, signed in and out: no 500, no memory kept."""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import httpx
import pytest
from starlette.routing import Route

from app.domain.ping import MAX_BODY
from app.web.server.bounded import MAX_HEAD
from tests.system.cli.process import Server, serving
from tests.system.console.setting import HTML
from tests.system.live.relay import live_relay, settings_for

PASSWORD = "a password for tests that is long enough"
LARGE = 8 * MAX_HEAD
MOST_KEPT = 24 * 2**20
"""Resident memory that may stay, of some 100 MB that are sent."""

TOO_MUCH: Mapping[str, dict[str, object]] = {
    "body": {"content": b"x" * LARGE},
    "JSON": {"json": {"who": "x" * (MAX_BODY - 100)}},
    "form": {"data": {f"field-{number}": "x" for number in range(4000)}},
    "one header": {"headers": {"x-large": "x" * LARGE}},
    "many headers": {"headers": {f"x-{number}": "x" * 100 for number in range(350)}},
    "headers under the limit": {"headers": {f"x-{number}": "" for number in range(300)}},
    "referer": {"headers": {"referer": f"https://www.example.com/{'x' * (MAX_HEAD - 2000)}"}},
    "origin": {"headers": {"origin": f"https://{'x' * (MAX_HEAD - 2000)}"}},
    "cookie": {"headers": {"cookie": "playrelay-console=" + "x" * (MAX_HEAD - 2000)}},
    "cookies": {"headers": {"cookie": "; ".join(f"c{n}=x" for n in range(3000))}},
    "one parameter": {"params": {"account": "x" * (MAX_HEAD - 2000)}},
    "parameters": {"params": {f"p{number}": "x" for number in range(3000)}},
    "encoded": {"headers": {"content-encoding": "gzip"}, "content": b"\x1f\x8b" + b"x" * 1000},
    "forwarded": {"headers": {"x-forwarded-for": "1.1.1.1, " * 3000}},
}


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A process of its own, so that its memory can be seen."""
    with serving(
        folder=tmp_path_factory.mktemp("routes"),
        PLAYRELAY_SANDBOX="true",
        PLAYRELAY_CONSOLE_PASSWORD=PASSWORD,
        PLAYRELAY_PINGS_PER_MINUTE="0",
        PLAYRELAY_TRUSTED_PROXIES="*",
        PLAYRELAY_LOG_LEVEL="error",
    ) as server:
        yield server


@pytest.fixture(scope="module")
def routes(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, str]]:
    """Method and path of every route of the same application."""
    folder: Path = tmp_path_factory.mktemp("listed")
    with live_relay(settings_for(folder, console_password=PASSWORD)) as live:
        found = {("POST", "/v1/progress"), ("OPTIONS", "/v1/progress"), ("POST", "/nowhere")}
        live.app.load_console()
        for route in endpoints(live.app.routes):
            path = re.sub(r"\{[^}]*\}", "x", route.path)
            if not path.endswith("/events"):  # streams have no end to wait for
                found |= {(method, path) for method in route.methods or ()}
        return sorted(found)


def endpoints(routes: Iterable[object]) -> Iterator[Route]:
    """The routes, those of included routers too, which FastAPI keeps as routers."""
    for route in routes:
        if isinstance(route, Route):
            yield route
        elif (included := getattr(route, "original_router", None)) is not None:
            yield from endpoints(included.routes)
        else:
            raise AssertionError(f"what is {route!r}?")


def memory(pid: int) -> int:
    """Resident, in bytes."""
    text = Path(f"/proc/{pid}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+) kB", text)
    assert found
    return int(found[1]) * 1024


def try_all(client: httpx.Client, routes: list[tuple[str, str]]) -> None:
    """Everything to everything; a server that closes the connection has refused as well."""
    for method, path in routes:
        for name, request in TOO_MUCH.items():
            try:
                answer = client.request(method, path, **request)  # type: ignore[arg-type]
            except httpx.TransportError:
                continue
            assert answer.status_code < 500, (method, path, name, answer.text)


@pytest.mark.timeout(400)  # a thousand requests, on a machine that may be busy
@pytest.mark.parametrize("signed_in", [False, True], ids=["signed out", "signed in"])
def test_too_much_of_everything(
    relay: Server, routes: list[tuple[str, str]], *, signed_in: bool
) -> None:
    """Each is refused or answered; afterwards the process is no larger than a little before."""
    assert len(routes) > 30
    pid = relay._process.pid
    with httpx.Client(base_url=relay.address, headers=HTML, timeout=30) as client:
        if signed_in:
            form = {"password": PASSWORD}
            entered = client.post("/console/sign-in", data=form, headers={"origin": relay.address})
            assert entered.status_code == 303
        try_all(client, routes[:5])
        before = memory(pid)
        try_all(client, routes)
        assert memory(pid) - before < MOST_KEPT
        assert client.get("/healthz").status_code == 200
