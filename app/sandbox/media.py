"""Media objects and the app's settings, exactly as HubSpot publishes their bodies (2026-09)."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from app.sandbox.schemas import Int64, Optional, StrictBody, not_as_published

MediaType = Literal["AUDIO", "DOCUMENT", "IMAGE", "OTHER", "VIDEO"]


class _Fields(StrictBody):
    """What may be said of a medium of any type. `duration`: the spec names no unit."""

    duration: Optional[Int64] = None
    file_url: Optional[str] = None
    details_page_link: Optional[str] = None
    thumbnail_url: Optional[str] = None
    poster_url: Optional[str] = None
    external_id: Optional[str] = None
    oembed_url: Optional[str] = None


class _VideoFields(_Fields):
    media_type: Literal["VIDEO"]
    bearer_token: Optional[str] = None
    transcript_url: Optional[str] = None


class _OtherFields(_Fields):
    media_type: Literal["AUDIO", "DOCUMENT", "IMAGE", "OTHER"]


class NewVideo(_VideoFields):
    """A video that is made."""

    title: str


class NewMedium(_OtherFields):
    """A medium of any other type that is made."""

    title: str


class ChangedVideo(_VideoFields):
    """What shall be otherwise about a video."""

    title: Optional[str] = None


class ChangedMedium(_OtherFields):
    """What shall be otherwise about a medium of any other type."""

    title: Optional[str] = None


class Provider(StrictBody):
    """Under which name the app's media stand in HubSpot. `updatedAt`: ms since the epoch."""

    updated_at: Int64
    name: Optional[str] = None
    module_name: Optional[str] = None
    allow_import_on_disconnect: Optional[bool] = None


class Visibility(StrictBody):
    """Where events of one type show."""

    event_type: Literal["ALL", "ATTENTION_SPAN", "MEDIA_PLAYS", "MEDIA_PLAYS_PERCENT"]
    updated_at: Int64
    show_in_reporting: Optional[bool] = None
    show_in_timeline: Optional[bool] = None
    show_in_workflows: Optional[bool] = None


New = Annotated[NewVideo | NewMedium, Field(discriminator="media_type")]
Change = Annotated[ChangedVideo | ChangedMedium, Field(discriminator="media_type")]

NEW: TypeAdapter[NewVideo | NewMedium] = TypeAdapter(New)
CHANGE: TypeAdapter[ChangedVideo | ChangedMedium] = TypeAdapter(Change)
PROVIDER = TypeAdapter(Provider)
VISIBILITY = TypeAdapter(Visibility)


def read(adapter: TypeAdapter[Any], body: object) -> dict[str, Any]:
    """What `body` says, by HubSpot's names; or a 400 that names every wrong field."""
    try:
        model = adapter.validate_python(body)
    except ValidationError as error:
        raise not_as_published(error) from None
    assert isinstance(model, BaseModel)  # noqa: S101 - each adapter is of a model
    said: dict[str, Any] = model.model_dump(by_alias=True, exclude_none=True)
    return said
