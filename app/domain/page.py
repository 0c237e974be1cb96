"""The page of a play, as HubSpot receives it.

A HubSpot page is named by its id. Any other page is named by address and title, and by the
context EXTERNAL_PAGE; the context EMAIL overrides both, because only the embed can know that a
mail led to the player.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Literal, get_args

import msgspec

from app.domain.campaign import NO_CAMPAIGN, Campaign
from app.domain.privacy import scrub
from app.domain.text import clean, readable
from app.domain.url import Url, parse_url, readable_host

REMEMBERED = 256
"""Descriptions kept in memory: the pings of a view repeat the same words, and so do visitors."""

LONG_REMEMBERED = 8
"""Names, and addresses longer than those that are sent, kept in memory: the plays of a request
usually share them.
"""

PageContext = Literal["EMAIL", "EXTERNAL_PAGE"]
CONTEXTS: tuple[PageContext, ...] = get_args(PageContext)

# HubSpot publishes no limits. These fit what browsers and search engines show of either.
URL_LIMIT = 2048  # characters
NAME_LIMIT = 255  # code points

_PAGE_FILE = re.compile(
    r"(?:^(?:index|default))?\.(?:[xsp]?html?|php\d?|aspx?|jspx?|cfm|cgi)$", re.IGNORECASE
)


class Page(msgspec.Struct, frozen=True, omit_defaults=True):
    """One page; a field is None where it is not known or must not be sent.

    `url`: absolute, at most 2048 characters, ready to be sent; `name`: at most 255 code points.
    `campaign`: from the address on which the visitor arrived, if it was sent; never sent on.
    """

    page_id: int | None = None
    url: str | None = None
    name: str | None = None
    context: PageContext | None = None
    campaign: Campaign = NO_CAMPAIGN


def describe_page(
    *,
    page_id: int | None,
    page_url: str | None,
    page_name: str | None,
    context: str | None,
    referer: str | None,
) -> Page:
    """Describe the page for HubSpot, from the ping and its Referer; never raises.

    A page without id and address has `url` None: HubSpot would refuse it, and the
    caller decides what becomes of the play. Describing the result again gives the same result.
    """
    name, from_mail = _cleaned(page_name), context == "EMAIL"
    describe: Callable[..., Page] = _describe
    if max(len(page_url or ""), len(referer or "")) > URL_LIMIT:
        describe = _describe.__wrapped__  # only short ones are cached
    return describe(page_id, page_url, name, referer, from_mail=from_mail)


@lru_cache(LONG_REMEMBERED)
def _cleaned(name: str | None) -> str | None:
    return clean(name, NAME_LIMIT)


@lru_cache(REMEMBERED)
def _describe(
    page_id: int | None,
    page_url: str | None,
    name: str | None,
    referer: str | None,
    *,
    from_mail: bool,
) -> Page:
    address = _address(page_url)
    if page_id:  # HubSpot counts from 1: a 0 is a template that found no id
        return Page(page_id, address.url, name, "EMAIL" if from_mail else None)
    if address is _NONE:
        address = _address(referer)
    return Page(
        page_id=None,
        url=address.url,
        name=name or address.name,
        context="EMAIL" if from_mail else "EXTERNAL_PAGE",
    )


def context_of(said: str | None) -> PageContext | None:
    """HubSpot's context for any spelling of it; None if it is none of HubSpot's."""
    return next((known for known in CONTEXTS if said and known == said.strip().upper()), None)


class _Address(msgspec.Struct, frozen=True):
    """An address that may be sent, and the name that its path suggests."""

    url: str | None = None
    name: str | None = None


_NONE = _Address()


def _address(text: str | None) -> _Address:
    """Parse and name an address once, however many plays of a page differ in other fields."""
    if not text:
        return _NONE
    return _short_address(text) if len(text) <= URL_LIMIT else _long_address(text)


def _understand(text: str) -> _Address:
    url = parse_url(text, routes=True)
    if url is None:
        return _NONE
    url = scrub(url)
    return _Address(url.fit(URL_LIMIT), _name_from(url))


_short_address = lru_cache(REMEMBERED)(_understand)
_long_address = lru_cache(LONG_REMEMBERED)(_understand)


def _name_from(url: Url) -> str | None:
    """The path in words: "/pricing/plans-2024.html" → "Pricing / Plans 2024"; "/": the host."""
    words: list[str] = []
    length = 0
    for segment in url.segments:
        if word := readable(_PAGE_FILE.sub("", segment)):
            words.append(word)
            length += len(word)
        if length > NAME_LIMIT:  # the rest would be cut off
            break
    return clean(" / ".join(words), NAME_LIMIT) or readable_host(url.host)
