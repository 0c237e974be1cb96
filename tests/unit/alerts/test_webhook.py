"""The webhook, with a real server at the other end: what arrives, and what becomes of answers."""

import socket
from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from app.alerts.channel import Failed, Sent
from app.alerts.shapes import Format
from app.alerts.webhook import LARGEST_ANSWER, Webhook
from tests.processes.receiver import Answer, Receiver
from tests.unit.alerts.setting import TEST

SECRET = "/services/T0000/B0000/hunter2hunter2"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """It takes everything."""
    with Receiver() as receiver:
        yield receiver


def webhook(receiver: Receiver, path: str = SECRET, shape: Format = "json") -> Webhook:
    """To this receiver."""
    return Webhook(SecretStr(f"{receiver.address}{path}"), shape)


@pytest.mark.parametrize(("shape", "key"), [("json", "id"), ("slack", "blocks"), ("teams", "type")])
async def test_it_is_posted_as_json(receiver: Receiver, shape: Format, key: str) -> None:
    """The chosen shape is posted to the whole address."""
    result = await webhook(receiver, f"{SECRET}?sig=x", shape).send(TEST)
    assert result == Sent("200 OK: ok")
    (posted,) = receiver.posted
    assert posted.path == f"{SECRET}?sig=x"
    assert posted.headers["content-type"] == "application/json"
    assert posted.headers["user-agent"].startswith("playrelay/")
    assert key in posted.body


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        (Answer(404, b"no_service"), Failed("404 Not Found", "no_service")),
        (Answer(429, b"", {"retry-after": "120"}), Failed("429 Too Many Requests", "", 120_000)),
        (Answer(503, b"", {"retry-after": "Fri, 31 Dec"}), Failed("503 Service Unavailable")),
        (Answer(500, b"one\ntwo"), Failed("500 Internal Server Error", "one")),
        (Answer(299, b""), Sent("299")),
    ],
)
async def test_what_is_not_taken_fails(
    receiver: Receiver, answer: Answer, result: Failed | Sent
) -> None:
    """A refusal gives the status, the receiver's words apart, and the requested wait."""
    receiver.answer = answer
    assert await webhook(receiver).send(TEST) == result


async def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    """The secret goes nowhere else."""
    with Receiver() as elsewhere:
        receiver.answer = Answer(307, b"", {"location": f"{elsewhere.address}/taken"})
        result = await webhook(receiver).send(TEST)
        assert isinstance(result, Failed)
        assert result.fault.startswith("307 Temporary Redirect: redirects are not followed")
        assert elsewhere.posted == []


@pytest.mark.parametrize(
    "part", [SECRET, "hunter2hunter2", f"{SECRET}?sig=verysecret", "verysecret"]
)
async def test_an_answer_that_repeats_the_address_does_not_show_it(
    receiver: Receiver, part: str
) -> None:
    """Error pages do."""
    receiver.answer = Answer(404, f"Cannot POST {part}".encode())
    result = await webhook(receiver, f"{SECRET}?sig=verysecret").send(TEST)
    assert isinstance(result, Failed)
    assert "secret" not in repr(result)
    assert "hunter2" not in repr(result)


async def test_no_more_than_the_beginning_of_an_answer_is_read(receiver: Receiver) -> None:
    """However much is sent."""
    receiver.answer = Answer(200, b"x" * 50 * LARGEST_ANSWER)
    result = await webhook(receiver).send(TEST)
    assert isinstance(result, Sent)
    assert len(result.said) < 300


async def test_nobody_there_is_a_failure() -> None:
    """It does not name the address either."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}{SECRET}"
        result = await Webhook(SecretStr(url), "json").send(TEST)
    assert result == Failed("it can't be reached (ConnectError)")
