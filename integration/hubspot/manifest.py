"""What our app asks of a portal: each scope once, with the reason an admin may read and the feature that ends without it.

The consent page, `app.json`, the doctor and the admin guide are all rendered from here. Required are only those without which nothing
works. Source: https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/scopes and
https://developers.hubspot.com/docs/apps/developer-platform/build-apps/app-configuration (read 2026-11).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

from integration.hubspot.objects import COMPANIES, CONTACTS, DEALS, PropertyDeclaration

APP_NAME: Final = "Leadlight"
APP_UID: Final = "leadlight"
CALLBACK_PATH: Final = "/oauth/callback"
WEBHOOK_PATH: Final = "/webhooks/hubspot"
PROPERTY_GROUP: Final = "leadlight"
PROPERTY_GROUP_LABEL: Final = "Leadlight"
TIMELINE_EVENT_UIDS: Final[Mapping[str, str]] = {CONTACTS: "leadlight_contact_moved", COMPANIES: "leadlight_company_moved"}
"""Names the event type of each object type, in the uploaded project and in every call that sends one."""

ScopeKind = Literal["required", "conditional", "optional"]


@dataclass(frozen=True)
class Scope:
    """A right we ask for. `feature` is what is switched off where it was not granted; empty for required scopes."""

    name: str
    reason: str
    kind: ScopeKind = "required"
    feature: str = ""


@dataclass(frozen=True)
class Manifest:
    """The scopes of the app."""

    scopes: tuple[Scope, ...]

    @property
    def asked_scopes(self) -> tuple[str, ...]:
        """What goes into the consent address as `scope`."""
        return self.required_scopes + self._names("conditional")

    @property
    def required_scopes(self) -> tuple[str, ...]:
        return self._names("required")

    @property
    def conditional_scopes(self) -> tuple[str, ...]:
        return self._names("conditional")

    @property
    def optional_scopes(self) -> tuple[str, ...]:
        return self._names("optional")

    def lacking(self, granted: Iterable[str]) -> tuple[Scope, ...]:
        """Required scopes that were not granted: without them the install cannot go on."""
        have = frozenset(granted)
        return tuple(scope for scope in self.scopes if scope.kind == "required" and scope.name not in have)

    def switched_off(self, granted: Iterable[str]) -> tuple[Scope, ...]:
        """Scopes that may be missing and are: each names the feature that is off."""
        have = frozenset(granted)
        return tuple(scope for scope in self.scopes if scope.kind != "required" and scope.name not in have)

    def has_feature(self, feature: str, granted: Iterable[str]) -> bool:
        return all(scope.feature != feature for scope in self.switched_off(granted))

    def _names(self, kind: ScopeKind) -> tuple[str, ...]:
        return tuple(scope.name for scope in self.scopes if scope.kind == kind)


DEAL_FEATURE: Final = "following deals that are deleted, merged or restored, and the card on deals"
DEAL_SCORES_FEATURE: Final = "scores on deals: expected value, risk, urgency and priority"
OWNER_FEATURE: Final = "drafts in the owner's name, tasks for the owner, and who may see a card"
WORKFLOW_FEATURE: Final = "workflow actions that wait for a result"
TIMELINE_SCOPE: Final = "timeline"
AUTOMATION_SCOPE: Final = "automation"

MANIFEST: Final = Manifest(
    (
        Scope("oauth", "Every app needs it: it lets us sign in to your account and disconnect from it."),
        Scope("crm.objects.contacts.read", "Reads the contacts to enrich, score and brief, and the notes we left on them."),
        Scope(
            "crm.objects.contacts.write", "Writes scores and summaries to contacts, the brief as a note, approved drafts as tasks."
        ),
        Scope("crm.objects.companies.read", "Reads the companies to enrich, score and brief."),
        Scope("crm.objects.companies.write", "Writes scores and summaries to companies."),
        Scope("crm.schemas.contacts.read", "Sees which Leadlight properties contacts already have."),
        Scope("crm.schemas.contacts.write", "Creates the Leadlight properties of contacts, so that you need not."),
        Scope("crm.schemas.companies.read", "Sees which Leadlight properties companies already have."),
        Scope("crm.schemas.companies.write", "Creates the Leadlight properties of companies, so that you need not."),
        Scope(TIMELINE_SCOPE, "Tells on a record's timeline when its priority or heat moved."),
        Scope(
            "crm.objects.deals.read",
            "Lets HubSpot tell us of deals, shows on a deal what is known of its people, and counts which deals were won.",
            "optional",
            DEAL_FEATURE,
        ),
        Scope("crm.objects.deals.write", "Writes scores to deals.", "optional", DEAL_SCORES_FEATURE),
        Scope("crm.schemas.deals.read", "Sees which Leadlight properties deals already have.", "optional", DEAL_SCORES_FEATURE),
        Scope(
            "crm.schemas.deals.write",
            "Creates the Leadlight properties of deals, so that you need not.",
            "optional",
            DEAL_SCORES_FEATURE,
        ),
        Scope(
            "crm.objects.owners.read",
            "Reads owners and their teams, so that drafts carry the rep's name and cards show records only to those who may see them.",
            "optional",
            OWNER_FEATURE,
        ),
        Scope(AUTOMATION_SCOPE, "Tells a waiting workflow that its action is done.", "optional", WORKFLOW_FEATURE),
    )
)


_WORKED_UNDER: Final[Mapping[str, frozenset[str]]] = {
    DEALS: frozenset({"crm.objects.deals.read", "crm.objects.deals.write", "crm.schemas.deals.read", "crm.schemas.deals.write"})
}
"""Object types that are worked on only where all of these were granted."""


def may_work_on(object_type: str, granted: Iterable[str]) -> bool:
    """Whether records of this type are read, scored and written in a portal that granted these scopes. The required ones are taken as given."""
    return _WORKED_UNDER.get(object_type, frozenset()) <= frozenset(granted)


@dataclass(frozen=True)
class Listing:
    """What stands in the app's listing and differs between installations of Leadlight. `public_url` without a slash at its end."""

    description: str
    public_url: str
    support_email: str
    documentation_url: str


