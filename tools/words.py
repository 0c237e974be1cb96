"""Checks that names are the field's standard terms, and that prose has no private metaphors.

`make lint` runs it over Python, the tracker's sources and the documents. Stored keys, settings,
metrics and the API keep their names: they are strings, which are not checked.
"""

import ast
import io
import re
import sys
import tokenize
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent

METAPHORS: Mapping[str, str] = {
    "bell": "notifier",
    "errand": "pending authorization",
    "shelf": "media index",
    "shelves": "media index",
    "shelve": "save",
    "ladder": "precedence",
    "rung": "identity source",
    "rungs": "identity sources",
    "rooms": "packages",
    "vouch": "sign",
    "vouches": "signs",
    "vouched": "signed",
    "disowned": "identity rejected",
    "blameless": "does not count as an attempt",
    "manieth": "one in ten",
    "sightings": "activity",
    "chore": "background job",
    "chores": "background jobs",
}
"""Not used anywhere: neither in a name nor in a comment, a docstring or a document."""

NAMES: Mapping[str, str] = {
    **METAPHORS,
    "allowance": "send decision",
    "blame": "counts as attempt",
    "desk": "context",
    "erred": "was error",
    "gate": "site entry",
    "hear": "receive",
    "heard": "wait for, received",
    "house": "account runtime, harness",
    "news": "update",
    "office": "harness",
    "people": "admin, contacts",
    "reception": "site resolver",
    "ring": "notify",
    "room": "package",
    "stories": "explanations",
    "story": "explanation",
    "tell": "record, explain, dispatch",
    "tend": "maintain",
    "told": "reported, result",
    "unlucky": "uncertain refused",
    "unpause": "clear operator pause",
    "walk": "history",
    "walks": "histories",
    "welcomes": "allows",
    "whom": "resolve identity",
    "whose": "resolve identity",
    "wish": "options, requested scopes",
    "wished": "requested",
}
"""Not used in the name of anything that the project defines. A test's name is a sentence."""

IDENTIFIERS: Mapping[str, str] = {
    "Books": "AccountState",
    "CuttableProtocol": "DroppableProtocol",
    "Listing": "MediaSnapshot",
    "Lost": "StateError",
    "PatientProtocol": "TimeoutProtocol",
    "World": "SandboxConfig",
    "backlogs_turn": "is_backlog_turn",
    "hang_up": "close_streams",
    "take_over": "recover_in_flight",
}
"""Not used as a whole name."""

SCRIPT_NAMES: Mapping[str, str] = {
    "adopt": "observeElement",
    "begin": "createView",
    "HELLO": "FIRST_REPORT_MS",
    "look": "update",
    "PATIENCE": "REQUEST_TIMEOUT_MS",
    "pristine": "natives",
    "tell": "dispatch",
}
"""Not used as the name of a function or variable of the tracker."""

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_PROSE = re.compile(rf"(?<![\w-])({'|'.join(METAPHORS)})(?![\w-])", re.IGNORECASE)
_SCRIPT_DEFINITION = re.compile(
    rf"\b(?:function|const|let|var)\s+({'|'.join(SCRIPT_NAMES)})\b"
    rf"|^\s*({'|'.join(SCRIPT_NAMES)})\s*\([^;]*\{{",
    re.MULTILINE,
)
_COMMENT = re.compile(r"//.*|/\*.*?\*/", re.DOTALL)
_CODE = re.compile(r"`[^`\n]*`|```.*?```|https?://\S+|\]\([^)]*\)", re.DOTALL)


class Finding(NamedTuple):
    """A word that is not used, where it stands, and what to write in its place."""

    path: str
    line: int
    word: str
    better: str


def findings() -> Iterator[Finding]:
    """All of them, in the files that are checked."""
    for folder, pattern in (("app", "*.py"), ("tests", "*.py"), ("tools", "*.py")):
        for path in sorted((ROOT / folder).rglob(pattern)):
            if path != Path(__file__):
                yield from _python(path)
    for path in sorted((ROOT / "static" / "src").rglob("*.[jt]s")):
        yield from _script(path)
    for path in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(ROOT.glob("docs/*.md"))):
        text = _CODE.sub(lambda code: re.sub(r"[^\n]", " ", code[0]), path.read_text())
        yield from _prose(path, 1, text)


def main() -> int:
    """Print the findings; 1 if there are any."""
    found = list(findings())
    for path, line, word, better in found:
        print(f"{path}:{line}: '{word}' is not a word of this project: write {better}")
    return 1 if found else 0


def _python(path: Path) -> Iterator[Finding]:
    text = path.read_text()
    name = path.relative_to(ROOT).as_posix()
    yield from _names(name, 1, path.stem)
    for node in ast.walk(ast.parse(text)):
        for identifier in _defined(node):
            yield from _names(name, getattr(node, "lineno", 1), identifier)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield from _prose(path, node.lineno, str(node.value.value))
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield from _prose(path, token.start[0], token.string)


def _defined(node: ast.AST) -> Iterator[str]:
    """The identifiers that a node of the syntax tree defines."""
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.arg(arg=name):
            yield name
        case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
            yield name


def _names(path: str, line: int, identifier: str) -> Iterator[Finding]:
    banned = METAPHORS if identifier.startswith("test_") else NAMES
    if identifier in IDENTIFIERS:
        yield Finding(path, line, identifier, IDENTIFIERS[identifier])
    for part in _WORD.findall(identifier):
        if part.lower() in banned:
            yield Finding(path, line, identifier, banned[part.lower()])


def _script(path: Path) -> Iterator[Finding]:
    text = path.read_text()
    name = path.relative_to(ROOT).as_posix()
    for match in _SCRIPT_DEFINITION.finditer(text):
        word = match[1] or match[2]
        yield Finding(name, text.count("\n", 0, match.start()) + 1, word, SCRIPT_NAMES[word])
    for comment in _COMMENT.finditer(text):
        yield from _prose(path, text.count("\n", 0, comment.start()) + 1, comment[0])


def _prose(path: Path, line: int, text: str) -> Iterator[Finding]:
    name = path.relative_to(ROOT).as_posix()
    for match in _PROSE.finditer(text):
        yield Finding(
            name, line + text.count("\n", 0, match.start()), match[0], METAPHORS[match[0].lower()]
        )


if __name__ == "__main__":
    sys.exit(main())
