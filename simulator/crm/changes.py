"""Who changed a record, and what changed: the two values that property history and webhook events are made of.

Source types seen in real answers: INTEGRATION (an app's token; the id is the app id), CRM_UI (a person; `userId:123`), IMPORT,
API, CALCULATED. The full list is not published.
Source: https://developers.hubspot.com/docs/api-reference/webhooks-webhooks-v3/guide (read 2026-09).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

ChangeKind = Literal["creation", "propertyChange", "deletion", "merge", "restore", "associationChange", "privacyDeletion"]


@dataclass(frozen=True)
class Source:
    """Where a write came from; `type` is the event's changeSource and the history's sourceType."""

    type: str
    id: str
    label: str | None = None
    user_id: int | None = None

    @classmethod
    def app(cls, app_id: int, user_id: int | None = None) -> "Source":
        """A write with an app's OAuth token."""
        return cls("INTEGRATION", str(app_id), None, user_id)

    @classmethod
    def person(cls, user_id: int) -> "Source":
        """A person's edit in HubSpot's pages."""
        return cls("CRM_UI", f"userId:{user_id}", None, user_id)


CALCULATED = Source("CALCULATED", "", None)


@dataclass(frozen=True)
class Change:
    """One thing that happened to a record, in the words of the webhook events; fields that do not apply stay empty."""

    kind: ChangeKind
    object_type: str
    object_id: str
    occurred_at_ms: int
    source: Source
    property_name: str | None = None
    property_value: str | None = None
    primary_id: str | None = None
    merged_ids: tuple[str, ...] = ()
    new_id: str | None = None
    properties_moved: int = 0
    from_type: str | None = None
    to_type: str | None = None
    from_id: str | None = None
    to_id: str | None = None
    type_id: int | None = None
    removed: bool = False
    is_primary: bool = False


Listener = Callable[[int, Sequence[Change]], None]
