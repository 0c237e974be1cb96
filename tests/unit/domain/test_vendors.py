"""One address for each film of a vendor, whatever page, player or frame it was played in."""

import pytest

from app.domain.media import Catalogue, Medium, describe_medium, media_key
from app.domain.media_url import media_address

PLAYERS = "https://players.brightcove.net/1752604059001"

SAME = {
    "https://www.youtube.com/watch?v=aqz-KE-bpKQ": [
        "https://youtube.com/watch?v=aqz-KE-bpKQ",
        "http://m.youtube.com/watch?v=aqz-KE-bpKQ&t=30s",
        "https://www.youtube.com/watch?list=PL1&v=aqz-KE-bpKQ&index=2",
        "https://youtu.be/aqz-KE-bpKQ?si=share",
        "https://www.youtube.com/embed/aqz-KE-bpKQ?autoplay=1&enablejsapi=1",
        "//www.youtube-nocookie.com/embed/aqz-KE-bpKQ",
        "https://youtube-nocookie.com/embed/aqz-KE-bpKQ",
        "https://www.youtube.com/shorts/aqz-KE-bpKQ",
        "https://www.youtube.com/live/aqz-KE-bpKQ?feature=share",
        "https://www.youtube.com/v/aqz-KE-bpKQ",
        "https://music.youtube.com/watch?v=aqz-KE-bpKQ",
    ],
    "https://www.youtube.com/playlist?list=PL1": [
        "https://www.youtube.com/embed/videoseries?list=PL1",
        "https://www.youtube-nocookie.com/embed?list=PL1&listType=playlist",
        "https://www.youtube.com/playlist?list=PL1&si=share",
    ],
    "https://vimeo.com/76979871": [
        "https://player.vimeo.com/video/76979871?h=0a1b2c3d4e&dnt=1",
        "https://www.vimeo.com/76979871",
        "https://vimeo.com/76979871/0a1b2c3d4e",
        "https://vimeo.com/video/76979871",
        "https://vimeo.com/channels/staffpicks/76979871",
        "https://vimeo.com/groups/shorts/videos/76979871",
        "https://vimeo.com/album/12/video/76979871",
        "https://vimeo.com/showcase/12/video/76979871",
        "https://player.vimeo.com/external/76979871.hd.mp4?s=secret",
        "https://player.vimeo.com/progressive_redirect/playback/76979871/rendition/720p/a.mp4",
    ],
    "https://vimeo.com/event/12345": ["https://vimeo.com/event/12345/embed"],
    "https://fast.wistia.net/embed/iframe/x1y2z3abcd": [
        "https://fast.wistia.com/embed/iframe/x1y2z3abcd?videoFoam=true",
        "https://fast.wistia.com/embed/medias/x1y2z3abcd.jsonp",
        "https://acme.wistia.com/medias/x1y2z3abcd",
    ],
    "https://play.vidyard.com/oTDMPlUv51Th455G5u7QAy": [
        "https://play.vidyard.com/oTDMPlUv51Th455G5u7QAy.html?v=4.3",
        "https://share.vidyard.com/watch/oTDMPlUv51Th455G5u7QAy",
        "https://embed.vidyard.com/share/oTDMPlUv51Th455G5u7QAy",
    ],
    "https://www.dailymotion.com/video/x2m8jpp": [
        "https://www.dailymotion.com/embed/video/x2m8jpp?api=postMessage",
        "https://geo.dailymotion.com/player/x1.html?video=x2m8jpp",
        "https://geo.dailymotion.com/player.html?video=x2m8jpp",
        "https://dai.ly/x2m8jpp",
        "https://dailymotion.com/video/x2m8jpp_a-title-of-its-own",
    ],
    "https://www.twitch.tv/videos/12345": [
        "https://player.twitch.tv/?video=v12345&parent=www.example.com",
        "https://player.twitch.tv/?video=12345",
        "https://m.twitch.tv/videos/12345?t=1h",
    ],
    "https://www.twitch.tv/monstercat": [
        "https://player.twitch.tv/?channel=Monstercat&parent=www.example.com",
        "https://twitch.tv/monstercat/",
    ],
    "https://clips.twitch.tv/SlyClip-a1": [
        "https://clips.twitch.tv/embed?clip=SlyClip-a1",
        "https://www.twitch.tv/monstercat/clip/SlyClip-a1",
    ],
    "https://www.tiktok.com/player/v1/6718335390845095173": [
        "https://www.tiktok.com/@scout2015/video/6718335390845095173?lang=en",
        "https://www.tiktok.com/embed/v2/6718335390845095173",
        "https://m.tiktok.com/v/6718335390845095173.html",
        "https://www.tiktok.com/player/v1/6718335390845095173?rel=0",
    ],
    "https://open.spotify.com/episode/7makk4oTQel546B0PZlDM5": [
        "https://open.spotify.com/embed/episode/7makk4oTQel546B0PZlDM5?utm_source=generator",
        "https://open.spotify.com/embed-podcast/episode/7makk4oTQel546B0PZlDM5",
        "https://open.spotify.com/intl-de/episode/7makk4oTQel546B0PZlDM5?si=1",
    ],
    "https://api.soundcloud.com/tracks/1234": [
        "https://w.soundcloud.com/player/?url=https%3A//api.soundcloud.com/tracks/1234&visual=true",
        "https://api.soundcloud.com/tracks/soundcloud%3Atracks%3A1234",
    ],
    "https://soundcloud.com/forss/flickermood": [
        "https://m.soundcloud.com/forss/flickermood?in=x",
        "https://w.soundcloud.com/player/?url=https%3A//soundcloud.com/forss/flickermood",
        "https://soundcloud.com/forss/flickermood/s-SecreT1",
    ],
    "https://www.loom.com/share/0a1b2c": ["https://www.loom.com/embed/0a1b2c?hide_owner=true"],
    "https://streamable.com/moo1": ["https://streamable.com/e/moo1?quality=highest"],
    "https://iframe.mediadelivery.net/embed/759/eb1c4f77-0cda": [
        "https://player.mediadelivery.net/play/759/eb1c4f77-0cda"
    ],
    "https://cdn.jwplayer.com/previews/nPripu9l": [
        "https://cdn.jwplayer.com/players/nPripu9l-ALJ3XQCI.html",
        "https://content.jwplatform.com/manifests/nPripu9l.m3u8",
    ],
    f"{PLAYERS}/default_default/index.html?videoId=5548093587001": [
        f"{PLAYERS}/b8_default/index.html?videoId=5548093587001&a=1"
    ],
    "https://play.hubspotvideo.com/v/123/id/456": [
        "https://play.hubspotvideo.com/v/123/id/456?parentOrigin=x&renderContext=hs"
    ],
}
PAIRS = [(url, film) for film, urls in SAME.items() for url in (film, *urls)]
AUDIO = ("https://open.spotify.com/", "https://soundcloud.com/", "https://api.soundcloud.com/")


