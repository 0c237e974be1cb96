"""The order of identities, and which tokens can be any."""

import pytest

from app.domain.identity import (
    Identity,
    IdentityMode,
    KnownContact,
    Unknown,
    identify,
    identity_of,
    mail_token,
    usertoken,
)
from tests.unit.domain.setting import NOW, play

CONTACT = KnownContact(9)
STRANGER = KnownContact(None)

SIGNED = Identity("signed", contact_id=7)
BY_TOKEN = Identity("usertoken", contact_id=9)
BY_MAIL = Identity("mail", hsenc="p2")
PASSED = Identity("passthrough", contact_utk="utk")


@pytest.mark.parametrize(
    ("signed", "utk", "hsenc", "known", "lookup", "passthrough"),
    [
        pytest.param(7, "utk", "p2", CONTACT, SIGNED, SIGNED, id="all of them"),
        pytest.param(7, "utk", None, None, SIGNED, SIGNED, id="signed, not looked up"),
        pytest.param(7, None, None, None, SIGNED, SIGNED, id="signed alone"),
        pytest.param(None, "utk", "p2", CONTACT, BY_TOKEN, BY_MAIL, id="contact with a mail"),
        pytest.param(None, "utk", None, CONTACT, BY_TOKEN, PASSED, id="contact"),
        pytest.param(None, "utk", "p2", None, Unknown("lookup"), BY_MAIL, id="not looked up, mail"),
        pytest.param(None, "utk", None, None, Unknown("lookup"), PASSED, id="not looked up"),
        pytest.param(None, "utk", "p2", STRANGER, BY_MAIL, BY_MAIL, id="stranger with a mail"),
        pytest.param(None, "utk", None, STRANGER, Unknown("stranger"), PASSED, id="stranger"),
        pytest.param(None, None, "p2", None, BY_MAIL, BY_MAIL, id="mail alone"),
        pytest.param(
            None, None, None, None, Unknown("anonymous"), Unknown("anonymous"), id="nothing"
        ),
    ],
)
def test_the_order_of_precedence(
    signed: int | None,
    utk: str | None,
    hsenc: str | None,
    known: KnownContact | None,
    lookup: Identity | Unknown,
    passthrough: Identity | Unknown,
) -> None:
    """The surest identity is sent, alone; who may yet turn out to be a contact waits."""
    modes: tuple[tuple[IdentityMode, Identity | Unknown], ...] = (
        ("lookup", lookup),
        ("passthrough", passthrough),
    )
    for mode, expected in modes:
        found = identify(signed_contact_id=signed, utk=utk, hsenc=hsenc, known=known, mode=mode)
        assert found == expected


@pytest.mark.parametrize(
    ("refused", "known", "lookup", "passthrough"),
    [
        pytest.param({"signed:7"}, CONTACT, BY_TOKEN, BY_MAIL, id="signed"),
        pytest.param({"signed:7"}, None, Unknown("lookup"), BY_MAIL, id="signed, not looked up"),
        pytest.param({"signed:8"}, CONTACT, SIGNED, SIGNED, id="another signed one"),
        pytest.param({"signed:7", "usertoken:9"}, CONTACT, BY_MAIL, BY_MAIL, id="contact"),
        pytest.param({"signed:7", "usertoken:8"}, CONTACT, BY_TOKEN, BY_MAIL, id="merged since"),
        pytest.param({"signed:7", "mail"}, STRANGER, Unknown("stranger"), PASSED, id="mail"),
        pytest.param(
            {"signed:7", "usertoken:9", "mail"}, CONTACT, Unknown("refused"), PASSED, id="all"
        ),
    ],
)
def test_a_refused_identity_gives_way(
    refused: set[str],
    known: KnownContact | None,
    lookup: Identity | Unknown,
    passthrough: Identity | Unknown,
) -> None:
    """An identity that HubSpot refused is not sent again; the next one is."""
    modes: tuple[tuple[IdentityMode, Identity | Unknown], ...] = (
        ("lookup", lookup),
        ("passthrough", passthrough),
    )
    for mode, expected in modes:
        found = identify(
            signed_contact_id=7,
            utk="utk",
            hsenc="p2",
            known=known,
            mode=mode,
            refused=frozenset(refused),
        )
        assert found == expected


@pytest.mark.parametrize(
    ("utk", "owner", "expected"),
    [
        pytest.param("utk", None, BY_MAIL, id="nobody's yet"),
        pytest.param("utk", "utk", BY_MAIL, id="the visitor's own"),
        pytest.param("utk", "recipient", Unknown("stranger"), id="forwarded"),
        pytest.param(None, None, BY_MAIL, id="no usertoken, nobody's yet"),
        pytest.param(None, "recipient", Unknown("anonymous"), id="no usertoken, somebody's"),
    ],
)
def test_a_mail_identifies_one_visitor(
    utk: str | None, owner: str | None, expected: Identity | Unknown
) -> None:
    """A visitor who opens a forwarded mail is not taken for its first recipient."""
    opened = play(utk=(NOW, utk) if utk else None, hsenc=(NOW, "p2"))
    known = STRANGER if utk else None
    assert identity_of(opened, known, "lookup", mail_owner=owner) == expected


@pytest.mark.parametrize(
    ("said", "token"),
    [
        pytest.param(
            "0123456789abcdef0123456789abcdef", "0123456789abcdef0123456789abcdef", id="utk"
        ),
        pytest.param(
            " 0123456789ABCDEF0123456789abcdef\n", "0123456789abcdef" * 2, id="upper case"
        ),
        *(
            pytest.param(said, None, id=repr(said))
            for said in (
                *(None, "", "  ", "undefined", "null", "None", "{{utk}}", "[object Object]"),
                *("%7B%7Butk%7D%7D", "a" * 31, "a" * 33, "g" * 32, "'" + "a" * 32 + "'"),
                *("01234567-89ab-cdef-0123-456789abcdef", "\uff10" * 32, "a" * 32 + "; b=c"),
            )
        ),
    ],
)
def test_a_usertoken_is_32_hex_digits(said: str | None, token: str | None) -> None:
    """A value of templates and scripts that is no usertoken identifies nobody."""
    assert usertoken(said) == token


@pytest.mark.parametrize(
    ("said", "token"),
    [
        pytest.param("p2ANqtz-9x_Y", "p2ANqtz-9x_Y", id="a mail's"),
        pytest.param(" p2ANqtz-9x== ", "p2ANqtz-9x==", id="padded"),
        *(
            pytest.param(said, None, id=repr(said))
            for said in (
                *(None, "", "undefined", "{{_hsenc}}", "[object Object]", "p2AN", "12345678"),
                *("%7B%7B_hsenc1%7D%7D", "a mail 12345", "YOUR_HSENC_HERE", "p2" * 600),
            )
        ),
    ],
)
def test_a_mails_token_looks_like_one(said: str | None, token: str | None) -> None:
    """Words of a template, and what no address of a mail holds, name nobody."""
    assert mail_token(said) == token
