"""Which contact may get an event, and whether it must arrive: DELIVERY.md's rules and the truth.

Written down a second time on purpose, from what is true and not from what the relay keeps.
"""

from collections.abc import Mapping
from typing import Literal

from tests.simulation.run import Run
from tests.simulation.views import KnownView, ViewKey
from tests.simulation.visitors import DAY, HOUR

Fate = Literal["must", "may", "never"]

_FATES: tuple[Fate, ...] = ("must", "may", "never")

PARK = 30 * DAY
LAST_LOOK = 25 * HOUR
"""How long before its end a stranger is certainly asked about for the last time."""

LAG = 60.0
"""How long a ping that has just arrived may have no effect yet on what is sent."""


class Precedence:
    """The rules for one run, whether the relay or HubSpot resolves the usertokens."""

    def __init__(self, run: Run, views: Mapping[ViewKey, KnownView]) -> None:
        self._run = run
        self._truth = run.truth
        self._refuses_merged = run.hubspot.sandbox.config.merged_contact == "refuse"
        self._passes = run.scenario.settings.get("identity") == "passthrough"
        self._makes_media = run.hubspot.sandbox.config.unknown_media == "accept"
        self._bound: dict[str, tuple[str, float]] = {}
        firsts = (
            (report.at, report.hsenc, report.utk)
            for each in views.values()
            for report in each.reports
            if report.hsenc and report.utk
        )
        for at, hsenc, utk in sorted(firsts):
            self._bound.setdefault(hsenc, (utk, at))

    def right(self, view: KnownView, at: float) -> set[int]:
        """The contacts, by their last names, that an event kept at `at` may belong to."""
        found: set[int] = set()
        signed, utk = view.signed(at), view.utk(at)
        if signed is not None:
            found.add(signed)
            if not (self._refuses_merged and self._merged(signed, at)):
                return self._canonical(found)
        if utk in self._truth.known:
            contact, since = self._truth.known[utk]
            if since <= at:
                found.add(contact)
        mail = self._mail(view, at)
        if mail is not None and self._believed(view, at) != "never":
            found.add(mail)
        return self._canonical(found)

    def fate(self, view: KnownView, born: float, *, custom: bool = False) -> Fate:
        """The fate of a milestone that the relay could know of from `born` on.

        `custom`: as a custom event, which takes any medium and no link of a mail. But where
        usertokens are sent as they are, it waits for what the Media Bridge says of the play.
        """
        any_medium = custom and not self._passes
        if not (any_medium or view.view.medium.known or self._makes_media):
            return "never"
        end = born + PARK
        utk = view.utk(end)
        if utk in self._run.erased:
            return "may"
        signed = view.signed(end)
        if signed is not None and not (self._refuses_merged and self._merged(signed, end)):
            return "must"
        sent: Fate = "may" if signed is not None else "never"  # perhaps before it was merged
        known: Fate = "never"
        if utk in self._truth.known:
            since = self._truth.known[utk][1]
            known = "must" if since < end - LAST_LOOK else "may" if since < end else "never"
        by_mail: Fate = "never"
        if self._mail(view, end) is not None and not custom:
            by_mail = self._believed(view, born)
        return next(fate for fate in _FATES if fate in {known, by_mail, sent})

    def _mail(self, view: KnownView, by: float) -> int | None:
        hsenc = view.hsenc(by)
        return self._truth.mails.get(hsenc) if hsenc else None

    def _believed(self, view: KnownView, at: float) -> Fate:
        """Whether a mail's link is accepted: only with the usertoken that it first came with."""
        hsenc = view.hsenc(float("inf")) or ""
        utk, since = self._bound.get(hsenc, (None, 0.0))
        if utk is None or utk == view.utk(float("inf")):
            return "must"
        return "may" if at < since + LAG else "never"

    def _merged(self, contact: int, at: float) -> bool:
        return any(old == contact and when <= at for when, old, _ in self._truth.merges)

    def _canonical(self, contacts: set[int]) -> set[int]:
        return {self._truth.canonical(contact) for contact in contacts}
