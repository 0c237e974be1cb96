"""One canonical address for each film, whatever page, player or frame it was played in.

A vendor's film has several addresses: its page, its frame on other sites, share links, files. Used
as they are, they would count as several media. The relay's choice decides; the tracker sends the
same address where it knows it.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Literal, NamedTuple
from urllib.parse import parse_qs, unquote

from app.domain.url import Url, parse_url

_MOST_PARAMETERS = 100
_ID = re.compile(r"[\w.:-]{1,100}", re.ASCII)

Kind = Literal["AUDIO", "VIDEO"]
Parameters = Mapping[str, str]
Read = Callable[[Url, Parameters], str | None]
"""The canonical address of the film that an address shows; None if it shows none."""


class Vendor(NamedTuple):
    """The rules for these hosts (or for hosts that end in them, if they begin with a dot)."""

    hosts: tuple[str, ...]
    kind: Kind
    read: Read


def canonical(url: Url) -> Url:
    """The canonical address of the medium; other vendors' addresses are returned unchanged."""
    vendor = _vendor(url.host)
    if vendor is None:
        return url
    found = vendor.read(url, _parameters(url.query))
    return (parse_url(found) if found else None) or url


def kind_of(url: Url) -> Kind | None:
    """The media type of a vendor's canonical address; None for other addresses."""
    vendor = _vendor(url.host)
    if vendor is None or vendor.read(url, _parameters(url.query)) is None:
        return None
    return vendor.kind


def _parameters(query: str) -> Parameters:
    if not query or query.count("&") > _MOST_PARAMETERS:
        return {}
    read = {name: values[0] for name, values in parse_qs(query).items()}
    return {name: value for name, value in read.items() if name == "url" or _ID.fullmatch(value)}


def _paths(address: str, *patterns: str) -> Read:
    """Read an id from a path; the first matching pattern has it in its group."""
    compiled = [re.compile(pattern) for pattern in patterns]

    def read(url: Url, _parameters: Parameters) -> str | None:
        for pattern in compiled:
            if found := pattern.match(url.path):
                return address.format(*found.groups())
        return None

    return read


def _youtube(url: Url, has: Parameters) -> str | None:
    pattern = r"/(?:(?:embed|shorts|live|v|e)/)([\w-]+)" if url.host != "youtu.be" else r"/([\w-]+)"
    path = re.match(pattern, url.path)
    film = has.get("v") if url.path.rstrip("/") == "/watch" else path and path[1]
    if film and film not in {"videoseries", "live_stream"}:
        return f"https://www.youtube.com/watch?v={film}"
    if "list" in has and url.path.rstrip("/") in {"/embed", "/embed/videoseries", "/playlist"}:
        return f"https://www.youtube.com/playlist?list={has['list']}"
    return None


def _dailymotion(url: Url, has: Parameters) -> str | None:
    path = re.match(r"/(?:embed/)?(?:video/)?([A-Za-z0-9]+)(?:[_/]|$)", url.path)
    in_path = url.host == "dai.ly" or "/video/" in url.path
    film = has.get("video") or (path[1] if path and in_path else None)
    return f"https://www.dailymotion.com/video/{film}" if film else None


def _twitch(url: Url, has: Parameters) -> str | None:
    if url.host == "player.twitch.tv":
        if video := has.get("video"):
            return f"https://www.twitch.tv/videos/{video.removeprefix('v')}"
        channel = has.get("channel")
        return f"https://www.twitch.tv/{channel.lower()}" if channel else None
    if url.host == "clips.twitch.tv":
        path = re.match(r"/([\w-]+)", url.path)
        clip = has.get("clip") or (path[1] if path and path[1] != "embed" else None)
        return f"https://clips.twitch.tv/{clip}" if clip else None
    if found := re.match(r"/videos/(\d+)", url.path):
        return f"https://www.twitch.tv/videos/{found[1]}"
    if found := re.match(r"/\w+/clip/([\w-]+)", url.path):
        return f"https://clips.twitch.tv/{found[1]}"
    found = re.fullmatch(r"/(\w+)/?", url.path)
    return f"https://www.twitch.tv/{found[1].lower()}" if found else None


def _soundcloud(url: Url, has: Parameters) -> str | None:
    inner = url
    if url.host == "w.soundcloud.com":
        found = parse_url(has.get("url", ""))
        if found is None or _vendor(found.host) is not _vendor(url.host):
            return None
        inner = found
    if inner.host == "api.soundcloud.com":
        number = re.match(r"/(tracks|playlists|users)/(?:.*[:/])?(\d+)$", unquote(inner.path))
        return f"https://api.soundcloud.com/{number[1]}/{number[2]}" if number else None
    path = re.sub(r"/s-\w+$", "", inner.path.rstrip("/"))  # the secret of a private track
    return f"https://soundcloud.com{path}" if inner.host != "on.soundcloud.com" and path else None


