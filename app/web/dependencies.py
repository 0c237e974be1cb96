"""Dependencies of routes: the relay, and the account that a request names."""

from typing import Annotated

from fastapi import Depends, HTTPException, Request

from app.runtime.relay import Account, Relay


def relay_of(request: Request) -> Relay:
    """The relay that serves this request."""
    relay: Relay = request.app.state.relay
    return relay


TheRelay = Annotated[Relay, Depends(relay_of)]


def account_of(relay: TheRelay, account: str | None = None) -> Account:
    """The account that `?account=` names; the first where it names none."""
    name = next(iter(relay.accounts)) if account is None else account
    if name not in relay.accounts:
        raise HTTPException(404, "there is no such account")
    return relay.accounts[name]


TheAccount = Annotated[Account, Depends(account_of)]
