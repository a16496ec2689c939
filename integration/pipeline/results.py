"""What was decided about one record, and its stored form. Pure.

Findings of provider "hubspot" are not kept with us: they stand in HubSpot, and a copy of personal data that serves nothing is not made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from integration.briefs.base import Brief
from integration.outreach.base import Draft, JudgedDraft
from integration.providers.base import CRM_PROVIDER, ErrorClass, FactSheet, Field, Finding, ProviderReply
from integration.scoring.base import ScoreResult

_ANSWERED = frozenset({"found", "not_found"})


@dataclass(frozen=True)
class Decided:
    """One record's fact sheet with everything decided from it. `draft` is None for objects nobody writes to, `brief` for a deal.

    `judged` is the draft as it stands with the reps, None beside it.
    """

    sheet: FactSheet
    scores: Sequence[ScoreResult]
    brief: Brief | None
    draft: Draft | None
    judged: JudgedDraft | None = None

    @property
    def object_id(self) -> str:
        return self.sheet.object_id

    @property
    def owner_id(self) -> str | None:
        """Whose record it is, as HubSpot said when it was read; None for nobody's."""
        return self.sheet.text(Field.OWNER_ID)

    @property
    def company_id(self) -> str | None:
        """The company record of a contact; None where there is none."""
        return self.sheet.company.object_id or None if self.sheet.company is not None else None


@dataclass(frozen=True)
class StoredFinding:
    """A provider's value for one field of a record. `chosen`: it is the one we go by; else `lost_because` says why not, in words."""

    finding: Finding
    chosen: bool
    lost_because: str | None = None


def findings_to_store(sheet: FactSheet) -> list[StoredFinding]:
    """The providers' findings of the record, at most one for each field and provider.

    The findings of a company without a record of its own are kept with the contact that led to it.
    """
    kept: dict[tuple[Field, str], StoredFinding] = {}
    for part in _parts(sheet):
        for field, chosen in part.findings.items():
            for finding in (chosen, *part.alternatives.get(field, ())):
                if finding.provider != CRM_PROVIDER:
                    reason = None if finding is chosen else part.reasons.get(finding)
                    kept.setdefault((field, finding.provider), StoredFinding(finding, finding is chosen, reason))
    return list(kept.values())


def answering_providers(sheet: FactSheet) -> set[str]:
    """Providers that gave a real answer this time; what they no longer say is no longer kept."""
    return {reply.provider for part in _parts(sheet) for reply in part.replies if is_answer(reply)}


def is_answer(reply: ProviderReply) -> bool:
    """Whether what the provider said earlier is outdated: it answered, or it forbids for legal reasons that we keep anything."""
    return reply.outcome in _ANSWERED or reply.error is ErrorClass.LEGAL_BLOCK


def _parts(sheet: FactSheet) -> tuple[FactSheet, ...]:
    return (sheet,) if sheet.company is None or sheet.company.object_id else (sheet, sheet.company)


def score_reasons(score: ScoreResult) -> list[dict[str, object]]:
    return [
        {"text": reason.text, "points": reason.points, "rests_on": [field.value for field in reason.rests_on]}
        for reason in score.reasons
    ]
