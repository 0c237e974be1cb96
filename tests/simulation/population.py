"""Seeded visitors: the same seed gives the same people, however many others there are."""

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from random import Random

from tests.simulation.clock import EPOCH
from tests.simulation.visitors import (
    DAY,
    HOUR,
    MINUTE,
    Carried,
    Medium,
    Page,
    Ping,
    Truth,
    View,
    Visitor,
)
from tests.simulation.watching import State, watch

SECRET = "a secret of the site's own server"
SITE = "https://www.example.com"

EVERYBODY: Mapping[str, float] = {
    "stranger": 35,
    "contact": 15,
    "later": 20,
    "nameless": 5,
    "recipient": 10,
    "forwarded": 7,
    "signed": 8,
}
"""Weights. `later`: a contact minutes, days or weeks afterwards. `nameless`: brings nothing at all.
`forwarded`: a recipient and a friend who opens the same mail."""


@dataclass(frozen=True, slots=True)
class Mix:
    """Which visitors, over how many days, and what goes wrong with them (shares of 1).

    `returns`: the share that comes once more, and of these again; `away`: how long, at most.
    `pace`: what the length of media and pauses is multiplied by. `unknown_media`: of 22 media two
    are unknown to HubSpot.
    """

    kinds: Mapping[str, float] = field(default_factory=lambda: EVERYBODY)
    days: float = 3.0
    returns: float = 0.3
    away: tuple[float, ...] = (10 * MINUTE, 5 * HOUR, DAY)
    pace: float = 1.0
    devices: float = 0.1
    clocks: float = 0.3
    merged: float = 0.15
    withdrawn: float = 0.05
    late_cookie: float = 0.3
    unknown_media: bool = True
    dead_mail: float = 0.05


CALM = Mix(
    clocks=0, merged=0, withdrawn=0, unknown_media=False, dead_mail=0, late_cookie=0, devices=0
)


def populate(seed: str, count: int, mix: Mix) -> Truth:
    """`count` visitors, and a few friends more."""
    truth = Truth(media=_media(mix))
    for number in range(count):
        _Maker(Random(f"{seed}/{number}"), number, mix, truth).party()  # noqa: S311 - repeatable
    return truth


def signature(contact_id: int) -> str:
    """As the site's own server makes it; good for longer than most runs take."""
    expires = int(EPOCH) + 31 * 24 * 60 * 60
    message = f"{contact_id}.{expires}".encode()
    return f"{expires}.{hmac.new(SECRET.encode(), message, hashlib.sha256).hexdigest()}"


def _media(mix: Mix) -> list[Medium]:
    spans = (100, 40, 20, 10, 4)
    known = [
        Medium(f"film-{n}", f"Film {n}", f"https://cdn.example.com/{n}.mp4", spans[n % 5], 1.0 + n)
        for n in range(20)
    ]
    unknown = [replace(known[n], external_id=f"lost-{n}", known=False) for n in range(2)]
    return known + (unknown if mix.unknown_media else [])


