"""Requests as nobody should send them: each gets an answer that says what is wrong, none a 500."""

import json
from collections.abc import Iterator
from http.client import HTTPConnection
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from app.domain.ping_parser import _FIELDS
from tests.fuzz.amount import AMOUNT, thorough
from tests.processes.relay import ping
from tests.system.live.relay import Live, live_relay, settings_for

PATHS = (
    "/v1/progress",
    "/v1/progress?debug=1",
    "/console",
    "/console/why",
    "/console/shared",
    "/console/media/1/share",
    "/readyz",
    "/adapters/",
)

scalars: SearchStrategy[object] = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(width=64)
    | st.text(max_size=40)
    | st.sampled_from(["", "0", "NaN", "\0", "\ud800", "x" * 300, 1e300, -1, 2**63, 10**400])
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=8,
)
names = st.sampled_from(_FIELDS) | st.text(max_size=12)
plays = st.dictionaries(names, values, max_size=5).map(lambda odd: ping("fuzz", 50) | odd)
batches = st.lists(plays, max_size=3).map(lambda some: {"plays": some})
documents = (plays | batches | values).map(json.dumps).map(str.encode)


KINDS = ("application/json", "text/plain", "text/plain;charset=utf-16", "", "a/b;;")
"""What a body is said to be."""


@st.composite
def spoilt(draw: st.DrawFn) -> bytes:
    """A document with bytes in it that don't belong there, or without its end."""
    content = draw(documents)
    at = draw(st.integers(0, len(content)))
    return content[:at] + draw(st.binary(max_size=6)) + content[at + draw(st.integers(0, 6)) :]


bodies = documents | spoilt() | st.binary(max_size=200)
headers = st.dictionaries(
    st.sampled_from(
        ["Origin", "Referer", "Cookie", "Content-Encoding", "X-Forwarded-For", "Accept", "Host"]
    ),
    st.text(st.characters(max_codepoint=255, exclude_characters="\r\n"), max_size=40),
    max_size=3,
)


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A running relay."""
    folder: Path = tmp_path_factory.mktemp("fuzzed")
    with live_relay(settings_for(folder)) as live:
        yield live


@pytest.mark.timeout(max(120, AMOUNT))
def test_no_request_is_answered_with_a_500(relay: Live) -> None:
    """No request is answered with a 500; a refusal is a problem with its reason."""
    connection = HTTPConnection("127.0.0.1", relay.port, timeout=20)

    @thorough
    @given(body=bodies, more=headers)
    def check(body: bytes, more: dict[str, str]) -> None:
        for path, kind in product(PATHS, KINDS):
            connection.request("POST", path, body, {"Content-Type": kind} | more)
            with connection.getresponse() as answer:
                content = answer.read()
            assert answer.status < 500, (path, kind, content)
            if path.startswith("/v1/progress") and answer.status >= 400:
                assert json.loads(content)["reason"]

    try:
        check()
    finally:
        connection.close()
    assert relay.client.get("/readyz").status_code == 200
