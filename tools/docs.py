"""Write the tables on which documents and code must agree: `python -m tools.docs` (or make docs).

A table stands between `<!-- generated: NAME -->` and `<!-- /generated -->`. With `--check` nothing
is written: one line per stale file, and exit status 1. What is declared in the code without a
meaning (a setting, a delay of the delivery policy) ends here with a KeyError, so that it can't
land undocumented.
"""

import argparse
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import msgspec
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from app.collect.problem import REASONS, STATUS, TITLE
from app.collect.rate import WINDOW_SECONDS
from app.config import Settings, variable_name
from app.config.load import SECRETS
from app.config.settings import ACCOUNT_FIELDS, SITE_FIELDS, key_name, vocabulary
from app.config.sitesfile import NEEDS_KEY
from app.deliver import lookup, sender
from app.deliver.delays import DAY, HOUR, MINUTE, DeliveryPolicy
from app.domain.coverage import MAX_SPANS
from app.domain.ping import MAX_BODY, MAX_PLAYS
from app.hubspot import endings, exchange, tokens
from app.runtime import environment, policies, workers
from app.store import group_commit
from app.store.rules import lookup_times, outcomes
from app.web.server import protocol
from tools import docs_limits, docs_metrics

ROOT = Path(__file__).parent.parent

_BLOCK = re.compile(r"(<!-- generated: ([a-z-]+) -->\n).*?(<!-- /generated -->)", re.DOTALL)
_SECOND = 1_000

_POLICY_MEANINGS = {
    "retry_first": "a failed event is sent again within this time × 2^attempts, at random",
    "retry_cap": "longest such time",
    "failing_after": "failures in a row after which the whole account pauses",
    "outage_cap": "longest such pause, unless HubSpot asks for a longer one",
    "strained_cap": "the same while the day's errors are close to HubSpot's limit",
    "throttled": "pause after a 429 without Retry-After",
    "retry_after_cap": "longest pause that a Retry-After can cause, except for the daily limit",
    "daily_limit": "pause after a 429 about the daily limit: until the next full half hour or hour",
    "forbidden_again": "until an event that a plain 403 refused is sent again, if it is younger",
    "refused_cap": "longest pause while HubSpot refuses everything: it doubles, starting with "
    "`account_trouble`",
    "gone_first": "pause of the look-ups after a 404 or 410 of the look-up itself; it doubles",
    "gone_cap": "longest such pause; only look-ups wait",
    "account_trouble": "pause after a refused token or a missing scope",
    "give_up_after": "age from which a failing event is rejected; set by `PLAYRELAY_PARK_DAYS`",
    "ask_identified": "until a visitor who has just submitted a form is looked up again",
    "ask_strangers": "until a stranger is looked up again: after the 1st, 2nd, … look-up",
}


class UnknownTableError(Exception):
    """A document asks for a table that nobody makes."""


def settings_table() -> str:
    """Every variable, from `app.config`."""
    rows = (
        (f"`{variable_name(name)}`", _default(field), _linked(_meaning(field)))
        for name, field in Settings.model_fields.items()
    )
    return _table(("variable", "default", "meaning"), rows)


def secrets_table() -> str:
    """The settings that can stand in a file."""
    rows = ((f"`{variable_name(name)}_FILE`", f"`{variable_name(name)}`") for name in SECRETS)
    return _table(("variable", "in place of"), rows)


def account_keys_table() -> str:
    """What the file of sites may say of an account."""
    return _keys(ACCOUNT_FIELDS)


def site_keys_table() -> str:
    """What it may say of a site."""
    meaning = "true: only pings that name the site belong to it, whatever their origin"
    return _keys(SITE_FIELDS, (f"`{NEEDS_KEY}`", "–", meaning))


def _keys(fields: Iterable[str], *more: Sequence[str]) -> str:
    secret = vocabulary().secret
    rows = (
        (
            f"`{key_name(field)}`" + (" (secret)" if key_name(field) in secret else ""),
            f"`{variable_name(field)}`",
            _linked(_meaning(Settings.model_fields[field])),
        )
        for field in fields
    )
    return _table(("key", "variable", "meaning"), [*rows, *more])


