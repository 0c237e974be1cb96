"""`playrelay connect --make-app DIR`: write a HubSpot project for the app."""

import argparse
from pathlib import Path

from app.cli.address import public_address
from app.cli.loopback import PATH
from app.cli.terminal import fail, say
from app.config import Settings
from app.domain.url import Url
from app.oauth.install import CONSOLE_CALLBACK
from app.oauth.project import project_files
from app.runtime.credentials import requested_of

_OAUTH = """\
Next:
  1. npm install -g @hubspot/cli, then hs account auth, in an account that may create apps
  2. cd {folder} && hs project upload
  3. in HubSpot, open the project's app: its page Auth shows client id and secret. Set them as
     PLAYRELAY_HUBSPOT_CLIENT_ID and PLAYRELAY_HUBSPOT_CLIENT_SECRET, and PLAYRELAY_SECRET_KEY
  4. playrelay connect, once for each account"""
_STATIC = """\
Next:
  1. npm install -g @hubspot/cli, then hs account auth, in the account that gets the plays
  2. cd {folder} && hs project upload
  3. in HubSpot, open the project's app and install it in this account; its page Auth shows the
     access token. Set it as PLAYRELAY_HUBSPOT_ACCESS_TOKEN
  4. playrelay doctor"""


def add_app_options(verb: argparse.ArgumentParser) -> None:
    """Add the options."""
    more = verb.add_argument_group("an app of your own, as a HubSpot project")
    more.add_argument(
        "--make-app", type=Path, metavar="DIR", help="only write the project to this folder"
    )
    more.add_argument(
        "--auth",
        choices=("oauth", "static"),
        default="oauth",
        help="oauth: for several accounts; static: a token for one (%(default)s)",
    )
    more.add_argument(
        "--relay",
        type=public_address,
        metavar="URL",
        help="the relay's public address, to connect from the console, too",
    )


def make_app(given: argparse.Namespace, settings: Settings) -> int:
    """Write the files, unless one of them exists. Returns the exit status."""
    folder: Path = given.make_app
    urls = redirect_urls(given.port, given.redirect_uri, given.relay)
    files = project_files(given.auth, requested_of(settings), urls)
    if taken := [name for name in files if (folder / name).exists()]:
        return fail(f"{folder / taken[0]} exists: choose another --make-app")
    try:
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
            say(f"{path} written")
    except OSError as error:
        return fail(f"{folder}: {error.strerror}: choose another --make-app")
    say((_OAUTH if given.auth == "oauth" else _STATIC).format(folder=folder))
    return 0


def redirect_urls(port: int, given: str | None, relay: Url | None) -> list[str]:
    """The redirect URLs: of this command, and of the relay's console."""
    urls = [given or f"http://localhost:{port}{PATH}"]
    if relay is not None:
        urls.append(f"{str(relay).rstrip('/')}{CONSOLE_CALLBACK}")
    return urls
