"""The addresses of contacts' records at HubSpot."""

from app.runtime.relay import Account


async def record_address(account: Account) -> str:
    """The address of a contact's record, without the contact's number at its end.

    Empty while the account's number is not known, and in the sandbox, which has no pages.
    """
    settings = account.settings
    if settings.sandboxed:
        return ""
    number = await account.store.tokens.account_id()
    if number is None:
        return ""
    return f"{settings.hubspot_app_url}/contacts/{number}/record/0-1/"
