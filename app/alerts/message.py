"""A message as it is kept and as the webhook's own format has it: JSON, the same in every field."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Literal, NamedTuple
from urllib.parse import quote

import msgspec
from msgspec.structs import replace

from app.alerts.summary import Figure, Summary
from app.domain.alerting import Change, State
from app.formatting import count, duration, number

PRODUCT = "playrelay"


class Item(msgspec.Struct, frozen=True):
    """A sentence of the console's. docs/CONSOLE.md describes each field."""

    state: State
    key: str
    since: str
    says: str
    do: str
    url: str | None


class Message(msgspec.Struct, frozen=True):
    """One message. docs/CONSOLE.md describes each field."""

    id: str
    kind: Literal["alert", "summary", "test"]
    at: str
    account: str
    title: str
    text: str
    url: str | None
    sentences: tuple[Item, ...] = ()
    summary: Summary | None = None


class Paragraph(NamedTuple):
    """The text below the title: the emphasised part, and the rest."""

    strong: str
    rest: str


class Origin(NamedTuple):
    """The sender of messages. `account`: "" for the only one; `public_url`: of the console."""

    account: str
    public_url: str | None

    def link(self, path: str) -> str | None:
        """The address of a page of the console, if the console's address is known."""
        if self.public_url is None:
            return None
        return f"{self.public_url}{path}" + (
            f"?account={quote(self.account, safe='')}" if self.account else ""
        )

    def title(self, text: str) -> str:
        """The title, with the account's name."""
        name = f"{PRODUCT} ({self.account})" if self.account else PRODUCT
        return f"{name}: {text}"


def alert(changes: Sequence[Change], origin: Origin, now: int, name: str) -> Message:
    """A problem that is new, continues or is over. `name`: the message's id."""
    items = tuple(
        Item(
            state=each.state,
            key=each.sentence.key,
            since=moment_of(each.since),
            says=each.sentence.says,
            do=each.sentence.do,
            url=origin.link(each.sentence.path) if each.sentence.path else None,
        )
        for each in changes
    )
    title = origin.title(_headline(changes))
    return _whole(
        Message(name, "alert", moment_of(now), origin.account, title, "", None, items),
        origin,
    )


def weekly(summary: Summary, origin: Origin, now: int, name: str) -> Message:
    """A week's figures."""
    plays = summary.figures[0]
    title = origin.title(
        f"{count(plays.value, 'play')} from {summary.first} to {summary.last}{_change(plays)}"
    )
    return _whole(
        Message(name, "summary", moment_of(now), origin.account, title, "", None, (), summary),
        origin,
    )


def sample(origin: Origin, now: int, name: str) -> Message:
    """A message that asks for nothing, to see whether it arrives."""
    title = origin.title("this is a test")
    empty = Message(name, "test", moment_of(now), origin.account, title, "", None)
    return _whole(empty, origin)


def paragraphs(message: Message) -> list[Paragraph]:
    """The whole message except the title."""
    if message.kind == "test":
        return [Paragraph("Messages about what is wrong arrive here.", "There is nothing to do.")]
    if message.summary is not None:
        return _of_summary(message.summary)
    return [_paragraph(each, message.at) for each in message.sentences]


def encoded(message: Message) -> str:
    """The message in its stored form."""
    return msgspec.json.encode(message).decode()


def decoded(document: str) -> Message:
    """Read the stored form; msgspec.ValidationError if it is invalid."""
    return msgspec.json.decode(document, type=Message)


def moment_of(ms: int) -> str:
    """A time in ms since the epoch, as JSON has it: `2026-11-24T10:00:00Z`."""
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _whole(message: Message, origin: Origin) -> Message:
    """The message with its full text and the console's address."""
    lines = [f"{each.strong} {each.rest}".strip() for each in paragraphs(message)]
    text = "\n".join([message.title, *lines])
    return replace(message, text=text, url=origin.link("/console"))


def _headline(changes: Sequence[Change]) -> str:
    if len(changes) == 1:
        mark = {"bad": "", "still": "still: ", "good": "no longer: "}[changes[0].state]
        return f"{mark}{changes[0].sentence.says}"
    good = sum(each.state == "good" for each in changes)
    parts = [count(len(changes) - good, "problem")] if good < len(changes) else []
    if good:
        parts.append(f"{count(good, 'problem')} no longer")
    return ", ".join(parts)


def _of_summary(summary: Summary) -> list[Paragraph]:
    figures = [
        Paragraph(
            f"{each.name}: {number(each.value)}",
            "" if each.before is None else f"{number(each.before)} the week before",
        )
        for each in summary.figures
    ]
    media = [
        Paragraph(each.name, f"{count(each.plays, 'play')}, {number(each.before)} the week before")
        for each in summary.media
    ]
    return [*figures, *media]


def _change(figure: Figure) -> str:
    if not figure.before:
        return ""
    return f" ({100 * (figure.value - figure.before) / figure.before:+.0f} %)"


def _paragraph(item: Item, at: str) -> Paragraph:
    lasted = datetime.fromisoformat(at) - datetime.fromisoformat(item.since)
    ms = lasted.total_seconds() * 1000
    if item.state == "good":
        return Paragraph(f"No longer: {item.says}", f"It lasted {duration(ms)}.")
    mark = "Still: " if item.state == "still" else ""
    return Paragraph(f"{mark}{item.says}", f"For {duration(ms)}. {item.do}".strip())
