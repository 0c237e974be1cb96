"""What is posted to a webhook: the relay's own JSON, or what Slack and Teams take.

Names of media are strangers' text: where one stands, no markup is read. Slack reads none in
`plain_text`, and `&`, `<` and `>` are escaped elsewhere; Teams reads none in a `TextRun`.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import msgspec

from app.alerts.message import Message, Paragraph

Format = Literal["json", "slack", "teams"]
Body = Mapping[str, Any]

_SLACK_HEADER = 150
_SLACK_SECTION = 3_000
_SLACK_BLOCKS = 50
_TEAMS_LINES = 15
_TEAMS_LINE = 200
"""Teams takes 28 KB: so it stays below, whatever is in the lines."""


def own(message: Message, _paragraphs: Sequence[Paragraph]) -> Body:
    """The message as it is; docs/CONSOLE.md describes each field."""
    body: Body = msgspec.to_builtins(message)
    return body


def slack(message: Message, paragraphs: Sequence[Paragraph]) -> Body:
    """For an incoming webhook: blocks, and `text` where there is room for a line alone.

    https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks and
    https://docs.slack.dev/reference/block-kit/blocks: a header has up to 150 characters, a
    section's text 3,000, a message 50 blocks.
    """
    blocks: list[Body] = [{"type": "header", "text": _plain(message.title, _SLACK_HEADER)}]
    blocks += [
        {"type": "section", "text": _plain("\n".join(filter(None, each)), _SLACK_SECTION)}
        for each in paragraphs[: _SLACK_BLOCKS - 2]
    ]
    if message.url:
        link = f"<{_escaped(message.url)}|Open the console>"
        blocks.append({"type": "section", "text": {"type": "mrkdwn", "text": link}})
    return {"text": _escaped(message.title), "blocks": blocks}


def teams(message: Message, paragraphs: Sequence[Paragraph]) -> Body:
    """For a workflow "When a Teams webhook request is received": an Adaptive Card.

    The Microsoft 365 connectors, whose addresses took message cards, have ended; workflows take
    Adaptive Cards:
    https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using.
    Version 1.4 is the latest that every Teams client shows. A `TextRun` has no Markdown, unlike a
    `TextBlock`: https://adaptivecards.io/explorer/TextRun.html.
    """
    card: dict[str, Any] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [
            _rich(_run(message.title, weight="Bolder", size="Medium")),
            *[
                _rich(_run(f"{each.strong} ", weight="Bolder"), _run(each.rest))
                if each.rest
                else _rich(_run(each.strong, weight="Bolder"))
                for each in paragraphs[:_TEAMS_LINES]
            ],
        ],
    }
    if message.url:
        card["actions"] = [
            {"type": "Action.OpenUrl", "title": "Open the console", "url": message.url}
        ]
    attachment = {
        "contentType": "application/vnd.microsoft.card.adaptive",
        "contentUrl": None,
        "content": card,
    }
    return {"type": "message", "attachments": [attachment]}


SHAPES: Mapping[Format, Callable[[Message, Sequence[Paragraph]], Body]] = {
    "json": own,
    "slack": slack,
    "teams": teams,
}


def _plain(text: str, most: int) -> Body:
    return {"type": "plain_text", "text": _cut(text, most), "emoji": False}


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _rich(*runs: Body) -> Body:
    return {"type": "RichTextBlock", "inlines": [*runs]}


def _run(text: str, **looks: str) -> Body:
    return {"type": "TextRun", "text": _cut(text, _TEAMS_LINE), **looks}


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
