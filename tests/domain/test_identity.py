"""The identity ladder, and the signature under its first rung."""

import pytest

from app.domain.identity import (
    Identity,
    IdentityMode,
    KnownContact,
    Unknown,
    identify,
    identity_of,
    is_signed,
    signature_of,
)
from tests.domain.setting import NOW, SECRET, SIGNATURES, play

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
def test_ladder(
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
def test_a_refused_rung_gives_way(
    refused: set[str],
    known: KnownContact | None,
    lookup: Identity | Unknown,
    passthrough: Identity | Unknown,
) -> None:
    """What HubSpot knows nobody by is not sent again; the next rung is."""
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
def test_a_mail_vouches_for_one_visitor(
    utk: str | None, owner: str | None, expected: Identity | Unknown
) -> None:
    """Whoever opens a mail that was sent on is not taken for its first recipient."""
    opened = play(utk=(NOW, utk) if utk else None, hsenc=(NOW, "p2"))
    known = STRANGER if utk else None
    assert identity_of(opened, known, "lookup", mail_owner=owner) == expected


@pytest.mark.parametrize("contact_id", SIGNATURES)
def test_the_signature_is_what_other_languages_make(contact_id: int) -> None:
    """Hex HMAC-SHA256 of the decimal digits, as openssl computes it; upper case will do."""
    assert signature_of(contact_id, SECRET) == SIGNATURES[contact_id]
    assert is_signed(contact_id, SIGNATURES[contact_id], SECRET)
    assert is_signed(contact_id, SIGNATURES[contact_id].upper(), SECRET)


@pytest.mark.parametrize(
    ("contact_id", "signature", "secret"),
    [
        pytest.param(7, None, SECRET, id="unsigned"),
        pytest.param(7, "", SECRET, id="blank"),
        pytest.param(None, SIGNATURES[7], SECRET, id="signed nothing"),
        pytest.param(7, SIGNATURES[7], None, id="no secret set"),
        pytest.param(7, SIGNATURES[7], "", id="blank secret"),
        pytest.param(8, SIGNATURES[7], SECRET, id="another's signature"),
        pytest.param(7, SIGNATURES[7], "another secret", id="another secret"),
        pytest.param(7, SIGNATURES[7][:-1], SECRET, id="cut short"),
        pytest.param(7, SIGNATURES[7][:-1] + "é", SECRET, id="not ASCII"),
        pytest.param(7, signature_of(7, ""), "", id="signed with nothing"),
    ],
)
def test_not_signed(contact_id: int | None, signature: str | None, secret: str | None) -> None:
    """Without the very signature under the very secret a contactId proves nothing."""
    assert not is_signed(contact_id, signature, secret)
