"""The address of a medium: what of it may be sent, what identifies it, what it tells.

A signed or versioned file keeps its identity whatever its query says; of a page with a player the
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

# Files every streaming server calls the same: the folder above tells more.
_NAMELESS = re.compile(
    r"(?:audio|chunklist|embed|index|main|manifest|master|play|playlist|stream|video|watch)(?:_\d+)?",
    re.IGNORECASE,
)


def media_address(text: str | None) -> Url | None:
    """The address of a medium, fit to be sent; None for blob:, data: and relative ones.

    It goes without click identifiers, personal values and signed URLs' credentials; of a vendor's
    film, by the one address that it has here.
    """
    return _address(text) if text else None


@lru_cache(REMEMBERED)
def _address(text: str) -> Url | None:
    absolute = f"https:{text}" if text.startswith("//") else text
    url = parse_url(absolute)
    return scrub(canonical(url), credentials=True) if url else None


def vendor_address(text: str | None) -> str | None:
    """The address of a vendor's film; None for all others."""
    url = media_address(text)
    return str(url) if url is not None and kind_of(url) is not None else None


def media_identity(url: Url) -> str:
    """The address without what varies: a file's query versions it, but watch?v=… names the medium.

    A signed or versioned file keeps its identity; a page of a player keeps its parameters.
    """
    return url.origin + url.path + (f"?{url.query}" if url.query and not _is_file(url) else "")


def media_place(url: Url) -> str:
    """The identity without its scheme."""
    return media_identity(url).partition(":")[2]


def type_of_file(url: Url | None) -> MediaType | None:
    """What the ending of a file says it is."""
    return _TYPE_OF_EXTENSION.get(_extension(url.path.rpartition("/")[2])) if url else None


def type_of(url: Url | None) -> MediaType | None:
    """What an address says it is: a file by its ending, a vendor's film by its vendor."""
    return type_of_file(url) or (kind_of(url) if url else None)


def name_from(url: Url | None) -> str | None:
    """A readable title out of the path, if it has one."""
    for segment in reversed(url.segments if url else []):
        stem = segment.rpartition(".")[0] if _extension(segment) in _TYPE_OF_EXTENSION else segment
        if not _NAMELESS.fullmatch(stem) and (name := clean(readable(stem), NAME_LIMIT)):
            return name
    return None


def _extension(segment: str) -> str:
    return segment.rpartition(".")[2].lower() if "." in segment else ""


def _is_file(url: Url) -> bool:
    return type_of_file(url) is not None