def env_example() -> str:
    """The same as a `.env` file in which nothing is set."""
    lines = ["# Every setting with its default. Copy to .env and uncomment what you change.", ""]
    for name, field in Settings.model_fields.items():
        value = "" if field.default in (None, ()) else _plain(field.default)
        lines += [f"# {_meaning(field).replace('`', '')}", f"#{variable_name(name)}={value}", ""]
    return "\n".join(lines)


def metrics_table() -> str:
    """Every metric, from `app.telemetry.metrics`."""
    rows = (
        (f"`{name}`", kind, ", ".join(f"`{label}`" for label in labels) or "–", meaning)
        for name, kind, meaning, labels in docs_metrics.all_metrics()
    )
    return _table(("metric", "type", "labels", "meaning"), rows)


def reasons_table() -> str:
    """Every reason code, from `app.collect.problem`."""
    rows = ((f"`{reason}`", str(STATUS[reason]), TITLE[reason]) for reason in REASONS)
    return _table(("reason", "status", "title"), rows)


def limits_table() -> str:
    """What a sender of pings may run into."""
    rows = [
        ("body of a request", f"{MAX_BODY // 1024} KiB"),
        ("plays in a request", str(MAX_PLAYS)),
        ("spans of an attention map", str(MAX_SPANS)),
        ("time for a request to arrive completely", _duration(protocol.REQUEST_SECONDS * _SECOND)),
        ("time a client may take to read an answer", _duration(protocol.WRITE_SECONDS * _SECOND)),
        ("window of `PLAYRELAY_PINGS_PER_MINUTE`", _duration(WINDOW_SECONDS * _SECOND)),
        ("pings waiting for the disk, all senders", f"{group_commit.MAX_WAITING_BYTES >> 20} MiB"),
    ]
    return _table(("limit", "value"), rows)


def policy_table() -> str:
    """Every delay of delivery, from `app.deliver.delays`."""
    policy = DeliveryPolicy()
    rows = (
        (f"`{name}`", _policy_value(name, getattr(policy, name)), _POLICY_MEANINGS[name])
        for name in (field.name for field in msgspec.structs.fields(DeliveryPolicy))
    )
    return _table(("name", "value", "meaning"), rows)


def figures_table() -> str:
    """The other figures that an operator may want to know."""
    pauses = map(_duration, (lookup_times.STRANGER_PAUSE_MS, lookup_times.LONGEST_PAUSE_MS))
    rests = (outcomes.REFUSED_MEDIUM_MS, outcomes.LONGEST_REFUSED_MEDIUM_MS)
    rows = [
        ("requests to HubSpot in flight", f"{workers.SENDERS}, and one look-up"),
        ("length of the rate window, with a margin", _duration(policies.WINDOW_MS)),
        ("requests of a window kept for OAuth", str(policies.RESERVED_FOR_TOKENS)),
        ("usertokens in a look-up", str(lookup.TOKENS_A_REQUEST)),
        (
            "time that a new usertoken waits for others before a look-up",
            _duration(lookup_times.FIRST_LOOKUP_AFTER_MS),
        ),
        ("between look-ups of a stranger who starts more plays", " to ".join(pauses)),
        (
            "age at which a known contact is looked up again",
            _duration(lookup_times.RECHECK_AFTER_MS),
        ),
        ("suspension of a medium that HubSpot refused", " to ".join(map(_duration, rests))),
        ("time limit of a request", _duration(exchange.TIME_LIMIT * _SECOND)),
        ("lease of an event in flight", _duration(sender.LEASE_MS)),
        ("share of a token's life after which it is renewed", f"{tokens.RENEW_AFTER:.0%}"),
        ("time a shutdown gives requests in flight", _duration(environment.STOP_SECONDS * _SECOND)),
    ]
    return _table(("what", "value"), rows)


def endings_table() -> str:
    """When versions of HubSpot's API end, from `app.hubspot.endings`."""
    rows = [
        (
            "any other" if line.use == "any" else endings.LABELS[line.use],
            f"`{line.version}`",
            line.ends,
            line.means,
            line.source,
        )
        for line in endings.ENDINGS
    ]
    dated = f"{endings.SUPPORT_MONTHS} months after its month"
    rows.append(("any", "`YYYY-MM`", dated, "unsupported", endings.VERSIONING))
    return _table(("part", "version", "ends", "that is", "source"), rows)


