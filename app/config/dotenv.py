"""Reads a `.env` file and reports everything that is wrong in it."""

import io
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec
from dotenv import dotenv_values
from dotenv.parser import Binding, parse_stream

from app.config.values import cleaned

_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_REPLACED = re.compile(r"\$\{([^}:]*)\}")  # as the library does; `${NAME:-text}` always has a value


class DotEnv(msgspec.Struct, frozen=True):
    """The variables of a file. `repeated`: a line for each that has two values."""

    variables: Mapping[str, str] = msgspec.field(default_factory=dict)
    faults: tuple[str, ...] = ()
    repeated: tuple[str, ...] = ()


def read_dotenv(path: str | None, prefix: str) -> DotEnv:
    """Read the file, if there is one. Names with the prefix are the relay's: more is checked."""
    if path is None or not os.path.lexists(path):
        return DotEnv()
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        return DotEnv(faults=(f"{path}: can't be read ({error.strerror}): check the file",))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        kind = " (it looks like UTF-16)" if data[:2] in _UTF16 else ""
        return DotEnv(faults=(f"{path}: is not in UTF-8{kind}: save it in that encoding",))
    if "\0" in text:
        what = "is not text: save it in UTF-8, with lines such as NAME=value"
        return DotEnv(faults=(f"{path}: {what}",))
    bindings = list(parse_stream(io.StringIO(text)))
    broken = "is not NAME=value, or lacks a quote: correct it"
    faults = tuple(f"{path}, line {_line(each)}: {broken}" for each in bindings if each.error)
    if faults:  # the library would log each of them once more
        return DotEnv(faults=faults)
    read = dotenv_values(stream=io.StringIO(text))
    return DotEnv(
        {name: value or "" for name, value in read.items()},
        tuple(f"{path}, line {_line(each)}: {what}" for each, what in _emptied(bindings, prefix)),
        tuple(_repeated(bindings, prefix, path)),
    )


def _line(binding: Binding) -> int:
    text = binding.original.string
    return binding.original.line + (len(text) - len(text.lstrip("\n")) if text.strip() else 0)


def _emptied(bindings: list[Binding], prefix: str) -> Iterator[tuple[Binding, str]]:
    """Values with a `${NAME}` that nothing defines, such as a secret that contains it by chance."""
    known = set(os.environ)
    for binding in bindings:
        for name in _REPLACED.findall(binding.value or ""):
            if name not in known and (binding.key or "").upper().startswith(prefix):
                remedy = "define it above, or write this value into a file of its own (…_FILE)"
                yield (
                    binding,
                    f"${{{name}}} is no variable, and would become empty: {remedy}",
                )
        known.add(binding.key or "")


def _repeated(bindings: list[Binding], prefix: str, path: str) -> Iterator[str]:
    found: dict[str, list[Binding]] = {}
    for binding in bindings:
        found.setdefault((binding.key or "").upper(), []).append(binding)
    for name, alike in found.items():
        if name.startswith(prefix) and len({cleaned(each.value or "") for each in alike}) > 1:
            lines = " and ".join(str(_line(each)) for each in alike)
            yield f"{name} has several values in {path} (lines {lines}): keep one of them"
