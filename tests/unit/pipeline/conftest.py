"""A portal with the pipeline around it: real database, real decisions, a HubSpot in memory, a clock that stands still."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from integration.core.crypto import SecretBox, new_key
from integration.core.metrics import Metrics
from integration.db.session import Database
from integration.hubspot.objects import CONTACTS
from integration.hubspot.portal_store import PortalStore
from integration.pipeline.batch import BatchRunner
from integration.pipeline.carrier import LEASE_S
from integration.pipeline.decisions import decisions_for
from integration.pipeline.people import Doorkeeper
from integration.pipeline.ports import DecisionSource, Question
from integration.pipeline.record_state_store import RecordStateStore
from integration.pipeline.tally import BatchReport
from integration.pipeline.worklist_store import WorklistStore, WorkRequest
from integration.providers.base import ErrorClass, Field, FieldValue, Finding, ProviderReply
from integration.providers.digest_key_store import DigestKeyStore
from integration.providers.questions import Enrichment
from tests.factories import NOW
from tests.unit.pipeline.fake_hubspot import APP_ID, FakeHubSpot

PORTAL = 4242
DIGEST_KEYS = DigestKeyStore(SecretBox([new_key()]))


@dataclass
class FakeProviders:
    """Answers by company domain or mail address, as a waterfall over the network would."""

    answers: dict[str, dict[Field, FieldValue]] = field(default_factory=dict)
    asked: list[Question] = field(default_factory=list)
    seen_at: datetime = NOW
    confidence_ratio: float = 0.8
    silent: bool = False
    failing: ErrorClass | None = None
    """How a second provider fails on everybody, beside the one that answers."""
    poison: str | None = None
    """Last name of a person who breaks the whole call, as a bug in set-based code would."""

    def enrich(self, portal_id: int, questions: Sequence[Question]) -> Mapping[str, Enrichment]:
        assert portal_id > 0
        self.asked += questions
        if self.poison and any(question.subject.last_name == self.poison for question in questions):
            raise ZeroDivisionError
        return {question.key: self._answer(question) for question in questions}

    def _answer(self, question: Question) -> Enrichment:
        if self.silent:
            return Enrichment(replies=(ProviderReply("apollo", "failed"),))
        named = question.subject.email if question.subject.kind == "person" else question.subject.domain
        found = {
            name: Finding(name, value, "apollo", self.seen_at, self.confidence_ratio, f"https://apollo.example/{name.value}")
            for name, value in self.answers.get(named or "", {}).items()
        }
        whom = Field.EMAIL if question.subject.kind == "person" else Field.DOMAIN
        about = (Finding(whom, named, "apollo", NOW, 0.9),) if named else ()
        reply = ProviderReply("apollo", "found" if found else "not_found", tuple(found.values()), about=about)
        late = () if self.failing is None else (ProviderReply("hunter", "failed", error=self.failing),)
        return Enrichment(found, replies=(reply, *late))


@dataclass
class Stand:
    """Everything a batch needs, with shortcuts to fill it and to look at what came of it."""

    database: Database
    hubspot: FakeHubSpot = field(default_factory=FakeHubSpot)
    providers: FakeProviders = field(default_factory=FakeProviders)
    now: datetime = NOW
    decide_for: DecisionSource = decisions_for
    worklist: WorklistStore = field(default_factory=WorklistStore)
    lease_s: float = LEASE_S

    def clock(self) -> datetime:
        return self.now

    def later(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def runner(self) -> BatchRunner:
        return BatchRunner(
            database=self.database,
            clients=self.hubspot,
            portals=PortalStore(),
            worklist=self.worklist,
            states=RecordStateStore(),
            enricher=self.providers,
            decide_for=self.decide_for,
            people=Doorkeeper(self.database, DIGEST_KEYS, self.clock),
            app_id=APP_ID,
            clock=self.clock,
            metrics=Metrics(),
            lease_s=self.lease_s,
        )

    def queue(self, *object_ids: str, object_type: str = CONTACTS, lane: int = 0) -> None:
        with self.database.begin() as connection:
            requests = [WorkRequest(object_type, one, lane, ("contact.creation",)) for one in object_ids]
            self.worklist.add(connection, PORTAL, requests, now=self.now)

    def run(self, object_type: str = CONTACTS, lane: int = 0) -> BatchReport:
        return self.runner().run(PORTAL, object_type, lane)

    def rows(self, query: str, **values: object) -> list[tuple[object, ...]]:
        with self.database.begin() as connection:
            return [tuple(row) for row in connection.execute(text(query), values)]

    def waiting(self) -> list[str]:
        return [str(row[0]) for row in self.rows("SELECT object_id FROM work_item ORDER BY object_id")]

    def prefer(self, **preferences: object) -> None:
        with self.database.begin() as connection:
            PortalStore().save_preferences(connection, portal_id=PORTAL, preferences={"dry_run": False, **preferences})


@pytest.fixture
def stand(database: Database) -> Iterator[Stand]:
    stand = Stand(database)
    with database.begin() as connection:
        PortalStore().connect(connection, portal_id=PORTAL, scopes=["crm.objects.owners.read"], now=NOW)
        PortalStore().save_provisioning(connection, portal_id=PORTAL, at=NOW, error=None)
    stand.prefer(sender_name="Sample Sender", sender_company="Sample Vendor", sender_offer="shorter queues")
    stand.hubspot.add("companies", "9001", name="Sample Works", domain="sample-works.com", country="Germany")
    stand.hubspot.add(
        "contacts", "101", firstname="Sample", lastname="Contact 101", email="sample.101@sample-works.com", jobtitle="VP Sales"
    )
    stand.hubspot.employ("101", "9001")
    stand.providers.answers["sample-works.com"] = {
        Field.INDUSTRY: "Software",
        Field.EMPLOYEE_COUNT: 120,
        Field.TECHNOLOGIES: ("HubSpot", "Stripe"),
        Field.DESCRIPTION: "A cloud platform for automation.",
    }
    yield stand
