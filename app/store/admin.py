"""The parts of the store for people, through the console or the command line."""

from collections.abc import Mapping, Sequence

from app.domain.identity import IdentityMode
from app.domain.media import Medium
from app.domain.outcome import Status
from app.domain.period import Period
from app.domain.traits import Traits
from app.store import erasing
from app.store.console_records import AuditEntry
from app.store.event_reports import (
    Action,
    Depths,
    Family,
    MediumRefusal,
    OnProgress,
    OutboxEntry,
    PlayHistory,
    RejectedEvent,
    Selection,
)
from app.store.reports import (
    Choices,
    Day,
    FilteredReport,
    Match,
    MediumFigures,
    MediumReport,
    Order,
    Point,
    Viewers,
    WatchedByContact,
    WatcherPage,
)
from app.store.transactions import (
    admin,
    figure_reports,
    filtered,
    history,
    personal_data,
    refused_media,
    rejections,
    viewers,
    watchers,
)
from app.store.tx import Database, Part


class FigureReports(Part):
    """Figures of plays. `plays_kept_ms`: how long plays are kept, at least."""

    def __init__(self, database: Database, plays_kept_ms: int) -> None:
        super().__init__(database)
        self.plays_kept_ms = plays_kept_ms

    async def days(self, period: Period) -> list[Day]:
        """Each day of the period with any activity, in order."""
        return await self._read(figure_reports.days, period)

    async def media(
        self,
        order: Order,
        period: Period | None,
        limit: int,
        after: tuple[int, int] | None = None,
    ) -> list[MediumFigures]:
        """The media played last, or most (ever), with their figures of a period (None: without).

        `after`: the (last_day or plays, id) of the previous page's last medium.
        """
        return await self._read(figure_reports.media, order, period, limit, after)

    async def played(self, period: Period, search: str = "") -> list[MediumFigures]:
        """The media played in a period that match a search; at most `MEDIA_SORTED`."""
        return await self._read(figure_reports.played, period, search)

    async def of_ids(self, media: Sequence[int]) -> list[MediumFigures]:
        """These media, as far as they exist, without figures of a period."""
        return await self._read(figure_reports.of_ids, media)

    async def medium(
        self, medium: int, period: Period, pages: int, *, compared: bool = False
    ) -> MediumReport | None:
        """One medium, with at most so many pages; `compared`: with as many days before."""
        return await self._read(figure_reports.medium, medium, period, pages, compared=compared)

    async def filtered(
        self, medium: int, period: Period, wanted: Traits, pages: int, *, compared: bool = False
    ) -> FilteredReport | None:
        """One medium for some of its plays; their viewers among the plays that are still kept."""
        return await self._read(filtered.filtered, medium, period, wanted, pages, compared=compared)

    async def choices(self, medium: int, period: Period) -> Choices | None:
        """The values by which the plays of a medium in a period can be filtered."""
        return await self._read(filtered.choices, medium, period)

    async def viewers_of_all(self, period: Period) -> Viewers:
        """The number of different visitors of all media played in a period, as above."""
        return await self._read(viewers.viewers_of_all, period)

    async def viewers(self, medium: int, period: Period) -> Viewers:
        """The number of different visitors of a medium, among the plays that are still kept."""
        return await self._read(viewers.viewers, medium, period)


class Watchers(Part):
    """The contacts who watched: those on whom HubSpot has put plays, as long as these are kept."""

    async def of_media(
        self,
        media: Sequence[int],
        over: int,
        match: Match,
        limit: int,
        after: Point | None = None,
    ) -> WatcherPage:
        """Who covered at least `over` percent of any, or of all, of the media; furthest first."""
        return await self._read(watchers.watchers, media, over, match, limit, after)

    async def of_contact(self, contact_id: int, limit: int) -> list[WatchedByContact]:
        """What a contact has watched: at most so many media, the latest first."""
        return await self._read(watchers.watched_by, contact_id, limit)


