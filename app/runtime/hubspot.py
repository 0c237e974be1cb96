"""Connects an account to HubSpot, or to a sandbox inside this process."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

from app.config import Settings
from app.hubspot.client import HubSpotClient, make_http
from app.hubspot.endings import Signs
from app.hubspot.exchange import Exchange
from app.hubspot.window import RateWindow
from app.runtime.credentials import oauth_app, token_source
from app.runtime.environment import Environment
from app.sandbox.ledger import Ledger
from app.store.errors import StoreError
from app.store.store import Store
from app.telemetry.metrics import Metrics


@asynccontextmanager
async def connect_hubspot(
    settings: Settings,
    store: Store,
    metrics: Metrics,
    ledger: Ledger | None,
    environment: Environment | None = None,
    signs: Signs | None = None,
) -> AsyncIterator[HubSpotClient]:
    """A client for HubSpot; with a `ledger`, for an embedded sandbox that writes into it.

    `signs`: records what answers say about the end of their endpoints.
    """
    world = environment or Environment()
    async with AsyncExitStack() as stack:
        base_url = settings.hubspot_base_url
        if ledger is not None:
            from app.runtime.sandbox import embedded_sandbox  # noqa: PLC0415 - none is loaded elsewhere

            sandbox = embedded_sandbox(settings.hubspot_rate, ledger, world.clock)
            base_url = await stack.enter_async_context(sandbox)
        http = await stack.enter_async_context(make_http(world.transport))
        exchange = Exchange(
            http,
            base_url,
            world.clock,
            observe=metrics.observe_request,
            signs=signs,
            window=RateWindow(settings.hubspot_rate, world.window_seconds),
        )
        tokens = token_source(settings, exchange, store, world.clock)
        client = HubSpotClient(
            exchange,
            tokens,
            events=settings.hubspot_routes["events"],
            media=settings.hubspot_routes["media"],
            custom=settings.hubspot_routes["custom"],
            names=settings.hubspot_routes["names"],
            app=oauth_app(settings),
            keep_account=None if settings.sandboxed else partial(_keep_account, store),
        )
        stack.push_async_callback(client.aclose)
        yield client


async def _keep_account(store: Store, account_id: int) -> bool:
    """Save it; returns whether that worked. The event that was sent does not depend on it."""
    try:
        await store.tokens.keep_account(account_id)
    except StoreError:
        return False
    return True
