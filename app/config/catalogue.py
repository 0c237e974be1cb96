"""Reads the operator's catalogue of media from a TOML or CSV file, by its extension.

    [[media]]                                             externalId;mediaName;mediaType;duration
    externalId = "launch-2026"                            launch-2026;The launch;VIDEO;93.4
    mediaUrl = "https://cdn.example.com/launch.mp4"
    mediaName = "The launch"
    duration = 93.4

The names are HubSpot's own; `duration` is in seconds. `leastPercent` and `leastSeconds` count
instead of the site's least attention. An entry is found by `externalId` or `mediaUrl`, so it needs
one of them; its other values fill in what pages do not report. A file with any fault is rejected:
with half a catalogue, the other media would get wrong names, and nobody would notice.
"""

import csv
import io
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec

from app.domain.media import Catalogue, CatalogueEntry, known_duration
from app.domain.media_url import MEDIA_TYPES, media_address
from app.domain.text import tidy

_MAX_ID = 2**63 - 1  # HubSpot's ids are int64
_DIGITS = re.compile("[0-9]{1,19}")


class CatalogueError(Exception):
    """The catalogue cannot be used. `faults` has one line each: file, place, fault, remedy."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class _Row(NamedTuple):
    """An entry as it is written in the file, and its place there."""

    place: str
    values: Mapping[str, object]


class _Faults(list[str]):
    """The faults of one file, collected so that all of them can be fixed at once."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def add(self, place: str, fault: str) -> None:
        self.append(f"{self._path}, {place}: {fault}" if place else f"{self._path}: {fault}")


def load_catalogue(path: Path) -> Catalogue:
    """Read a catalogue from a .toml or .csv file in UTF-8.

    Raises CatalogueError, naming every fault, if the file cannot be read, or any entry is faulty
    or stands there twice.
    """
    faults = _Faults(path)
    rows = _rows(path, faults)
    entries = [_entry(row, faults) for row in rows]
    _refuse_duplicates(zip(rows, entries, strict=True), faults)
    if faults:
        raise CatalogueError(faults)
    return Catalogue.of(entries)


def _rows(path: Path, faults: _Faults) -> list[_Row]:
    readers = {".toml": _toml_rows, ".csv": _csv_rows}
    if (read := readers.get(path.suffix.lower())) is None:
        faults.add("", "is neither TOML nor CSV: name it .toml or .csv")
        return []
    try:
        # "-sig", because spreadsheets write a byte order mark.
        return list(read(path.read_text(encoding="utf-8-sig"), faults))
    except OSError as error:
        faults.add(
            "",
            f"cannot be read ({error.strerror}): check the path (PLAYRELAY_CATALOGUE, or "
            "catalogue in the file of sites) and its permissions",
        )
    except UnicodeDecodeError:
        faults.add("", "is not in UTF-8: save it in that encoding")
    except (tomllib.TOMLDecodeError, csv.Error) as error:
        faults.add("", f"is not valid {path.suffix.lstrip('.').upper()}: fix this: {error}")
    return []


