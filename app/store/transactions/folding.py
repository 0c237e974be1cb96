"""Fold inbox rows into plays and write newly due events, in one transaction.

Any number of replicas fold at once. Each takes rows that no other has locked, and locks the plays
that it changes until it has committed, in the order of their keys. Where two meet at a play or a
usertoken that both see for the first time, one of them starts again.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial

import msgspec
from msgspec.structs import replace

from app.domain.figures import changes as figure_changes
from app.domain.folding import Folded
from app.domain.observation import Observation
from app.domain.play import Play
from app.store.errors import Raced
from app.store.policy import StorePolicy
from app.store.records import FoldReport, FoldRules, InboxPing, Unfoldable
from app.store.rules.plays import columns_of, decode_play, encode_play
from app.store.transactions import figures
from app.store.transactions.events import ChangedPlay, add_events, held_or_due
from app.store.transactions.identities import Visitors, bind_mails, load_visitors
from app.store.transactions.lookups import ask_soon, introduce
from app.store.tx import Row, Tx

OLDEST_PINGS = """
    SELECT id, received_at, referer, body, site, waiting FROM (
        SELECT oldest.*, count(*) OVER () AS waiting,
            sum(length(body)) OVER (ORDER BY id) - length(body) AS bytes_before
        FROM (SELECT * FROM playrelay.inbox ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED) AS oldest
    ) AS measured
    WHERE bytes_before < $2 ORDER BY id
"""
DELETE_PINGS = "DELETE FROM playrelay.inbox WHERE id = ANY ($1::bigint[])"
SET_ASIDE = """
    INSERT INTO playrelay.quarantine (received_at, referer, body, site, fault)
    VALUES ($1, $2, $3, $4, $5)
"""
LOCK_PLAY = """
    SELECT view, state, attributed FROM playrelay.plays WHERE view = $1 FOR NO KEY UPDATE
"""
ADD_PLAY = """
    INSERT INTO playrelay.plays
        (view, session, pings, begun_at, received_at, settles_at, utk, contact_id, mail,
            medium, covered, started, viewer, trait, state)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15::json)
    ON CONFLICT (view) DO NOTHING RETURNING view, id
"""
SAVE_PLAY = """
    UPDATE playrelay.plays SET session = $2,
        pings = pings + $3, begun_at = least(begun_at, $4), received_at = greatest(received_at, $5),
        settles_at = $6, utk = $7, contact_id = $8, mail = $9, medium = $10, covered = $11,
        started = $12, viewer = $13, trait = $14, state = $15::json
    WHERE view = $1 RETURNING view, id
"""

MOST_PLAYS = 100
"""Plays in one transaction, unless a single ping has more: a ping costs as much as its plays."""

MOST_BYTES = 256 * 1024
"""Bytes of pings in one transaction; the last ping may exceed it."""

STEP = 10
"""Rows or plays that are processed before the event loop gets a turn."""


class _ReadPing(msgspec.Struct, frozen=True):
    """A row of the inbox, and its observations, or why it has none."""

    row: int
    ping: InboxPing
    observations: list[Observation]
    fault: str = ""


Rows = Sequence[_ReadPing]


class _SeenPlay(msgspec.Struct, frozen=True):
    """A view in this batch: its play before, the observations, when its pings arrived."""

    view: bytes
    before: Play | None
    attributed: bool
    folded: Folded
    received: list[int]


async def fold_inbox(
    tx: Tx, policy: StorePolicy, limit: int, rules: FoldRules, now: int
) -> FoldReport:
    """Fold the oldest `limit` rows of the inbox that no other process is folding.

    It takes fewer if they are expensive: a transaction delays all others, and strangers write
    pings.
    """
    oldest = await tx.rows(OLDEST_PINGS, limit, MOST_BYTES)
    if not oldest:
        return FoldReport()
    rows = await _read(tx, rules, oldest)
    await tx.change(DELETE_PINGS, [each.row for each in rows])
    fold = partial(_fold_rows, tx, policy, rules, now)
    report = await _attempt(tx, partial(fold, rows))
    if isinstance(report, Unfoldable):
        # One row breaks the fold: find it by folding each row alone, and set it aside.
        report = FoldReport()
        for row in rows:
            alone = await _attempt(tx, partial(fold, [row]))
            if isinstance(alone, Unfoldable):
                await _set_aside(tx, row.ping, alone.fault)
                alone = FoldReport(rows=1, unfoldable=1)
            report = report.plus(alone)
    waiting = oldest[0][-1]
    return replace(report, full=waiting >= limit or len(rows) < waiting)


async def _read(tx: Tx, rules: FoldRules, oldest: Sequence[Row]) -> Rows:
    """Decode rows until there are enough plays. In between, pings are answered."""
    read: list[_ReadPing] = []
    plays = since = 0
    for row, received_at, referer, body, site, _ in oldest:
        ping = InboxPing(received_at, referer, body, site)
        observed = rules.observe(ping)
        if isinstance(observed, Unfoldable):
            each = _ReadPing(row, ping, [], observed.fault)
        else:
            each = _ReadPing(row, ping, observed)
        plays += len(each.observations)
        if read and plays > MOST_PLAYS:
            break
        read.append(each)
        since += 1 + len(each.observations)
        if since > STEP:
            since = 0
            await tx.checkpoint()
    return read


async def _attempt(tx: Tx, fold: Callable[[], Awaitable[FoldReport]]) -> FoldReport | Unfoldable:
    """The report, or the error, with nothing changed. The store's own errors are raised."""
    try:
        async with tx.savepoint():
            return await fold()
    except Exception as error:
        if tx.is_store_fault(error):
            raise
        return Unfoldable.because(error)


