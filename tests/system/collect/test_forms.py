"""Bodies that are not JSON in UTF-8: taken where they can be, else refused by what they are."""

import gzip
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from tests.system.collect.test_progress import PATH, PLAY, accepted_in, problem
from tests.system.live.relay import live_relay, settings_for

TEXT = json.dumps(PLAY)


@pytest.fixture
def collect(tmp_path: Path) -> Iterator[httpx.Client]:
    """A relay that only collects, so that what it keeps stays where it can be seen."""
    with live_relay(
        settings_for(tmp_path, role="collect", allowed_origins=("https://www.example.com",))
    ) as live:
        yield live.client


def test_a_byte_order_mark_is_taken_off(collect: httpx.Client, tmp_path: Path) -> None:
    """A byte order mark before the JSON is accepted, and not stored."""
    assert accepted_in(collect.post(PATH, content=b"\xef\xbb\xbf" + TEXT.encode())) == 1
    with closing(sqlite3.connect(tmp_path / "playrelay.db")) as db:
        assert db.execute("SELECT body FROM inbox").fetchall() == [(TEXT.encode(),)]


@pytest.mark.parametrize(
    ("body", "headers", "named"),
    [
        (gzip.compress(TEXT.encode()), {}, "compressed (gzip)"),
        (gzip.compress(TEXT.encode()), {"content-encoding": "gzip"}, "compressed (gzip)"),
        (b"\x8b\x03\x80", {"content-encoding": "br"}, "compressed (br)"),
        (TEXT.encode("utf-16"), {}, "UTF-16"),
        (TEXT.encode("utf-16-le"), {}, "UTF-16"),
        (TEXT.encode("utf-16-be"), {}, "UTF-16"),
        (TEXT.encode("utf-32"), {}, "UTF-32"),
        (b"a=1&b=2", {"content-type": "application/x-www-form-urlencoded"}, "urlencoded"),
        (b"--x\r\n", {"content-type": "multipart/form-data; boundary=x"}, "multipart"),
    ],
)
def test_another_form_is_named(
    collect: httpx.Client, body: bytes, headers: dict[str, str], named: str
) -> None:
    """Instead of a position at which the JSON is wrong."""
    refused = problem(collect.post(PATH, content=body, headers=headers))
    assert (refused["status"], refused["reason"]) == (415, "unsupported_media_type")
    assert named in refused["detail"]
    assert "send" in refused["detail"]


def test_json_is_taken_whatever_it_is_called(collect: httpx.Client) -> None:
    """A wrong content type is no reason to lose a ping."""
    headers = {"content-type": "application/x-www-form-urlencoded"}
    assert accepted_in(collect.post(PATH, content=TEXT, headers=headers)) == 1