def _toml_rows(text: str, faults: _Faults) -> Iterator[_Row]:
    document = tomllib.loads(text)
    for name in sorted(document.keys() - {"media"}):
        faults.add(f'"{name}"', "is not known: write every entry as a [[media]] table")
    tables = document.get("media", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        faults.add('"media"', "is not a list of tables: write [[media]] above each entry")
        return
    for number, table in enumerate(tables, start=1):
        _refuse_unknown(table, f"entry {number}", faults)
        yield _Row(f"entry {number}", table)


def _csv_rows(text: str, faults: _Faults) -> Iterator[_Row]:
    header = text.partition("\n")[0]
    delimiter = ";" if header.count(";") > header.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    names = _without_blank_end(next(reader, []))
    _refuse_unknown(names, "line 1", faults)
    if not names:
        faults.add("line 1", "has no column names: write them there")
    if len(set(names)) < len(names):
        faults.add("line 1", "names a column twice: remove one of them")
    for record in reader:
        cells = _without_blank_end(record)
        place = f"line {reader.line_num}"
        if len(cells) > len(names):
            faults.add(place, f'has more cells than line 1: put text with "{delimiter}" in quotes')
        elif cells:
            named = zip(names, cells, strict=False)
            yield _Row(place, {name: cell for name, cell in named if cell})


def _without_blank_end(cells: list[str]) -> list[str]:
    """Strip the cells, and drop the blank ones that spreadsheets add at the end of a line."""
    stripped = [cell.strip() for cell in cells]
    while stripped and not stripped[-1]:
        stripped.pop()
    return stripped


def _refuse_unknown(names: Iterable[str], place: str, faults: _Faults) -> None:
    for name in names:
        if name not in _FIELDS:
            faults.add(place, f'"{name}" is not known: the names are {", ".join(_FIELDS)}')


def _refuse_duplicates(found: Iterable[tuple[_Row, CatalogueEntry]], faults: _Faults) -> None:
    first_places: dict[tuple[str, str], str] = {}
    for row, entry in found:
        keys = {"externalId": entry.external_id, "mediaUrl": entry.media_url}
        for name, key in keys.items():
            if key and (first := first_places.setdefault((name, key), row.place)) != row.place:
                faults.add(row.place, f"has the same {name} as {first}: remove one of them")


def _entry(row: _Row, faults: _Faults) -> CatalogueEntry:
    """Read one entry; faulty values are reported and left out."""
    if not row.values.keys() & {"externalId", "mediaUrl"}:
        faults.add(row.place, "has neither externalId nor mediaUrl: add one of them")
    values: dict[str, object] = {}
    for name, (field, read) in _FIELDS.items():
        if (value := row.values.get(name)) is None:
            continue
        try:
            values[field] = read(value)
        except ValueError as remedy:
            faults.add(row.place, f"{name} {value!r} is not valid: {remedy}")
    return msgspec.convert(values, CatalogueEntry)


def _text(value: object) -> str:
    if isinstance(value, str) and (text := tidy(value)):
        return text
    raise ValueError('write some text, in TOML between "quotes"')


def _address(value: object) -> str:
    if isinstance(value, str) and (url := media_address(value)):
        return str(url)
    raise ValueError("write a URL that begins with https://")


def _bridge_id(value: object) -> int:
    text = str(value).strip()
    if _DIGITS.fullmatch(text) and 0 < int(text) <= _MAX_ID:
        return int(text)
    raise ValueError("write HubSpot's number of the media object, for example 42")


def _media_type(value: object) -> str:
    if (known := str(value).strip().upper()) in MEDIA_TYPES:
        return known
    raise ValueError(f"write one of {', '.join(MEDIA_TYPES)}")


def _duration(value: object) -> float:
    try:
        seconds = known_duration(float(str(value)))
    except ValueError:
        seconds = None
    if seconds is None:
        raise ValueError("write seconds above 0, for example 93.4")
    return seconds


def _at_most(most: int, what: str) -> Callable[[object], int]:
    def read(value: object) -> int:
        text = str(value).strip()
        if _DIGITS.fullmatch(text) and int(text) <= most:
            return int(text)
        raise ValueError(f"write {what}, from 0 to {most}")

    return read


_FIELDS: Mapping[str, tuple[str, Callable[[object], object]]] = {
    "externalId": ("external_id", _text),
    "mediaUrl": ("media_url", _address),
    "mediaBridgeId": ("bridge_id", _bridge_id),
    "mediaName": ("name", _text),
    "mediaType": ("type", _media_type),
    "duration": ("duration", _duration),
    "leastPercent": ("least_percent", _at_most(100, "a whole percentage")),
    "leastSeconds": ("least_seconds", _at_most(86_400, "whole seconds")),
}