class History(Part):
    """Plays with their history."""

    def __init__(self, database: Database, mode: IdentityMode) -> None:
        super().__init__(database)
        self._mode = mode

    async def latest(self, limit: int) -> list[PlayHistory]:
        """The plays with the latest pings, the latest first."""
        return await self._read(history.latest, self._mode, limit)

    async def of_session(self, session_id: str, limit: int = 20) -> list[PlayHistory]:
        """The plays of a session, the latest first."""
        return await self._plays(history.OF_SESSION, session_id, limit)

    async def of_utk(self, utk: str, limit: int = 20) -> list[PlayHistory]:
        """The plays of a usertoken, the latest first."""
        return await self._plays(history.OF_UTK, utk, limit)

    async def of_contact(self, contact_id: int, limit: int = 20) -> list[PlayHistory]:
        """The plays of a contact, the latest first."""
        return await self._plays(history.OF_CONTACT, contact_id, limit)

    async def _plays(self, query: str, who: str | int, limit: int) -> list[PlayHistory]:
        return await self._read(history.plays_of, self._mode, query, who, limit)


class Rejections(Part):
    """What HubSpot refused: events and media."""

    def __init__(self, database: Database, mode: IdentityMode) -> None:
        super().__init__(database)
        self._mode = mode

    async def families(self, limit: int) -> list[Family]:
        """The kinds of rejections, at most so many."""
        return await self._read(rejections.families, limit)

    async def events(self, family: str, limit: int, before: int | None) -> list[RejectedEvent]:
        """Rejected events of a kind, the latest first; `before`: only lower ids."""
        return await self._read(rejections.rejected, self._mode, family, limit, before)

    async def change(
        self, action: Action, selection: Selection, note: int, limit: int, now: int
    ) -> int:
        """Apply the action to `limit` of the selected, add their number to the note; returns it."""
        changed = await self._write(rejections.change_rejected, action, selection, note, limit, now)
        if changed and action == "requeue":
            self._database.notify("due")
        return changed

    async def media(self, now: int, limit: int) -> list[MediumRefusal]:
        """The media that HubSpot refuses at present, those with the longest suspension first.

        Their suspension has not ended, or ended less than `REFUSED_FOR_MS` ago.
        """
        return await self._read(refused_media.refused_media, now, limit)

    async def of_media(self, media: Sequence[Medium]) -> Mapping[str, MediumRefusal]:
        """HubSpot's last answer for those of these media that it refused last, by `Medium.ids`."""
        return await self._read(refused_media.refusals, media)


class Admin(Part):
    """What an operator reads from the store and changes by hand."""

    async def depths(self, now: int, most: int | None = None) -> Depths:
        """How many rows have which status. `most`: where counting stops; None: nowhere."""
        return await self._read(admin.depths, now, most)

    async def events(self, status: Status | None, limit: int) -> list[OutboxEntry]:
        """The newest events of the outbox, with one status or with any."""
        return await self._read(admin.events, status, limit)

    async def event(self, event_id: int) -> OutboxEntry | None:
        """One event."""
        return await self._read(admin.event, event_id)

    async def requeue(self, event_ids: Sequence[int], now: int) -> int:
        """Make waiting, rejected, unattributed or discarded events due again."""
        requeued = await self._write(admin.requeue, event_ids, now)
        if requeued:
            self._database.notify("due")
        return requeued

    async def discard(self, event_ids: Sequence[int], now: int) -> int:
        """Give these events up, unless they are delivered."""
        return await self._write(admin.discard, event_ids, now)

    async def forget(
        self,
        *,
        utk: str | None,
        contact_id: int | None,
        progress: OnProgress = lambda _count: None,
        dry_run: bool = False,
    ) -> int:
        """Erase a visitor everywhere; returns how many plays and unread pings were deleted.

        This takes many transactions: after an error, call it again to erase the rest. `progress`:
        called with the number of unread pings searched so far; from any thread. `dry_run`: only
        count.
        """
        work = erasing.count if dry_run else erasing.forget
        return await work(self._database, utk, contact_id, progress)

    async def personal_data(
        self, *, utk: str | None, contact_id: int | None
    ) -> personal_data.PersonalData:
        """Everything that is stored about a visitor."""
        return await self._read(personal_data.personal_data, utk, contact_id)

    async def note(self, who: str, what: str, subject: str, now: int, count: int = 0) -> int:
        """Record a change; returns the note's id, to which numbers can be added."""
        return await self._write(admin.note, who, what, subject, now, count)

    async def audit_log(self, limit: int, before: int | None = None) -> list[AuditEntry]:
        """The changes, the latest first; `before`: only lower ids."""
        return await self._read(admin.audit_log, limit, before)
