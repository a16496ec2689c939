"""What an admin does with policies: see every property with its rule, set one, go back to a default, take a ready set. For page and command."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, Protocol

from sqlalchemy import Connection

from integration.core.clock import Clock
from integration.core.errors import BadInput, NotFound, UpstreamError
from integration.db.session import Database
from integration.hubspot.objects import COMPANIES, CONTACTS
from integration.hubspot.portal_store import Portal, PortalStore
from integration.pipeline.alert_store import AlertStore
from integration.pipeline.definitions.catalog import Catalogs, DefinitionReader
from integration.pipeline.definitions.catalog_store import Catalog
from integration.pipeline.definitions.names import ROUTING_NAMES, catalog_names, own_names
from integration.pipeline.policies.policy_store import PolicyStore
from integration.pipeline.policies.presets import Preset, preset_rules
from integration.pipeline.policies.rules import RuleBook, build_rules
from integration.pipeline.policies.validation import check_rule, problem_of
from integration.pipeline.policy import Rule
from integration.pipeline.portal_profile import build_profile
from integration.pipeline.standard_properties import STANDARD_PROPERTIES, standard_names

POLICED_TYPES: Final = (COMPANIES, CONTACTS)
_UNKNOWN_CURRENCY: Final = "USD"


class DefinitionReaders(Protocol):
    """Gives the client of a portal."""

    def for_portal(self, portal_id: int, *, live: bool = True) -> DefinitionReader: ...


@dataclass(frozen=True)
class PolicyLine:
    """One property with its rule. `problem` says why nothing can be written there now; `is_set` False: the rule is the default."""

    name: str
    label: str
    kind: Literal["standard", "routing", "own"]
    type: str
    rule: Rule
    default: Rule
    is_set: bool
    problem: str | None


@dataclass(frozen=True)
class PolicySheet:
    """The properties of one object type. `is_live` False: HubSpot could not be asked, so labels and problems are missing."""

    object_type: str
    lines: tuple[PolicyLine, ...]
    is_live: bool


@dataclass(frozen=True)
class PresetOutcome:
    """The properties a ready set was applied to, and for those it could not, why."""

    applied: tuple[str, ...]
    left_out: tuple[str, ...]


class PolicyDesk:
    """Owns its transactions, since rules are checked against what HubSpot says."""

    def __init__(self, database: Database, clients: DefinitionReaders, portals: PortalStore, clock: Clock) -> None:
        self._database = database
        self._clients = clients
        self._portals = portals
        self._clock = clock
        self._store = PolicyStore()
        self._catalogs = Catalogs(database, clock, catalog_names)

    def sheet(self, portal_id: int, object_type: str, *, may_ask: bool = True) -> PolicySheet:
        """Every property we can fill, the routing fields and our own ones. Costs one call when nothing was read within the hour.

        `may_ask` False: HubSpot is not asked; what was read of it last counts.
        Raises NotFound for a portal or object type we do not work on.
        """
        portal, rules = self._rules(portal_id, object_type)
        catalog = (
            self._catalog(portal_id, object_type) if may_ask else self._catalogs.known(portal_id=portal_id, object_type=object_type)
        )
        kinds: dict[str, Literal["standard", "routing", "own"]] = {
            **dict.fromkeys(standard_names(object_type), "standard"),
            **dict.fromkeys(ROUTING_NAMES[object_type], "routing"),
            **dict.fromkeys(own_names(object_type), "own"),
        }
        lines = [self._line(portal, object_type, name, kind, rules, catalog) for name, kind in kinds.items()]
        return PolicySheet(object_type, tuple(lines), catalog is not None)

    def set_rule(self, portal_id: int, object_type: str, name: str, rule: Rule, *, by: str) -> None:
        """Raises BadInput when the rule cannot hold for the property as the portal has it now. One call."""
        portal, _ = self._rules(portal_id, object_type)
        catalog = self._catalogs.refresh(self._clients.for_portal(portal_id), portal_id=portal_id, object_type=object_type)
        check_rule(object_type, name, rule, catalog, currency=_currency(portal))
        with self._database.begin() as connection:
            self._save(connection, portal_id, object_type, {name: rule}, by)

    def reset(self, portal_id: int, object_type: str, name: str) -> Rule:
        """The default rule, which holds again. Raises BadInput for a property that has none."""
        _, rules = self._rules(portal_id, object_type)
        if name not in catalog_names(object_type):
            raise BadInput(f'Leadlight knows no property "{name}" of {object_type}.')
        with self._database.begin() as connection:
            self._store.remove(connection, portal_id=portal_id, object_type=object_type, property_names=[name])
        return rules.default_for(name)

    def apply_preset(self, portal_id: int, object_type: str, preset: Preset, *, by: str) -> PresetOutcome:
        """Set every standard property of the object type as the ready set says; what cannot be written is closed. One call."""
        portal, _ = self._rules(portal_id, object_type)
        catalog = self._catalogs.refresh(self._clients.for_portal(portal_id), portal_id=portal_id, object_type=object_type)
        properties = STANDARD_PROPERTIES[object_type]
        problems = {
            entry.name: problem
            for entry in properties
            if (problem := problem_of(object_type, entry.name, catalog, currency=_currency(portal))) is not None
        }
        usable = [entry for entry in properties if entry.name not in problems]
        closed = preset_rules(Preset.CAUTIOUS, [entry for entry in properties if entry.name in problems])
        with self._database.begin() as connection:
            self._save(connection, portal_id, object_type, {**preset_rules(preset, usable), **closed}, by)
        return PresetOutcome(tuple(entry.name for entry in usable), tuple(problems.values()))

    def _save(self, connection: Connection, portal_id: int, object_type: str, rules: Mapping[str, Rule], by: str) -> None:
        """Alerts about these properties have been answered with that; what is still amiss opens them again."""
        now = self._clock()
        self._store.save(connection, portal_id=portal_id, object_type=object_type, rules=rules, by=by, now=now)
        AlertStore().resolve_about(
            connection, portal_id=portal_id, object_type=object_type, property_names=[*rules], by=by, now=now
        )

    def _line(
        self,
        portal: Portal,
        object_type: str,
        name: str,
        kind: Literal["standard", "routing", "own"],
        rules: RuleBook,
        catalog: Catalog | None,
    ) -> PolicyLine:
        definition = None if catalog is None else catalog.find(name)
        problem = None if catalog is None else problem_of(object_type, name, catalog, currency=_currency(portal))
        return PolicyLine(
            name,
            name if definition is None else definition.label or name,
            kind,
            "" if definition is None else definition.type,
            rules.rule_for(name),
            rules.default_for(name),
            name in rules.stored,
            problem,
        )

    def _catalog(self, portal_id: int, object_type: str) -> Catalog | None:
        """The catalog to show; None while there is none and HubSpot cannot be asked."""
        try:
            return self._catalogs.current(self._clients.for_portal(portal_id), portal_id=portal_id, object_type=object_type)
        except UpstreamError:
            return self._catalogs.known(portal_id=portal_id, object_type=object_type)

    def _rules(self, portal_id: int, object_type: str) -> tuple[Portal, RuleBook]:
        if object_type not in POLICED_TYPES:
            raise NotFound(f"Leadlight has no policies for {object_type}; it has them for {' and '.join(POLICED_TYPES)}.")
        with self._database.begin() as connection:
            portal = self._portals.find(connection, portal_id=portal_id)
            if portal is None:
                raise NotFound(f"Leadlight is not installed in portal {portal_id}.")
            stored = self._store.rules_of(connection, portal_id=portal_id, object_type=object_type)
        return portal, build_rules(object_type, build_profile(portal_id, portal).standard_properties, stored)


def lifted(lines: Sequence[PolicyLine]) -> list[str]:
    """The properties whose protection of people's values is lifted."""
    return [line.name for line in lines if line.rule.people_may_be_overwritten]


def _currency(portal: Portal) -> str:
    return (portal.account.currency if portal.account is not None else "") or _UNKNOWN_CURRENCY
