"""An account in the simulator with the product's real pipeline and undo on it, over HTTP and PostgreSQL. Only the providers are scripted."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Final

from integration.core.crypto import SecretBox
from integration.core.errors import NotFound
from integration.core.metrics import Metrics
from integration.hubspot.objects import COMPANIES
from integration.hubspot.provision import Provisioner
from integration.pipeline.batch import BatchRunner
from integration.pipeline.decisions import decisions_for, declared_properties
from integration.pipeline.lifecycle import Lifecycle
from integration.pipeline.people import Doorkeeper
from integration.pipeline.policies.policy_store import PolicyStore
from integration.pipeline.policy import Rule, WritePolicy
from integration.pipeline.ports import Question
from integration.pipeline.record_state_store import FactKind, RecordFact, RecordStateStore
from integration.pipeline.undo.request import UndoRequest, UndoScope
from integration.pipeline.undo.runner import UndoRunner
from integration.pipeline.worklist_store import WorklistStore, WorkRequest
from integration.providers.base import Field, Finding, ProviderReply
from integration.providers.digest_key_store import DigestKeyStore
from integration.providers.questions import Enrichment
from simulator.crm.changes import Source
from tests.contract.hubspot.stand import APP_ID, Stand
from tests.trust.model import MARGIN, RuleSpec, Said, Who

FIELDS: Final[Mapping[str, Field]] = {
    "city": Field.CITY,
    "state": Field.STATE,
    "description": Field.DESCRIPTION,
    "linkedin_company_page": Field.COMPANY_LINKEDIN_URL,
}
OTHER_APP: Final = Source.app(APP_ID + 1)
SOURCES: Final[Mapping[Who, Source]] = {
    "person": Source.person(9001),
    "import": Source("IMPORT", "9001", "Import"),
    "app": OTHER_APP,
}
_LONG_AGO: Final = timedelta(days=400)
_portal_ids = itertools.count(630_001)


@dataclass
class ScriptedProviders:
    """Says of each company what the test wrote down, by record id."""

    said: Mapping[str, Mapping[str, Said]] = field(default_factory=dict)
    stand: Stand | None = None

    def enrich(self, portal_id: int, questions: Sequence[Question]) -> Mapping[str, Enrichment]:
        assert portal_id > 0
        return {question.key: self._answer(question) for question in questions}

    def _answer(self, question: Question) -> Enrichment:
        assert self.stand is not None
        now = self.stand.world.clock.now()
        found = {
            FIELDS[name]: Finding(
                FIELDS[name],
                said.value,
                "apollo",
                now if said.is_fresh else now - _LONG_AGO,
                said.certainty,
                "https://apollo.example/sample",
                Decimal(0),
            )
            for name, said in self.said.get(question.object_id or "", {}).items()
        }
        domain = question.subject.domain
        if found and domain:
            found[Field.DOMAIN] = Finding(Field.DOMAIN, domain, "apollo", now, 0.9)
        return Enrichment(found, replies=(ProviderReply("apollo", "found" if found else "not_found", tuple(found.values())),))


class TrustAccount:
    """One fresh account with a rule for each field of `FIELDS`. Time moves on a minute with everything that is done."""

    def __init__(self, stand: Stand, rules: Mapping[str, RuleSpec]) -> None:
        self._stand = stand
        self.portal_id = next(_portal_ids)
        self._providers = ScriptedProviders(stand=stand)
        self._worklist = WorklistStore()
        self._states = RecordStateStore()
        self._portal = stand.world.new_portal(self.portal_id)
        self._clock = stand.world.clock.now
        self._run_ids = itertools.count()
        self._connect(rules)
        self._runner = BatchRunner(
            database=stand.database,
            clients=stand.clients,
            portals=stand.portals,
            worklist=self._worklist,
            states=self._states,
            enricher=self._providers,
            decide_for=decisions_for,
            people=Doorkeeper(stand.database, DigestKeyStore(SecretBox(stand.settings.keys)), self._clock),
            app_id=str(APP_ID),
            clock=self._clock,
            metrics=Metrics(),
            run_id=lambda: f"{self.portal_id}-{next(self._run_ids)}",
        )
        self._undo = UndoRunner(
            database=stand.database, clients=stand.clients, portals=stand.portals, app_id=str(APP_ID), clock=self._clock
        )

    def add(self, name: str) -> str:
        """The id of a new company."""
        properties = {"name": f"Sample {name} Made-up", "domain": f"{name}-{self.portal_id}.example.com"}
        return self._portal.create(COMPANIES, properties, source=SOURCES["import"]).id

    def set_by_others(self, object_id: str, values: Mapping[str, str], who: Who) -> None:
        self._pass_time()
        self._portal.update(COMPANIES, object_id, dict(values), source=SOURCES[who])

    def run(self, said: Mapping[str, Mapping[str, Said]]) -> str:
        """The id of the run in which providers said this of these companies."""
        self._pass_time()
        self._providers.said = said
        with self._stand.database.begin() as connection:
            work = [WorkRequest(COMPANIES, object_id, 0, ("company.propertyChange",)) for object_id in said]
            self._worklist.add(connection, self.portal_id, work, now=self._clock())
        report = self._runner.run(self.portal_id, COMPANIES, 0)
        assert not report.reason, report
        return self._newest_run()

    def undo_run(self, run_id: str) -> str | None:
        """The id of the undo's run; None when that run wrote nothing."""
        return self._undone(UndoScope("run", run_id=run_id))

    def undo_record(self, object_id: str) -> str | None:
        return self._undone(UndoScope("record", object_type=COMPANIES, object_id=object_id))

    def undo_provider(self) -> str | None:
        """Everything that the one provider here ever gave."""
        return self._undone(UndoScope("provider", provider="apollo"))

    def merge(self, survivor_id: str, gone_id: str) -> None:
        """A person merges; our side is told as a webhook would."""
        self._pass_time()
        self._portal.merge(COMPANIES, survivor_id, gone_id, source=SOURCES["person"])
        with self._stand.database.begin() as connection:
            now_ms = self._stand.world.clock.now_ms()
            fact = RecordFact(COMPANIES, gone_id, FactKind.MERGED, now_ms, survivor_id)
            self._states.apply(connection, self.portal_id, [fact])
            Lifecycle(self._states, self._clock).move(
                connection, portal_id=self.portal_id, object_type=COMPANIES, from_id=gone_id, to_id=survivor_id
            )

    def values(self, object_id: str) -> dict[str, str]:
        """What stands in every property of the record."""
        return {name: value for name, value in self._portal.read(COMPANIES, object_id).properties.items() if value}

    def _undone(self, scope: UndoScope) -> str | None:
        self._pass_time()
        try:
            with self._stand.database.begin() as connection:
                run_id = self._undo.start(connection, UndoRequest(self.portal_id, scope, "command line"))
        except NotFound:
            return None
        while (run := self._undo.step(self.portal_id, run_id)) is None or not run.is_finished:
            pass
        return run_id

    def _newest_run(self) -> str:
        return f"{self.portal_id}-{next(self._run_ids) - 1}"

    def _pass_time(self) -> None:
        self._stand.world.clock.advance(60)

    def _connect(self, rules: Mapping[str, RuleSpec]) -> None:
        self._stand.connect(self.portal_id)
        now = self._clock()
        with self._stand.database.begin() as connection:
            self._stand.portals.save_preferences(connection, portal_id=self.portal_id, preferences={"dry_run": False})
            PolicyStore().save(
                connection,
                portal_id=self.portal_id,
                object_type=COMPANIES,
                rules={name: _rule(spec) for name, spec in rules.items()},
                by="command line",
                now=now,
            )
        Provisioner(self._stand.database, self._stand.clients, self._stand.portals, declared_properties(), self._clock).run(
            self.portal_id
        )


def _rule(spec: RuleSpec) -> Rule:
    return Rule(WritePolicy(spec.policy), MARGIN if spec.has_margin else None, spec.lifted)