async def _fold_rows(
    tx: Tx, policy: StorePolicy, rules: FoldRules, now: int, rows: Rows
) -> FoldReport:
    unfoldable = 0
    views: dict[bytes, list[Observation]] = defaultdict(list)
    for each in rows:
        if each.fault:
            await _set_aside(tx, each.ping, each.fault)
            unfoldable += 1
        for observation in each.observations:
            views[observation.play_id].append(observation)
    locked = await tx.each_row(LOCK_PLAY, [(view,) for view in sorted(views)])
    known = {view: (decode_play(state), bool(attributed)) for view, state, attributed in locked}
    changed = []
    for number, (view, seen) in enumerate(views.items()):
        if number % STEP == 0:
            await tx.checkpoint()
        before, attributed = known.get(view, (None, False))
        folded = rules.fold(before, seen)
        if folded.play != before:
            received = [observation.received_at for observation in seen]
            changed.append(_SeenPlay(view, before, attributed, folded, received))
    events, begun = await _write(tx, policy, changed, now)
    await figures.count_activity(tx, now, begun, pings=len(rows), events=events)
    said = [observation for each in rows for observation in each.observations]
    hurried = await ask_soon(tx, policy, said, now)
    return FoldReport(len(rows), len(views), events, unfoldable, hurried)


async def _write(
    tx: Tx, policy: StorePolicy, changed: Sequence[_SeenPlay], now: int
) -> tuple[int, Mapping[int, int]]:
    """Write visitors, plays and events; returns how many events.

    Also returns how many plays are new, by the slot in which they began.
    """
    if not changed:
        return 0, {}
    visitors = await _visitors(tx, policy, changed, now)
    changed = [
        replace(seen, folded=held_or_due(seen.folded, visitors, policy.identity))
        for seen in changed
    ]
    new = [seen for seen in changed if seen.before is None]
    old = [seen for seen in changed if seen.before is not None]
    added = await tx.each_row(ADD_PLAY, _rows_of(new, policy.settle_ms)) if new else []
    if len(added) < len(new):
        raise Raced
    saved = await tx.each_row(SAVE_PLAY, _rows_of(old, policy.settle_ms)) if old else []
    ids = {view: row for view, row in (*added, *saved)}  # noqa: C416 - rows are no pairs
    changes = [
        ChangedPlay(ids[seen.view], seen.before, seen.folded, seen.attributed) for seen in changed
    ]
    events = await add_events(tx, changes, visitors, policy.identity, now)
    moves = ((seen.before, seen.folded.play, seen.attributed) for seen in changed)
    return events, await figures.add_figures(tx, figure_changes(moves))


async def _set_aside(tx: Tx, ping: InboxPing, fault: str) -> None:
    fault = fault.replace("\0", "")  # PostgreSQL keeps no NUL in text
    await tx.change(SET_ASIDE, ping.received_at, ping.referer, ping.body, ping.site, fault)


async def _visitors(
    tx: Tx, policy: StorePolicy, changed: Sequence[_SeenPlay], now: int
) -> Visitors:
    """What is known of all visitors, locked until the transaction's end.

    New visitors, and those who just became identifiable, are listed for a look-up; email links are
    bound to the visitors who bring them.
    """
    plays = [seen.folded.play for seen in changed]
    await bind_mails(tx, plays, now)
    before = [seen.before for seen in changed if seen.before is not None]
    visitors = await load_visitors(tx, [*plays, *before], lock=True)
    moves = [(seen.before, seen.folded.play) for seen in changed]
    await introduce(tx, policy, moves, visitors.listed, now)
    return visitors


def _rows_of(several: Sequence[_SeenPlay], settle_ms: int) -> list[tuple[object, ...]]:
    """The rows of `plays`, in the order of their keys."""
    rows = []
    for seen in sorted(several, key=lambda seen: seen.view):
        play = seen.folded.play
        state = encode_play(play).decode()
        rows.append((seen.view, *columns_of(play, seen.received, settle_ms), state))
    return rows
