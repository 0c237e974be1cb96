"""`playrelay embed`: print the snippet for your pages, made from the settings.

The snippet goes to standard output, hints go to standard error.
"""

import argparse
from collections.abc import Iterator

from app.cli.address import is_loopback, local_address, public_address
from app.cli.terminal import say
from app.config import Settings, accounts_of, load
from app.config.sitesfile import SITE_KEY
from app.documents import see
from app.domain.url import Url
from app.web.tracker.offer import CONSENT, CONTEXTS, Choices, offer


def add_options(verb: argparse.ArgumentParser) -> None:
    """Add the options of the snippet."""
    verb.epilog = f"Recipes for tag managers, WordPress, HubSpot and the rest: {see('embed')}"
    verb.add_argument(
        "--url",
        type=public_address,
        help="the relay's public address, e.g. https://relay.example.com "
        "(default: the one in the settings)",
    )
    verb.add_argument(
        "--pinned",
        action="store_true",
        help="use the address of this build, with its hash for the browser to check",
    )
    verb.add_argument(
        "--import-map",
        action="store_true",
        help="like --pinned, with an import map of the hashes of its adapters before it",
    )
    verb.add_argument("--stub", action="store_true", help="put a queue for early calls before it")
    verb.add_argument(
        "--csp",
        action="store_true",
        help="print the Content-Security-Policy directives that a page needs for it instead",
    )
    said = verb.add_argument_group("attributes of the script")
    said.add_argument("--consent", choices=CONSENT, help="what counts as consent (auto)")
    said.add_argument(
        "--context", choices=CONTEXTS, help="set it if the page is reached from mails"
    )
    said.add_argument(
        "--portal", type=_portal, help="id of the HubSpot account whose hsVars are trusted"
    )
    said.add_argument("--site", type=_site, help="site key, if the relay serves several sites")
    said.add_argument(
        "--debug", action="store_true", help="log in the browser's console what it does"
    )
    verb.set_defaults(run=embed)


def embed(given: argparse.Namespace) -> int:
    """Print what a page needs to load the tracker."""
    settings = load(sends=False).settings
    address = settings.public_url or local_address(settings.host, settings.port)
    url: Url = given.url or public_address(address)
    address = str(url).rstrip("/")
    choices = Choices(_attributes(given), given.pinned, given.import_map, given.stub)
    offered = offer(address, url.origin, choices)
    if given.csp:
        for directive, sources in offered.policy.items():
            say(" ".join([directive, *sources]))
        _hint("add these sources to those of the page; players in frames need no other ones")
    else:
        say(offered.text)
    for line in _hints(url, settings, given.site):
        _hint(line)
    return 0


def _attributes(given: argparse.Namespace) -> dict[str, str | None]:
    chosen: dict[str, str | None] = {
        f"data-{name}": value
        for name in ("consent", "context", "portal", "site")
        if (value := getattr(given, name)) is not None
    }
    return chosen | ({"data-debug": None} if given.debug else {})


def _hints(url: Url, settings: Settings, key: str | None) -> Iterator[str]:
    if is_loopback(url):
        yield f"only browsers on this machine reach {url.origin}: give the public one with --url"
    elif url.scheme == "http":
        yield "pages with https do not load a script over http: put the relay behind https"
    sites = [site for account in accounts_of(settings) for site in account.sites]
    keys = [site.key for site in sites]
    if settings.sites is not None and key not in keys:
        said = (
            "--site is missing: only pages whose origin belongs to one site work without it"
            if key is None
            else (f"PLAYRELAY_SITES has no site {key}")
        )
        yield f"{said} (there are {', '.join(keys)})"
    open_to_pages_here = settings.sandboxed and is_loopback(url)
    if not any(site.settings.allowed_origins for site in sites) and not open_to_pages_here:
        yield "PLAYRELAY_ALLOWED_ORIGINS is empty: list the sites whose pages may send"


def _hint(text: str) -> None:
    say(f"playrelay embed: {text}", error=True)


def _portal(text: str) -> str:
    if not (text.isascii() and text.isdigit()):
        raise argparse.ArgumentTypeError(f"{text!r} is not a HubSpot account id: use digits only")
    return text


def _site(text: str) -> str:
    if not SITE_KEY.fullmatch(text):
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a site key: use up to 64 letters, digits and ._-"
        )
    return text
