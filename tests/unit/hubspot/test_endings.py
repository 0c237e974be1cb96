"""When versions of HubSpot's API end."""

import pytest

from app.doctor.endings import examine_endings
from app.domain.timestamps import DAY_MS
from app.hubspot.client import make_http
from app.hubspot.endings import (
    ENDINGS,
    LABELS,
    WARN_MS,
    Signs,
    Use,
    ending_of,
    in_use,
    time_of,
)
from app.hubspot.exchange import Call, Exchange
from tests.unit.hubspot.server import always, serving

VERSIONS: dict[Use, str] = {"events": "v1", "oauth": "2026-03", "contacts": "v1"}
END = time_of("2027-09")


@pytest.mark.parametrize(
    ("use", "version", "ends"),
    [
        ("events", "v1", "2027-09"),
        ("oauth", "v1", "2027-02-16"),
        ("oauth", "v3", "2027-09"),
        ("contacts", "v1", "2027-09"),
        ("media", "v4", "2027-03-30"),
        ("events", "2026-03", "2027-09"),
        ("media", "2026-09", "2028-03"),
        ("media", "2025-09", "2027-03"),
    ],
)
def test_each_version_has_its_end(use: Use, version: str, ends: str) -> None:
    """Each version ends as HubSpot's notices say; a dated version 18 months after its month."""
    line = ending_of(use, version)
    assert line is not None
    assert line.ends == ends
    assert line.source.startswith("https://developers.hubspot.com/")


def test_nothing_is_made_up_about_other_versions() -> None:
    """No end is claimed for a version about which nothing is published."""
    assert ending_of("events", "v9") is None
    (only,) = in_use({"events": "v9"})
    assert str(only) == "sending events (v9): no end is known"
    assert not only.is_near(END)


def test_every_line_of_the_table_counts() -> None:
    """No line is hidden behind another."""
    for line in ENDINGS:
        uses = LABELS if line.use == "any" else [line.use]
        assert any(ending_of(use, line.version) == line for use in uses)


def test_the_first_to_end_comes_first() -> None:
    """The version that ends first comes first, after those that have ended."""
    signs = Signs()
    signs.keep_sunset("token", END - 90 * DAY_MS)
    assert [each.use for each in in_use(VERSIONS, signs)] == ["oauth", "contacts", "events"]
    signs.keep_gone("contacts", gone=True)
    assert [each.use for each in in_use(VERSIONS, signs)] == ["contacts", "oauth", "events"]


def test_the_doctor_warns_half_a_year_ahead() -> None:
    """Before that it only says when; a warning is no fault."""
    endings = in_use(VERSIONS)
    early = examine_endings(endings, END - WARN_MS)
    assert not early.advice
    assert "sending events (v1): 2027-09" in early.says
    late = examine_endings(endings, END - WARN_MS + 1)
    assert (late.is_fault, late.is_warning) == (False, True)
    assert "PLAYRELAY_HUBSPOT_API_VERSION" in late.advice
    assert "in 179 days" in late.says
    assert "1 day ago" in examine_endings(endings, END + DAY_MS).says


def test_what_is_gone_is_a_fault() -> None:
    """A version that is gone is a fault, with a remedy."""
    signs = Signs()
    signs.keep_gone("contacts", gone=True)
    finding = examine_endings(in_use(VERSIONS, signs), END - 2 * WARN_MS)
    assert finding.is_fault
    assert finding.says == "look-up of usertokens (v1) is gone"
    assert "PLAYRELAY_IDENTITY=passthrough" in finding.advice


@pytest.mark.parametrize(
    ("header", "at"),
    [
        ("Wed, 01 Sep 2027 00:00:00 GMT", END),
        ("soon", None),
        ("", None),
    ],
)
async def test_a_sunset_header_is_kept(header: str, at: int | None) -> None:
    """The time that HubSpot's own answers name counts, whatever the table says."""
    signs = Signs()
    async with serving(always(200, {}, {"Sunset": header})) as server, make_http() as http:
        exchange = Exchange(http, server.url, lambda: 0, signs=signs)
        await exchange.ask(Call("contacts", "GET", "/contacts"))
    assert signs.sunsets.get("contacts") == at
    found = {each.use: each for each in in_use(VERSIONS, signs)}
    assert ("Sunset" in found["contacts"].means) is (at is not None)
