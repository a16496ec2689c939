"""Looks at one portal the way an admin would ask: is it connected, what is switched off and why, is anything missing.

Only reads. Every check says why it matters and what to do; a HubSpot that cannot be reached is an answer too, not an error.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from integration.core.clock import Clock
from integration.core.errors import AppError
from integration.db.session import Database
from integration.hubspot.client import HubSpotClients
from integration.hubspot.limits_store import LimitsStore
from integration.hubspot.manifest import Manifest
from integration.hubspot.objects import PropertyDeclaration
from integration.hubspot.portal_store import Portal, PortalStore
from integration.hubspot.provision import missing_properties

_QUIET_AFTER: Final = timedelta(days=2)


@dataclass(frozen=True)
class Check:
    """One finding. `ok` None: a hint, neither good nor bad."""

    name: str
    ok: bool | None
    why: str
    what_to_do: str = ""


@dataclass(frozen=True)
class Doctor:
    """What the checks need. `last_webhook_at` and `provider_keys` come from stores of other packages."""

    database: Database
    clients: HubSpotClients
    portals: PortalStore
    manifest: Manifest
    declarations: Sequence[PropertyDeclaration]
    clock: Clock
    last_webhook_at: Callable[[int], datetime | None]
    provider_keys: Callable[[int], Mapping[str, bool]]

    def diagnose(self, portal_id: int) -> list[Check]:
        """Every check for one portal, the most important first. Costs one call and one for each object type with properties."""
        with self.database.begin() as connection:
            portal = self.portals.find(connection, portal_id=portal_id)
        if portal is None:
            return [Check("install", False, f"Portal {portal_id} never installed the app.", "Open the install link.")]
        checks = [_connection(portal)]
        if portal.is_connected:
            checks += [self._token(portal_id), *_scopes(self.manifest, portal.scopes), self._properties(portal)]
        return [*checks, *self._webhooks(portal_id), *_providers(self.provider_keys(portal_id)), self._limits(portal_id)]

    def _token(self, portal_id: int) -> Check:
        try:
            account = self.clients.for_portal(portal_id).account_details()
        except AppError as error:
            return Check(
                "token", False, f"HubSpot did not accept a call: {error.message}", "If it stays so, install the app again."
            )
        return Check("token", True, f"HubSpot answers for this {account.account_type} account in {account.time_zone}.")

    def _properties(self, portal: Portal) -> Check:
        try:
            missing = missing_properties(self.clients.for_portal(portal.portal_id), self.declarations, portal.scopes)
        except AppError as error:
            return Check("properties", None, f"Could not be looked at: {error.message}", "Try again later.")
        if missing:
            return Check("properties", False, f"Missing: {', '.join(missing)}.", "Install the app again; nothing is made twice.")
        return Check("properties", True, f"All {len(self.declarations)} declared properties are there.")

    def _webhooks(self, portal_id: int) -> Iterator[Check]:
        seen_at = self.last_webhook_at(portal_id)
        if seen_at is None:
            yield Check(
                "webhooks", None, "No webhook has come yet.", "Change a contact; if none comes, check the app's target address."
            )
        elif self.clock() - seen_at > _QUIET_AFTER:
            yield Check(
                "webhooks",
                False,
                f"The last webhook came at {seen_at:%Y-%m-%d %H:%M} UTC.",
                "Syncs repair what was missed; check the target address and whether the server is reachable.",
            )
        else:
            yield Check("webhooks", True, f"The last webhook came at {seen_at:%Y-%m-%d %H:%M} UTC.")

    def _limits(self, portal_id: int) -> Check:
        with self.database.begin() as connection:
            windows = LimitsStore().find(connection, portal_id=portal_id)
        now = self.clock().timestamp()
        closed = {bucket: window.closed_until - now for bucket, window in windows.items() if window.closed_until > now}
        if closed:
            waits = ", ".join(f"{bucket} for {seconds / 60:.0f} more minutes" for bucket, seconds in sorted(closed.items()))
            return Check("limits", False, f"HubSpot asked for silence: {waits}.", "Nothing: work goes on by itself afterwards.")
        used = sum(moment > now for window in windows.values() for moment in window.free_at)
        return Check("limits", True, f"{used} calls in the last ten seconds.")


def _connection(portal: Portal) -> Check:
    if portal.is_connected:
        return Check("connection", True, f"Connected since {portal.state_since:%Y-%m-%d %H:%M} UTC.")
    return Check(
        "connection",
        False,
        f"{portal.state.capitalize()} since {portal.state_since:%Y-%m-%d %H:%M} UTC ({portal.state_reason}); its work waits.",
        "An admin opens the install link; work goes on where it stopped.",
    )


def _scopes(manifest: Manifest, granted: Collection[str]) -> Iterator[Check]:
    for scope in manifest.lacking(granted):
        yield Check("scopes", False, f"{scope.name} is required and missing. {scope.reason}", "Install the app again and grant it.")
    for scope in manifest.switched_off(granted):
        yield Check(
            "scopes",
            None,
            f"Off: {scope.feature}, because {scope.name} was not granted. {scope.reason}",
            "To switch it on, install the app again and grant it.",
        )


def _providers(keys: Mapping[str, bool]) -> Iterator[Check]:
    for provider, has_key in sorted(keys.items()):
        if has_key:
            yield Check(f"provider {provider}", True, "A key is stored.")
        else:
            yield Check(
                f"provider {provider}",
                None,
                "No key, so it is skipped.",
                f"Add one with `leadlight provider-key --provider {provider}`.",
            )
