"""Finds media as CRM objects, for `playrelay media` if HubSpot serves no media objects."""

from app.config import PREFIX, AccountSettings
from app.hubspot.client import HubSpotClient
from app.hubspot.oauth import Introspection
from app.media.objects import CrmMedia, object_types
from app.media.requester import Requester, Stopped


async def crm_media(
    account: AccountSettings, client: HubSpotClient, requester: Requester, app_id: int | None
) -> CrmMedia | Stopped:
    """Find out which CRM objects the app's media are. `app_id`: as the operator gave it."""
    settings = account.settings
    if not settings.may_set_provider:
        return Stopped(
            "only the app's definitions say which CRM objects its media are: set "
            f"{PREFIX}HUBSPOT_DEVELOPER_KEY, or {PREFIX}HUBSPOT_DEVELOPER_SCOPES with OAuth. "
            f"Or set {PREFIX}HUBSPOT_MEDIA_VERSION to another version. Events are sent all the same"
        )
    if app_id is None:
        known = await client.introspect()
        app_id = known.app_id if isinstance(known, Introspection) else None
    if app_id is None:
        return Stopped("HubSpot does not say which app it is: give its id with --app-id")
    key, routes = settings.hubspot_developer_key, settings.hubspot_routes
    types = await object_types(client, requester, routes["provider"], app_id, key)
    return types if isinstance(types, Stopped) else CrmMedia(client, routes["objects"], types)
