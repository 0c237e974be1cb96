"""The address of a medium: the part that may be sent, its identity, and what it reveals.

A signed or versioned file keeps its identity whatever its query says; for a page with a player, the
query may be the identity.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Literal, get_args

from app.domain.privacy import scrub
from app.domain.text import clean, readable
from app.domain.url import Url, parse_url
from app.domain.vendors import canonical, kind_of

MediaType = Literal["AUDIO", "DOCUMENT", "IMAGE", "OTHER", "VIDEO"]
MEDIA_TYPES: tuple[MediaType, ...] = get_args(MediaType)

REMEMBERED = 256
"""Addresses kept in memory: the pings of a view repeat theirs, and all plays of a ping may."""

NAME_LIMIT = 255  # code points; HubSpot publishes no limits: see `page`

_EXTENSIONS: Mapping[MediaType, str] = {
    "AUDIO": "aac aif aiff amr flac m4a m4b mid midi mka mp3 oga ogg opus wav weba wma",
    "DOCUMENT": "doc docx epub key odp ods odt pages pdf pps ppsx ppt pptx rtf txt xls xlsx",
    "IMAGE": "apng avif bmp gif heic jpeg jpg jxl png svg tif tiff webp",
    "VIDEO": "3gp avi f4v flv ism m3u8 m4v mkv mov mp4 mpd mpeg mpg mts ogv ts webm wmv",
}
_TYPE_OF_EXTENSION: Mapping[str, MediaType] = {
    extension: media_type
    for media_type, extensions in _EXTENSIONS.items()
    for extension in extensions.split()
}

# File names that every streaming server uses: the folder above says more.
_NAMELESS = re.compile(
    r"(?:audio|chunklist|embed|index|main|manifest|master|play|playlist|stream|video|watch)(?:_\d+)?",
    re.IGNORECASE,
)


def media_address(text: str | None) -> Url | None:
    """The address of a medium, ready to be sent; None for blob:, data: and relative ones.

    Click identifiers, personal values and the credentials of signed URLs are removed; a vendor's
    film gets its canonical address.
    """
    return _address(text) if text else None


@lru_cache(REMEMBERED)
def _address(text: str) -> Url | None:
    absolute = f"https:{text}" if text.startswith("//") else text
    url = parse_url(absolute)
    return scrub(canonical(url), credentials=True) if url else None


def vendor_address(text: str | None) -> str | None:
    """The canonical address of a vendor's film; None for all others."""
    url = media_address(text)
    return str(url) if url is not None and kind_of(url) is not None else None


def media_identity(url: Url) -> str:
    """The address without its variable parts: a file's query versions it, but watch?v=… is the id.

    A signed or versioned file keeps its identity; a player's page keeps its parameters.
    """
    return url.origin + url.path + (f"?{url.query}" if url.query and not _is_file(url) else "")


def media_place(url: Url) -> str:
    """The identity without its scheme."""
    return media_identity(url).partition(":")[2]


def type_of_file(url: Url | None) -> MediaType | None:
    """The media type that a file's extension suggests."""
    return _TYPE_OF_EXTENSION.get(_extension(url.path.rpartition("/")[2])) if url else None


def type_of(url: Url | None) -> MediaType | None:
    """The media type of an address: a file by its extension, a vendor's film by its vendor."""
    return type_of_file(url) or (kind_of(url) if url else None)


def name_from(url: Url | None) -> str | None:
    """A readable title from the path, if it contains one."""
    for segment in reversed(url.segments if url else []):
        stem = segment.rpartition(".")[0] if _extension(segment) in _TYPE_OF_EXTENSION else segment
        if not _NAMELESS.fullmatch(stem) and (name := clean(readable(stem), NAME_LIMIT)):
            return name
    return None


def _extension(segment: str) -> str:
    return segment.rpartition(".")[2].lower() if "." in segment else ""


def _is_file(url: Url) -> bool:
    return type_of_file(url) is not None
