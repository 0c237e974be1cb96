"""The media objects that were made through the API, in order of their ids."""

from collections.abc import Mapping
from typing import Any

FIRST_ID = 2**36
"""Beyond 2**32, so that nobody gets by with an int32."""


class MediaObjects:
    """Objects by id, with HubSpot's field names; times are ISO 8601, as the caller gives them."""

    def __init__(self) -> None:
        self._objects: dict[int, dict[str, Any]] = {}
        self._next = FIRST_ID

    def make(self, fields: Mapping[str, Any], now: str) -> dict[str, Any]:
        """A new object. HubSpot does not return a `bearerToken`, so it is left out."""
        made = {**_shown(fields), "id": str(self._next), "createdAt": now, "updatedAt": now}
        self._objects[self._next] = made
        self._next += 1
        return made

    def change(self, object_id: int, fields: Mapping[str, Any], now: str) -> dict[str, Any] | None:
        """The object with these fields replaced; None: no such object of that type."""
        known = self.find(object_id, fields["mediaType"])
        if known is None:
            return None
        self._objects[object_id] = {**known, **_shown(fields), "updatedAt": now}
        return self._objects[object_id]

    def find(self, object_id: int, media_type: str) -> dict[str, Any] | None:
        """One object, if it is of that type."""
        found = self._objects.get(object_id)
        return found if found is not None and found["mediaType"] == media_type else None

    def remove(self, object_id: int) -> None:
        """Take it away."""
        del self._objects[object_id]

    def page(
        self, media_type: str, after: int, limit: int
    ) -> tuple[list[dict[str, Any]], int | None]:
        """Up to `limit` objects of a type with ids above `after`, and the next `after` if any."""
        ids = [
            each
            for each in sorted(self._objects)
            if each > after and self._objects[each]["mediaType"] == media_type
        ]
        shown = ids[:limit]
        return [self._objects[each] for each in shown], shown[-1] if len(ids) > limit else None

    def by_external_id(self) -> Mapping[str, int]:
        """Ids by externalId; of two with the same the older counts."""
        return {
            made["externalId"]: each
            for each, made in sorted(self._objects.items(), reverse=True)
            if "externalId" in made
        }


def _shown(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {k: value for k, value in fields.items() if k not in {"bearerToken", "transcriptUrl"}}
