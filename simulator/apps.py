"""The apps that developers have registered: credentials, scopes, redirect addresses, webhook subscriptions
and event types.

Source: https://developers.hubspot.com/docs/apps/developer-platform/add-features/configure-webhooks (read 2026-09).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Subscription:
    """One webhook subscription of an app. `type` is `contact.creation`, `object.propertyChange`, ...

    `property_name` is needed by propertyChange; `object_type` (plural name) only by the generic `object.*` types.
    """

    id: int
    type: str
    property_name: str | None = None
    object_type: str | None = None
    active: bool = True


@dataclass(frozen=True)
class EventType:
    """One app event type. `object_type` in HubSpot's capitals (`CONTACT`); `properties`: the declared ones by name, each with its type."""

    uid: str
    object_type: str
    name: str = ""
    header_template: str = ""
    detail_template: str = ""
    properties: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class App:
    """A registered app. `webhook_target_url` None means that it gets no webhooks."""

    app_id: int
    client_id: str
    client_secret: str = field(repr=False)
    redirect_urls: tuple[str, ...] = ()
    required_scopes: tuple[str, ...] = ("oauth",)
    optional_scopes: tuple[str, ...] = ()
    conditionally_required_scopes: tuple[str, ...] = ()
    webhook_target_url: str | None = None
    subscriptions: tuple[Subscription, ...] = ()
    name: str = "Sample app"
    max_concurrent_requests: int = 10
    event_types: tuple[EventType, ...] = ()

    @property
    def declared_scopes(self) -> frozenset[str]:
        """Every scope that the app's configuration names; any other blocks the install."""
        return frozenset((*self.required_scopes, *self.optional_scopes, *self.conditionally_required_scopes))
