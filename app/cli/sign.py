"""`playrelay sign`: print a contactId's signature, as the site's own server makes it."""

import argparse
import time

from app.cli.arguments import contact_id, positive
from app.cli.stores import add_account, the_one
from app.cli.terminal import say
from app.config import SettingsError
from app.domain.signature import LONGEST_LIFE_DAYS, LONGEST_LIFE_S, sign

DAY_S = 86_400


def add_options(verb: argparse.ArgumentParser) -> None:
    """Add the options."""
    verb.add_argument("contact", type=contact_id, help="HubSpot contact id")
    verb.add_argument("--site", default="", help="key of the site, if sites have keys")
    verb.add_argument(
        "--expires",
        type=positive,
        help=f"seconds since the epoch, at most {LONGEST_LIFE_DAYS} days ahead (default: in a day)",
    )
    add_account(verb, all_without=False)
    verb.set_defaults(run=sign_contact)


def sign_contact(given: argparse.Namespace) -> int:
    """Print the signature and its input, to compare with a server's. Raises SettingsError."""
    settings = the_one(given.account).settings
    secrets = settings.identity_secrets
    if not secrets:
        raise SettingsError(
            ["PLAYRELAY_IDENTITY_SECRET: set it to the secret with which the site's server signs"]
        )
    now = int(time.time())
    expires = given.expires or now + DAY_S
    say(f"contactId={given.contact}")
    say(f"contactSignature={sign(given.contact, secrets[0], expires=expires, site=given.site)}")
    if expires < now:
        say("playrelay sign: the signature has expired: give a later --expires", error=True)
    if expires > now + LONGEST_LIFE_S:
        say(
            "playrelay sign: relays refuse it: give an --expires at most "
            f"{LONGEST_LIFE_DAYS} days ahead",
            error=True,
        )
    return 0