TABLES: Mapping[str, Callable[[], str]] = {
    "settings": settings_table,
    "secrets": secrets_table,
    "account-keys": account_keys_table,
    "site-keys": site_keys_table,
    "metrics": metrics_table,
    "reasons": reasons_table,
    "limits": limits_table,
    "bounds": lambda: _table(docs_limits.HEAD, docs_limits.rows()),
    "policy": policy_table,
    "endings": endings_table,
    "figures": figures_table,
}


def rendered(text: str) -> str:
    """A document with its tables made anew. Raises UnknownTableError."""

    def renew(block: re.Match[str]) -> str:
        opening, name, closing = block.groups()
        if name not in TABLES:
            raise UnknownTableError(f"no table is called {name!r}: {', '.join(TABLES)}")
        return opening + TABLES[name]() + closing

    return _BLOCK.sub(renew, text)


def documents(root: Path) -> Iterator[tuple[Path, str, str]]:
    """Each document's path, its text, and the text that it should have."""
    for path in sorted([root / "README.md", *root.glob("docs/*.md")]):
        text = path.read_text("utf-8")
        try:
            yield path, text, rendered(text)
        except UnknownTableError as error:
            raise UnknownTableError(f"{path.relative_to(root)}: {error}") from None
    example = root / ".env.example"
    yield example, example.read_text("utf-8") if example.exists() else "", env_example()


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """Write, or with `--check` compare. Exit status 0: all is as it should be."""
    parser = argparse.ArgumentParser(prog="python -m tools.docs", description="Generated tables.")
    parser.add_argument("--check", action="store_true", help="write nothing; 1 if any is stale")
    check = parser.parse_args(arguments).check
    try:
        stale = [(path, wanted) for path, text, wanted in documents(root) if text != wanted]
    except UnknownTableError as error:
        print(error, file=sys.stderr)
        return 1
    for path, wanted in stale:
        name = path.relative_to(root)
        if check:
            print(f"{name} is stale: run make docs", file=sys.stderr)
        else:
            path.write_text(wanted, "utf-8")
            print(f"{name} written")
    return 1 if check and stale else 0


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(
        f"| {' | '.join(cell.replace('|', '&#124;') for cell in row)} |\n" for row in lines
    )


def _default(field: FieldInfo) -> str:
    return "–" if field.default in (None, (), PydanticUndefined) else f"`{_plain(field.default)}`"


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _meaning(field: FieldInfo) -> str:
    if not field.description:
        raise KeyError("every setting needs a description")
    choices = [f"`{choice}`" for choice in _choices(field.annotation)]
    named = all(choice.strip("`") in field.description for choice in choices)
    return field.description if named else f"{field.description} ({', '.join(choices)})"


def _linked(meaning: str) -> str:
    """Where messages name the command that prints a document, a document has a link to it."""

    def link(found: re.Match[str]) -> str:
        name = f"{found[1].upper()}.md"
        return f"[{found[1]}]({name}#{found[2]})" if found[2] else f"[{found[1]}]({name})"

    return re.sub(r"`playrelay docs (\w+)(?: ([\w-]+))?`", link, meaning)


def _choices(annotation: Any) -> Iterator[object]:
    """The values a Literal names, however deep it stands in the type."""
    if get_origin(annotation) is Literal:
        yield from get_args(annotation)
    else:
        for inner in get_args(annotation):
            yield from _choices(inner)


def _policy_value(name: str, value: int | tuple[int, ...]) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(_duration, value))
    return str(value) if name == "failing_after" else _duration(value)


def _duration(ms: float) -> str:
    """Milliseconds in the largest unit that leaves a short number."""
    for unit, length in (("day", DAY), ("h", HOUR), ("min", MINUTE)):
        if ms >= length and ms % length == 0:
            count = int(ms // length)
            return f"{count} {unit}{'s' if unit == 'day' and count > 1 else ''}"
    return f"{ms / _SECOND:g} s"


if __name__ == "__main__":
    sys.exit(main())