def _hubspot(url: Url, _has: Parameters) -> str | None:
    path = re.match(r"/v/\d+/id/\d+", url.path)
    return f"{url.origin}{path[0]}" if path else None


def _brightcove(url: Url, has: Parameters) -> str | None:
    account, film = re.match(r"/(\d+)/", url.path), has.get("videoId")
    if account is None or film is None:
        return None
    player = "default_default/index.html"
    return f"https://players.brightcove.net/{account[1]}/{player}?videoId={film}"


_VENDORS = (
    Vendor(
        (
            "youtube.com",
            ".youtube.com",
            "youtube-nocookie.com",
            ".youtube-nocookie.com",
            "youtu.be",
        ),
        "VIDEO",
        _youtube,
    ),
    Vendor(
        ("vimeo.com", "www.vimeo.com", "player.vimeo.com"),
        "VIDEO",
        _paths(
            "https://vimeo.com/{}",
            r"/(?:video/|external/|progressive_redirect/\w+/)?(\d+)(?:[./]|$)",
            r"/(?:channels|ondemand)/[\w-]+/(\d+)",
            r"/(?:album|showcase|groups)/[\w-]+/videos?/(\d+)",
            r"/(event/\d+)",
        ),
    ),
    Vendor(
        (".wistia.com", ".wistia.net", "wi.st"),
        "VIDEO",
        _paths(
            "https://fast.wistia.net/embed/iframe/{}",
            r"/embed/(?:iframe|medias)/(\w+)",
            r"/medias/(\w+)",
        ),
    ),
    Vendor(
        ("play.vidyard.com", "embed.vidyard.com", "share.vidyard.com", "video.vidyard.com"),
        "VIDEO",
        _paths("https://play.vidyard.com/{}", r"/(?:(?:share|watch)/)?([\w-]+)(?:[./]|$)"),
    ),
    Vendor(
        ("www.dailymotion.com", "dailymotion.com", "geo.dailymotion.com", "dai.ly"),
        "VIDEO",
        _dailymotion,
    ),
    Vendor((".twitch.tv", "twitch.tv"), "VIDEO", _twitch),
    Vendor(
        ("www.tiktok.com", "m.tiktok.com", "tiktok.com"),
        "VIDEO",
        _paths(
            "https://www.tiktok.com/player/v1/{}",
            r"/(?:player/v1|embed/v\d|embed|v)/(\d+)",
            r"/@[\w.-]*/video/(\d+)",
        ),
    ),
    Vendor(
        ("open.spotify.com",),
        "AUDIO",
        _paths(
            "https://open.spotify.com/{}/{}",
            r"/(?:intl-[\w-]+/)?(?:embed(?:-podcast)?/)?"
            r"(track|episode|show|album|playlist|artist)/(\w+)",
        ),
    ),
    Vendor((".soundcloud.com", "soundcloud.com"), "AUDIO", _soundcloud),
    Vendor(
        ("www.loom.com", "loom.com"),
        "VIDEO",
        _paths("https://www.loom.com/share/{}", r"/(?:share|embed)/(\w+)"),
    ),
    Vendor(
        ("streamable.com", "www.streamable.com"),
        "VIDEO",
        _paths("https://streamable.com/{}", r"/(?:[eos]/)?(\w+)/?$"),
    ),
    Vendor(
        ("iframe.mediadelivery.net", "player.mediadelivery.net"),
        "VIDEO",
        _paths("https://iframe.mediadelivery.net/embed/{}/{}", r"/(?:embed|play)/(\d+)/([\w-]+)"),
    ),
    Vendor(("players.brightcove.net",), "VIDEO", _brightcove),
    Vendor((".hubspotvideo.com",), "VIDEO", _hubspot),
    Vendor(
        ("cdn.jwplayer.com", "content.jwplatform.com"),
        "VIDEO",
        _paths(
            "https://cdn.jwplayer.com/previews/{}",
            r"/(?:players|previews|manifests|videos)/(\w{8})(?:[-./]|$)",
        ),
    ),
)

_BY_HOST = {host: each for each in _VENDORS for host in each.hosts}


def _vendor(host: str) -> Vendor | None:
    return next((_BY_HOST[name] for name in _names(host) if name in _BY_HOST), None)


def _names(host: str) -> Iterator[str]:
    """The host itself, then each of its parents with the dot before it."""
    yield host
    labels = host.split(".")
    for depth in range(1, len(labels)):
        yield f".{'.'.join(labels[depth:])}"