def render_app_config(manifest: Manifest, listing: Listing) -> dict[str, Any]:
    """The app as HubSpot's app component takes it: the same in `app.json` and in the uploaded project."""
    return {
        "name": APP_NAME,
        "description": listing.description,
        "distribution": "marketplace",
        "isUserLevel": False,
        "auth": {
            "type": "oauth",
            "redirectUrls": [listing.public_url + CALLBACK_PATH],
            "requiredScopes": list(manifest.required_scopes),
            "conditionallyRequiredScopes": list(manifest.conditional_scopes),
            "optionalScopes": list(manifest.optional_scopes),
        },
        "permittedUrls": {"fetch": [listing.public_url], "iframe": [], "img": []},
        "support": {"supportEmail": listing.support_email, "documentationUrl": listing.documentation_url},
    }


def render_app_json(
    manifest: Manifest,
    listing: Listing,
    *,
    subscriptions: Sequence[dict[str, Any]],
    properties: Sequence[PropertyDeclaration],
    extensions: Mapping[str, Sequence[Mapping[str, Any]]],
) -> dict[str, Any]:
    """The app's manifest as JSON values: `config` as HubSpot takes it, beside it what we declare about ourselves.

    `extensions`: what the app adds inside HubSpot, by kind (cards, workflow_actions, agent_tools, app_events).
    """
    return {
        "uid": APP_UID,
        "type": "app",
        "config": render_app_config(manifest, listing),
        "scopes": [asdict(scope) for scope in manifest.scopes],
        "webhooks": {"targetUrl": listing.public_url + WEBHOOK_PATH, "subscriptions": list(subscriptions)},
        "properties": [_property_entry(declaration) for declaration in properties],
        **{kind: list(entries) for kind, entries in extensions.items()},
    }


def _property_entry(declaration: PropertyDeclaration) -> dict[str, Any]:
    entry = asdict(declaration)
    entry["group"] = PROPERTY_GROUP
    entry["object_types"] = list(declaration.object_types)
    entry["options"] = [{"value": value, "label": label} for value, label in declaration.options]
    return entry
