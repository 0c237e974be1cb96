"""Behind a pooler in transaction mode no state of a session may matter."""

import asyncio
from collections import Counter
from contextlib import AsyncExitStack

from app.domain.outcome import Delivered
from app.store.postgres.database import open_postgres
from tests.store.postgres.pooler import CONNECTIONS, pooled
from tests.store.setting import ALL, FOLDING, LEASE, NOW, QUOTA, arrive, entries, policy, settle

DELIVERED = Delivered(contact_id=7, media_bridge_id=42, source="passthrough")
STORES = CONNECTIONS + 1


async def test_the_whole_way_through_a_pooler(url: str) -> None:
    """More stores than the pooler has connections, all at once: each event delivered once."""
    with pooled(url) as address:
        async with AsyncExitStack() as stack:
            stores = [await open_postgres(address, policy("passthrough")) for _ in range(STORES)]
            for store in stores:
                stack.push_async_callback(store.close)
            await asyncio.gather(
                *(
                    arrive(stores[n % STORES], sessionId=f"s{n}", playedPercent=30)
                    for n in range(60)
                )
            )
            await asyncio.gather(*(s.folding.fold(ALL, FOLDING, NOW) for s in stores))
            sent: Counter[int] = Counter()
            for _ in range(40):
                claims = await asyncio.gather(*(s.outbox.claim(NOW, LEASE) for s in stores))
                for store, claim in zip(stores, claims, strict=True):
                    if claim.job is not None:
                        sent[claim.job.id] += 1
                        await settle(store, claim.job, DELIVERED)
            await stores[0].maintenance.maintain(NOW, ALL)
            kept = await entries(stores[0], "delivered")
        assert len(kept) == len(sent) == min(QUOTA.rate, 120)
        assert set(sent.values()) == {1}