def described(url: str) -> Medium:
    """The medium of a page that gives only the address."""
    return describe_medium(
        media_type=None,
        media_bridge_id=None,
        external_id=None,
        media_name=None,
        media_url=url,
        duration=None,
        catalogue=Catalogue(),
    )


@pytest.mark.parametrize(("url", "film"), PAIRS)
def test_a_film_has_one_address(url: str, film: str) -> None:
    """Page, frame, short link and file of a film are one medium, under an address that opens it."""
    assert str(media_address(url)) == film
    medium = described(url)
    assert (medium.external_id, medium.url) == (film, film)
    assert medium.type == ("AUDIO" if film.startswith(AUDIO) else "VIDEO")


@pytest.mark.parametrize(("url", "film"), PAIRS)
def test_a_view_is_one_whatever_the_address(url: str, film: str) -> None:
    """A frame whose address changes while the film plays does not begin a second view."""
    assert media_key(None, None, url) == media_key(None, None, film)


@pytest.mark.parametrize(
    "url",
    [
        "https://www.youtube.com/@channel",
        "https://www.youtube.com/embed/live_stream?channel=UC1",
        "https://www.youtube.com/watch?v=a%20b%26c",
        "https://www.youtube.com.evil.test/embed/abc",
        "https://notyoutube.com/embed/abc",
        "https://vimeo.com/features",
        "https://w.soundcloud.com/player/?url=https%3A//evil.test/forss/flickermood",
        "https://www.example.com/watch?v=aqz-KE-bpKQ",
    ],
)
def test_other_addresses_stay_as_they_are(url: str) -> None:
    """An address that is not a vendor's film stays unchanged."""
    assert str(media_address(url)) == url
    assert described(url).type == "OTHER"


def test_different_films_stay_apart() -> None:
    """No two of the addresses above are one."""
    assert len({media_key(None, None, film) for film in SAME}) == len(SAME)
