"""Pushes leads in batches of a hundred: match, create what is missing, plan under the portal's policy, write through the one door.

A record that HubSpot has already keeps what policy protects, and its Leadlight scores when it has any: those rest on more than a file. A record
made for a lead is created with the values of its row, through the creator that never makes one twice; its scores are then written by the door.
The run can be undone: values go back, records stay (as everywhere, see docs/decisions/0011-what-undo-means.md).
Limit: the columns about a contact's company are not written to a company record. Limit: owner, lifecycle stage and lead status are never written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, Protocol

from integration.core.clock import Clock
from integration.core.errors import NotFound
from integration.db.session import Database
from integration.hubspot.creating import KEY_PROPERTY
from integration.hubspot.objects import CrmRecord
from integration.hubspot.portal_store import PortalStore
from integration.pipeline.creating.record_creator import RecordCreator, RecordMaker, Wanted
from integration.pipeline.decisions import PortalDecisions, decisions_for
from integration.pipeline.definitions.catalog import Catalogs, DefinitionReader
from integration.pipeline.definitions.catalog_store import Catalog
from integration.pipeline.definitions.fitting import Given, Misfit, fit
from integration.pipeline.definitions.names import catalog_names, own_names
from integration.pipeline.lead_push.matching import KeyReader, Lead, Matched, match
from integration.pipeline.ledger_store import LedgerStore
from integration.pipeline.policies.policy_store import PolicyStore
from integration.pipeline.policies.rules import RuleBook, build_rules
from integration.pipeline.policies.standing_reader import HistoryReader, StandingReader
from integration.pipeline.policy import ROUTING_FIELDS
from integration.pipeline.portal_profile import PortalProfile, build_profile
from integration.pipeline.properties import LAST_ENRICHED_AT
from integration.pipeline.standard_properties import opted_in, standard_names, standard_values
from integration.pipeline.write_back import PropertyWriter, RunContext, WriteBack
from integration.pipeline.write_plan import RecordPlan, RecordWishes, Wish, own_wishes, plan_record, standard_wishes
from integration.providers.base import Field
from integration.scoring import priority

PURPOSE: Final = "lead_file"
RUN_KIND: Final = "leads"
_SCORED_MARK: Final = priority.PROPERTIES[0].name
"""A value here says that Leadlight has scored the record before."""


class PushClient(KeyReader, RecordMaker, HistoryReader, DefinitionReader, PropertyWriter, Protocol):
    """What pushing needs of one portal's HubSpot."""

    def batch_read(self, object_type: str, ids: Sequence[str], properties: Sequence[str]) -> Sequence[CrmRecord]: ...


class PushClients(Protocol):
    def for_portal(self, portal_id: int, *, live: bool = True) -> PushClient: ...


@dataclass(frozen=True)
class PushOrder:
    """`is_dry`: everything is looked up and planned, nothing is made or written. `may_create`: records that are missing are made."""

    portal_id: int
    object_type: str
    run_id: str
    is_dry: bool
    may_create: bool


@dataclass(frozen=True)
class _Ground:
    """What holds for the whole batch."""

    order: PushOrder
    client: PushClient
    portal: PortalProfile
    decisions: PortalDecisions
    rules: RuleBook
    catalog: Catalog