class _Maker:
    """Makes one visitor, or a recipient and a friend, into `truth`."""

    def __init__(self, rng: Random, number: int, mix: Mix, truth: Truth) -> None:
        self._rng = rng
        self._number = number
        self._mix = mix
        self._truth = truth
        self._id = 1_000_000 + 10 * number

    def party(self) -> None:
        kinds = self._mix.kinds
        (kind,) = self._rng.choices(list(kinds), list(kinds.values()))
        getattr(self, f"_{kind}")(self._rng.uniform(0, self._mix.days * DAY))

    def _stranger(self, begin: float) -> None:
        utk = self._utk("s")
        if self._chance(0.2):
            self._truth.seen[utk] = self._id + 9
        self._visits("stranger", begin, Carried(utk=utk))

    def _somebody(self, begin: float, known_at: float, name: str) -> None:
        utk = self._utk("c")
        self._known(utk, self._id, known_at)
        visitor = self._visits(name, begin, Carried(utk=utk))
        if self._chance(self._mix.devices):  # another device, known later or never
            other = self._utk("d")
            if self._chance(0.5):
                self._known(other, self._id, known_at + self._rng.uniform(0, 5 * DAY))
            self._visits(f"{name}-2", begin + self._rng.uniform(0, DAY), Carried(utk=other))
        if visitor.gone_at < float("inf") and self._chance(0.5):
            self._truth.erased[utk] = visitor.gone_at + MINUTE

    def _contact(self, begin: float) -> None:
        self._somebody(begin, 0.0, "contact")

    def _stranger_no_more(self) -> float:
        span = self._rng.choice((10 * MINUTE, 5 * HOUR, 3 * DAY, 24 * DAY))
        return self._rng.uniform(0.1, 1) * span

    def _later(self, begin: float) -> None:
        self._somebody(begin, begin + self._stranger_no_more(), "later")

    def _nameless(self, begin: float) -> None:
        self._visits("nameless", begin, Carried())

    def _recipient(self, begin: float) -> None:
        utk: str | None = self._utk("r") if self._chance(0.8) else None
        if utk and self._chance(0.5):
            self._known(utk, self._id, self._rng.choice((0.0, begin + self._stranger_no_more())))
        self._visits("recipient", begin, Carried(utk=utk, hsenc=self._mail()))

    def _forwarded(self, begin: float) -> None:
        mail, mine, friends = self._mail(), self._utk("r"), self._utk("f")
        if self._chance(0.5):
            self._known(mine, self._id, self._rng.choice((0.0, begin + self._stranger_no_more())))
        if self._chance(0.4):
            self._known(friends, self._id + 1, begin + self._stranger_no_more())
        self._visits("recipient", begin, Carried(utk=mine, hsenc=mail))
        late = self._rng.choice((0.5 * HOUR, 6 * HOUR, -2 * HOUR))
        carried = Carried(utk=friends if self._chance(0.8) else None, hsenc=mail)
        self._visits("friend", max(0.0, begin + late), carried)

    def _signed(self, begin: float) -> None:
        signed = self._chance(0.8)
        utk = self._utk("g") if self._chance(0.5) else None
        if utk and self._chance(0.5):
            # Another person's device: the signed contact counts.
            self._known(utk, self._id + 2, 0.0)
        self._exists(self._id, 0.0)
        self._visits("signed", begin, Carried(utk, None, self._id, signed))

    def _chance(self, share: float) -> bool:
        return self._rng.random() < share

    def _utk(self, kind: str) -> str:
        return hashlib.md5(f"{kind}{self._number}".encode()).hexdigest()  # noqa: S324 - a name

    def _mail(self) -> str:
        hsenc = f"p2ANqtz-{self._number:07d}"
        if not self._chance(self._mix.dead_mail):
            self._exists(self._id, 0.0)
            self._truth.mails[hsenc] = self._id
        return hsenc

    def _known(self, utk: str, contact: int, since: float) -> None:
        self._truth.known[utk] = (contact, since)
        self._exists(contact, since)

    def _exists(self, contact: int, since: float) -> None:
        if since <= 0:
            self._truth.contacts.add(contact)
        if self._chance(self._mix.merged) and contact not in self._merged():
            at = since + self._rng.choice((HOUR, 2 * DAY, 9 * DAY)) * self._rng.random()
            self._truth.contacts.add(contact + 5)
            self._truth.merges.append((at, contact, contact + 5))

    def _merged(self) -> set[int]:
        return {old for _, old, _ in self._truth.merges[-4:]}

    def _visits(self, name: str, begin: float, carried: Carried) -> Visitor:
        rng = self._rng
        visitor = Visitor(f"{name}-{self._number}", stamps=self._chance(0.9))
        if visitor.stamps and self._chance(self._mix.clocks):
            visitor.clock_error = rng.choice((-400 * DAY, -3 * DAY, -HOUR, 90.0, HOUR, 5 * DAY))
        while True:
            session = f"{name[:2]}{self._number}-{len(visitor.pings)}-{rng.randrange(16**6):06x}"
            visitor.pings += self._session(session, begin, carried)
            if not self._chance(self._mix.returns):
                break
            begin = visitor.pings[-1].at + rng.choice(self._mix.away) * rng.random()
        if self._chance(self._mix.withdrawn):
            visitor.gone_at = rng.choice(visitor.pings).at + 1
        self._truth.visitors.append(visitor)
        return visitor

    def _session(self, session: str, begin: float, carried: Carried) -> Iterator[Ping]:
        """One or two media in one session, and perhaps no cookie before the banner is answered."""
        rng = self._rng
        page = self._page(session, carried)
        cookie_at = begin
        if carried.utk and self._chance(self._mix.late_cookie):
            cookie_at += rng.choice((3.0, 30.0, 300.0))
        media = rng.sample(self._truth.media, 2 if self._chance(0.1) else 1)
        states: dict[str, tuple[View, State]] = {}
        moments: list[tuple[State, View]] = []
        for medium in media:
            view = View(session, medium, page)
            moments += [
                (state, view)
                for state in watch(rng, begin, medium.spans, medium.span_seconds, self._mix.pace)
            ]
        for state, view in sorted(moments, key=lambda moment: moment[0].at):
            states[view.medium.external_id] = (view, state)
            plays = tuple(states.values()) if self._chance(0.3) else ((view, state),)
            known = carried if state.at >= cookie_at else replace(carried, utk=None)
            yield Ping(state.at, known, plays)

    def _page(self, session: str, carried: Carried) -> Page:
        number = self._rng.randrange(50)
        kind = self._rng.choice(("own", "own", "hubspot", "referer"))
        if kind == "hubspot":
            return Page({"pageId": number + 1, "pageUrl": SITE}, None, {"pageId": number + 1})
        clean = f"{SITE}/films/{number}?topic=x{number}"
        link = f"{clean}&_hsmi=77&_hsenc={carried.hsenc or 'p2AN'}&gclid={session}#top"
        expected = {"pageUrl": clean, "externalPlayContext": "EXTERNAL_PAGE"}
        if kind == "referer":
            return Page({}, link, expected)
        said = {"pageUrl": link, "pageName": f"Film {number}"}
        if self._chance(0.2):
            said["externalPlayContext"] = "EMAIL"
        return Page(said, None, {**expected, **said, "pageUrl": clean})
