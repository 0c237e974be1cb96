"""A real store file with one event of each kind that the outbox verbs handle."""

import asyncio
from pathlib import Path

import msgspec

from app.config import Settings
from app.domain.media import Catalogue
from app.domain.milestones import MilestonePolicy
from app.domain.observation import ObservationPolicy
from app.domain.outcome import Delivered, Healthy, Rejected
from app.fold.folding import PureFolding
from app.runtime.stores import open_store
from app.store.policy import Quota
from app.store.records import InboxPing
from app.store.store import Store

UTK = "0123456789abcdef0123456789abcdef"
HSENC = "p2ANqtz-a-token-of-a-mail"
CONTACT = 4711
NOW = 1_790_000_000_000
QUOTA = Quota(100, 10_000)
FOLDING = PureFolding(
    ObservationPolicy(Catalogue()), MilestonePolicy(percents=(25, 50), send_played=False)
)


def fill(path: Path, account: str = "") -> None:
    """Event 1 delivered, 2 rejected (one play, by mail); 3 and 4 waiting (another, a stranger)."""
    asyncio.run(_fill(path, account))


async def _fill(path: Path, account: str) -> None:
    store = await open_store(Settings(database_url=f"sqlite:///{path}"), account=account)
    try:
        await _watch(store, session="by-mail", name="Launch film", _hsenc=HSENC)
        first = (await store.outbox.claim(NOW, 1_000)).job
        assert first is not None
        await store.outbox.settle(first, Delivered(CONTACT, 42, "mail"), Healthy(), NOW)
        second = (await store.outbox.claim(NOW, 1_000)).job
        assert second is not None
        refused = Rejected("refused", 400, "VALIDATION_ERROR", "no such media", "c-1")
        await store.outbox.settle(second, refused, Healthy(), NOW)
        await _watch(store, session="stranger", name="Tour", contactUtk=UTK)
    finally:
        await store.close()


async def _watch(store: Store, *, session: str, name: str, **who: str) -> None:
    """Store and fold one play that was watched to 60 %."""
    play = {
        "sessionId": session,
        "externalId": session,
        "mediaName": name,
        "mediaType": "VIDEO",
        "occurredTimestamp": NOW,
        "pageUrl": "https://www.example.com/launch",
        "playedPercent": 60,
    }
    await store.inbox.append(InboxPing(NOW, None, msgspec.json.encode(play | who)))
    await store.folding.fold(100, FOLDING, NOW)
