"""Gives up an installation: HubSpot revokes its tokens, then the store forgets them."""

from app.hubspot.answers import Answer
from app.hubspot.exchange import Exchange
from app.hubspot.oauth import OAuthApp, revoke_call, revoke_result
from app.hubspot.results import Trouble
from app.hubspot.seal import SealedVault
from app.store.account import Tokens


async def disconnect(
    exchange: Exchange, app: OAuthApp, vault: SealedVault, store: Tokens
) -> Trouble | None:
    """Revoke and forget the tokens; without any, nothing. What stood in the way, or None.

    Nothing is forgotten unless HubSpot has revoked it, so that it can be tried again. Raises
    StoreError and SealError.
    """
    async with store.exclusive():  # a token renewal in progress ends first
        token = await vault.load()
        if token is None:
            return None
        answer = await exchange.ask(revoke_call(app, token.refresh_token))
        trouble = revoke_result(answer) if isinstance(answer, Answer) else answer
        if trouble is None:
            await store.forget()
        return trouble
