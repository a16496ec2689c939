"""Brings a portal to the state the product needs: account facts stored, our property group and every declared property in place.

Safe to run again and at the same time as itself: what is there stays as the admin left it (labels, descriptions, order), only what is
missing is added. A property that cannot be made is named with the reason and does not stop the others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import structlog

from integration.core.clock import Clock
from integration.core.errors import Rejected
from integration.db.session import Database
from integration.hubspot.client import HubSpotClient, HubSpotClients
from integration.hubspot.manifest import PROPERTY_GROUP, PROPERTY_GROUP_LABEL, may_work_on
from integration.hubspot.objects import PropertyDeclaration, PropertyDefinition
from integration.hubspot.portal_store import PortalStore

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class ProvisionReport:
    """Names made now, names that were there, and for each that could not be made the reason in words."""

    created: tuple[str, ...]
    present: tuple[str, ...]
    problems: Mapping[str, str]

    @property
    def summary(self) -> str:
        """The problems as one text, empty when there are none."""
        return " ".join(f"{name}: {why}" for name, why in self.problems.items())


class Provisioner:
    """Provisions portals with a fixed set of declared properties."""

    def __init__(
        self,
        database: Database,
        clients: HubSpotClients,
        portals: PortalStore,
        declarations: Sequence[PropertyDeclaration],
        clock: Clock,
    ) -> None:
        self._database = database
        self._clients = clients
        self._portals = portals
        self._declarations = tuple(declarations)
        self._clock = clock

    def run(self, portal_id: int) -> ProvisionReport:
        """What was done. The outcome is stored with the portal for the admin to see; errors of HubSpot are stored and raised on.

        Costs three calls for each object type and one for the account when all is there already.
        """
        client = self._clients.for_portal(portal_id)
        try:
            account = client.account_details()
            with self._database.begin() as connection:
                self._portals.save_account(connection, portal_id=portal_id, account=account)
            report = self._provision(client, self._granted(portal_id))
        except Rejected as refusal:
            self._save(portal_id, refusal.message)
            raise
        self._save(portal_id, report.summary or None)
        _log.info("portal_provisioned", portal_id=portal_id, created=len(report.created), problems=len(report.problems))
        return report

    def remove(self, portal_id: int) -> None:
        """Take our properties and their group out of the portal again, with the values in them (HubSpot keeps them for 90 days)."""
        client = self._clients.for_portal(portal_id)
        for object_type, declarations in self._by_object_type(self._granted(portal_id)).items():
            there = client.property_definitions(object_type, [declaration.name for declaration in declarations])
            if there:
                client.archive_properties(object_type, sorted(there))
            client.delete_property_group(object_type, PROPERTY_GROUP)

    def _granted(self, portal_id: int) -> frozenset[str]:
        with self._database.begin() as connection:
            portal = self._portals.find(connection, portal_id=portal_id)
        return frozenset() if portal is None else portal.scopes

    def _provision(self, client: HubSpotClient, granted: frozenset[str]) -> ProvisionReport:
        created: list[str] = []
        present: list[str] = []
        problems: dict[str, str] = {}
        for object_type, declarations in self._by_object_type(granted).items():
            report = _provision_type(client, object_type, declarations)
            created += report.created
            present += report.present
            problems |= report.problems
        return ProvisionReport(tuple(created), tuple(present), problems)

    def _by_object_type(self, granted: frozenset[str]) -> dict[str, list[PropertyDeclaration]]:
        """What each object type shall have; types that may not be worked on are left out."""
        wanted: dict[str, list[PropertyDeclaration]] = {}
        for declaration in self._declarations:
            for object_type in declaration.object_types:
                if may_work_on(object_type, granted):
                    wanted.setdefault(object_type, []).append(declaration)
        return wanted

    def _save(self, portal_id: int, error: str | None) -> None:
        with self._database.begin() as connection:
            self._portals.save_provisioning(connection, portal_id=portal_id, at=None if error else self._clock(), error=error)


def missing_properties(
    client: HubSpotClient, declarations: Sequence[PropertyDeclaration], granted: frozenset[str]
) -> tuple[str, ...]:
    """Declared properties the portal lacks, each as `object_type.name`. One call for each object type that may be worked on."""
    missing: list[str] = []
    kinds = {kind for declaration in declarations for kind in declaration.object_types if may_work_on(kind, granted)}
    for object_type in sorted(kinds):
        names = [declaration.name for declaration in declarations if object_type in declaration.object_types]
        there = client.property_definitions(object_type, names)
        missing += [f"{object_type}.{name}" for name in names if name not in there]
    return tuple(missing)


def _provision_type(client: HubSpotClient, object_type: str, declarations: Sequence[PropertyDeclaration]) -> ProvisionReport:
    there = client.property_definitions(object_type, [declaration.name for declaration in declarations])
    missing = [declaration for declaration in declarations if declaration.name not in there]
    problems: dict[str, str] = {}
    if missing:
        if PROPERTY_GROUP not in client.property_group_names(object_type):
            client.create_property_group(object_type, PROPERTY_GROUP, PROPERTY_GROUP_LABEL)
        failed = client.create_properties(object_type, PROPERTY_GROUP, missing)
        problems |= {f"{object_type}.{name}": failure.message for name, failure in failed.items()}
    for declaration in declarations:
        if declaration.name in there:
            problems |= _reconciled(client, object_type, declaration, there[declaration.name])
    names = [f"{object_type}.{declaration.name}" for declaration in missing]
    return ProvisionReport(
        created=tuple(name for name in names if name not in problems),
        present=tuple(f"{object_type}.{name}" for name in there),
        problems=problems,
    )


def _reconciled(
    client: HubSpotClient, object_type: str, declaration: PropertyDeclaration, there: PropertyDefinition
) -> dict[str, str]:
    """Add options our values need; a property of another type under our name is reported, never touched."""
    name = f"{object_type}.{declaration.name}"
    if there.type != declaration.type:
        return {
            name: f"exists with type {there.type}, but Leadlight needs {declaration.type}. Rename or delete it, then run again."
        }
    known = {value for value, _ in there.options}
    lacking = [option for option in declaration.options if option[0] not in known]
    if lacking:
        client.add_options(object_type, there, lacking)
    return {}
