"""What the pipeline needs of its surroundings, as contracts: HubSpot, enrichment, decisions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from integration.briefs.base import Brief
from integration.hubspot.objects import AssociatedRecord, CrmRecord, Owner, PropertyDeclaration
from integration.outreach.base import Draft, JudgedDraft, Sender
from integration.pipeline.creating.company_maker import Associator
from integration.pipeline.definitions.catalog import DefinitionReader
from integration.pipeline.notes import NoteWriter
from integration.pipeline.policies.standing_reader import HistoryReader
from integration.pipeline.write_back import PropertyWriter
from integration.providers.base import FactSheet, Finding, Subject
from integration.providers.questions import Enrichment
from integration.scoring.base import ScoreResult, Scores
from integration.scoring.history import PortalHistory


class RecordReader(Protocol):
    """Reading records and what they hang on, in batches. Ids that do not exist are left out of the answer."""

    def batch_read(self, object_type: str, ids: Sequence[str], properties: Sequence[str]) -> Sequence[CrmRecord]: ...
    def associated_ids(self, from_type: str, to_type: str, ids: Sequence[str]) -> Mapping[str, tuple[AssociatedRecord, ...]]: ...


class CrmReader(RecordReader, Protocol):
    """Reading records, and who owns them."""

    def owners(self, *, archived: bool = False) -> Sequence[Owner]: ...


class CrmClient(CrmReader, HistoryReader, DefinitionReader, PropertyWriter, NoteWriter, Associator, Protocol):
    """One portal's HubSpot, as far as the pipeline uses it."""


class CrmClients(Protocol):
    """Gives the client of a portal; `live` False stands back behind live work when the portal's quota is short."""

    def for_portal(self, portal_id: int, *, live: bool = True) -> CrmClient: ...


@dataclass(frozen=True)
class Question:
    """Whom to enrich. `key` names the answer; `known` is what HubSpot already says, so that nobody is paid for it.

    `object_id` is the record asked about, None for a company that has none in HubSpot.
    """

    key: str
    subject: Subject
    known: tuple[Finding, ...]
    object_id: str | None


class Enricher(Protocol):
    """Answers all questions of a batch at once; a question nobody could answer has an answer without findings."""

    def enrich(self, portal_id: int, questions: Sequence[Question]) -> Mapping[str, Enrichment]: ...


class Decisions(Protocol):
    """Everything decided about a record, under one portal's profile. All pure."""

    @property
    def declarations(self) -> Mapping[str, PropertyDeclaration]:
        """Every property the decisions fill, by name."""
        ...

    def scores(self, sheet: FactSheet, chance: ScoreResult | None = None) -> Scores:
        """`chance`: what the account's heat model says of the record, None where it has no say."""
        ...

    def brief(self, sheet: FactSheet, scores: Scores) -> Brief: ...
    def draft(self, sheet: FactSheet, sender: Sender | None) -> Draft: ...
    def values(self, scores: Scores, brief: Brief | None, draft: JudgedDraft | None) -> dict[str, str]:
        """What goes into our properties; "" clears one."""
        ...

    def brief_note(self, brief: Brief, marker: str) -> str: ...
    def draft_note(self, draft: JudgedDraft, marker: str) -> str:
        """For a refused or rejected draft the note that withdraws an earlier one."""
        ...


class HeatScorer(Protocol):
    """The heat models of all accounts."""

    def properties(self, portal_id: int, object_type: str, of_type: str) -> Sequence[str]:
        """What scoring records of `object_type` reads of records of `of_type`."""
        ...

    def score(
        self,
        portal_id: int,
        object_type: str,
        records: Mapping[str, CrmRecord],
        companies: Mapping[str, CrmRecord],
        *,
        as_of: datetime,
    ) -> Mapping[str, ScoreResult]: ...


class DecisionSource(Protocol):
    """Gives the decisions under a portal's preferences and its past."""

    def __call__(self, preferences: Mapping[str, Any], history: PortalHistory, /) -> Decisions: ...