class LeadPusher:
    """One for the process, used by many threads."""

    def __init__(self, database: Database, clients: PushClients, portals: PortalStore, app_id: str, clock: Clock) -> None:
        self._database = database
        self._clients = clients
        self._portals = portals
        self._clock = clock
        ledger = LedgerStore()
        self._door = WriteBack(database, ledger, clock)
        self._standings = StandingReader(database, ledger, app_id=app_id)
        self._policies = PolicyStore()
        self._catalogs = Catalogs(database, clock, catalog_names)
        self._creator = RecordCreator(database, clock)

    def push(self, order: PushOrder, leads: Sequence[Lead]) -> dict[str, int]:
        """What became of at most 100 leads, by outcome; `fields` counts values. Raises the client's AppErrors; NotFound when no portal is ready.

        Doing it again changes nothing that is done: what was made is found, and what was written stands there.
        """
        ground, counts = self._ground(order), Counter[str]()
        by_key: dict[str, Lead] = {}
        for lead in leads:
            if not lead.key:
                counts["without_key"] += 1
            elif lead.key in by_key:
                counts["repeated"] += 1
            else:
                by_key[lead.key] = lead
        matched = match(ground.client, order.object_type, list(by_key))
        counts["ambiguous"] += sum(key in by_key for key in matched.several)
        missing = [lead for key, lead in by_key.items() if key not in matched.ids and key not in matched.several]
        made = self._make(ground, missing, matched, counts)
        chosen = {matched.ids[key]: lead for key, lead in by_key.items() if key in matched.ids}
        self._update(ground, chosen, made, counts)
        return dict(+counts)

    def _ground(self, order: PushOrder) -> _Ground:
        with self._database.begin() as connection:
            portal = build_profile(order.portal_id, self._portals.find(connection, portal_id=order.portal_id))
            stored = self._policies.rules_of(connection, portal_id=order.portal_id, object_type=order.object_type)
        if not portal.ready:
            raise NotFound("The account is not connected to HubSpot, or its properties are not set up yet.")
        client = self._clients.for_portal(order.portal_id, live=False)
        rules = build_rules(order.object_type, portal.standard_properties, stored)
        catalog = self._catalogs.current(client, portal_id=order.portal_id, object_type=order.object_type)
        return _Ground(order, client, portal, decisions_for(portal.preferences), rules, catalog)

    def _make(self, ground: _Ground, missing: Sequence[Lead], matched: Matched, counts: Counter[str]) -> set[str]:
        """Creates the records of these leads where that is wanted, and adds them to what was matched. Gives the ids that are new."""
        order = ground.order
        if not order.may_create:
            counts["not_in_hubspot"] += len(missing)
            return set()
        if order.is_dry:
            counts["created"] += len(missing)
            return set()
        wanted = [Wanted(lead.key, _fitted(ground, lead), "") for lead in missing]
        ensured = self._creator.ensure(
            ground.client,
            portal_id=order.portal_id,
            object_type=order.object_type,
            wanted=wanted,
            for_type=order.object_type,
            purpose=PURPOSE,
            run_id=order.run_id,
        )
        matched.ids.update(ensured.ids)
        counts["created"] += len(ensured.created)
        counts["ambiguous"] += len(ensured.several)
        counts["refused"] += len(ensured.refused)
        counts["busy"] += len(ensured.busy)
        return {ensured.ids[key] for key in ensured.created}

    def _update(self, ground: _Ground, leads: Mapping[str, Lead], made: set[str], counts: Counter[str]) -> None:
        if not leads:
            return
        order = ground.order
        names = [KEY_PROPERTY[order.object_type], *own_names(order.object_type), *standard_names(order.object_type)]
        records = {one.object_id: one for one in ground.client.batch_read(order.object_type, list(leads), names)}
        counts["gone"] += len(leads) - len(records)
        wanted = {one: self._wishes(ground, record, leads[one], counts) for one, record in records.items()}
        standings = self._standings.read(
            ground.client, portal_id=order.portal_id, object_type=order.object_type, wanted=[*wanted.values()]
        )
        plans = {one: plan_record(wishes, partial(standings.of, wishes)) for one, wishes in wanted.items()}
        changing = [plan for plan in plans.values() if plan is not None and plan.values]
        counts["unchanged"] += sum(one not in made for one in plans) - sum(plan.object_id not in made for plan in changing)
        counts["fields"] += sum(len(plan.values) for plan in changing)
        self._write(ground, changing, made, counts)

    def _wishes(self, ground: _Ground, record: CrmRecord, lead: Lead, counts: Counter[str]) -> RecordWishes:
        order, now = ground.order, self._clock()
        declared = ground.decisions.declarations
        own: tuple[Wish, ...] = ()
        if record.text(_SCORED_MARK):
            counts["scored_before"] += 1
        else:
            values = ground.decisions.score_values(lead.scores)
            own = own_wishes(values, declared, rules=ground.rules, catalog=ground.catalog)
        properties = opted_in(order.object_type, ground.rules, revenue_in_usd=ground.portal.revenue_in_usd)
        standard = standard_wishes(
            standard_values(lead.sheet, properties),
            country=lead.sheet.text(Field.COUNTRY),
            rules=ground.rules,
            catalog=ground.catalog,
        )
        moment = now.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        [stamp] = own_wishes({LAST_ENRICHED_AT.name: moment}, declared, rules=ground.rules, catalog=ground.catalog)
        trace = f"{order.run_id}-{record.object_id}-{lead.sheet.object_id}"
        return RecordWishes(record, (*own, *standard), stamp, trace_id=trace, as_of=now)

    def _write(self, ground: _Ground, plans: Sequence[RecordPlan], made: set[str], counts: Counter[str]) -> None:
        order = ground.order
        if order.is_dry:
            counts["updated"] += len(plans)
            return
        run = RunContext(order.portal_id, order.run_id, order.object_type)
        for object_id, outcome in self._door.write(ground.client, run, plans).items():
            if outcome.state in ("written", "partly"):
                counts["updated"] += object_id not in made
            else:
                counts[outcome.state] += 1


def _fitted(ground: _Ground, lead: Lead) -> dict[str, str]:
    """The values of a new record: those the account's properties take, never a routing field."""
    values = {}
    country = lead.sheet.text(Field.COUNTRY)
    for name, text in lead.properties.items():
        if name in ROUTING_FIELDS or not text:
            continue
        definition = ground.catalog.find(name)
        fitted: str | Misfit = text if definition is None else fit(definition, name, Given(text, country=country))
        if isinstance(fitted, str):
            values[name] = fitted
    return values
