"""Records that the product has worked on, as rows: plainly synthetic, and with any text where people's or providers' words stand."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, insert

from integration.core.clock import system_clock
from integration.db.models.enrichment import FindingRow
from integration.db.models.ledger import LedgerRow, RunRow
from integration.db.models.results import BriefRow, DraftRow, ScoreRow
from tests.contract.cards.conftest import OURS, OWNER_OF, Cards

WORDS = "Sample words"
RUN = "sample-run"


def know(
    cards: Cards,
    object_id: str,
    *,
    object_type: str = "contacts",
    portal_id: int = OURS,
    owner_user: str | None = None,
    company_id: str | None = None,
    words: str = WORDS,
    checked_at: datetime | None = None,
    value: float | None = 72.0,
    draft: bool = True,
) -> str:
    """The record's id: it has a brief, a priority that moved, an ICP fit, a draft where it is a contact, a field of ours and a fact."""
    now = system_clock()
    key = {"portal_id": portal_id, "object_type": object_type, "object_id": object_id}
    with cards.parts.database.begin() as connection:
        connection.execute(
            insert(BriefRow).values(
                **key, headline=words, sections=sections(words), fingerprint="f", built_at=now, checked_at=checked_at or now,
                owner_id=OWNER_OF[owner_user] if owner_user else None,
                company_id=company_id,
            )
        )  # fmt: skip
        add_score(connection, key, "priority", value, words)
        add_score(connection, key, "icp_fit", value, words)
        if draft and object_type == "contacts":
            connection.execute(insert(DraftRow).values(**key, state="drafted", steps=[step(words)], fingerprint="f", built_at=now))
        add_run(connection, portal_id, RUN + object_id, requested_by="")
        write_field(connection, key, "jobtitle", words, at=now)
        connection.execute(
            insert(FindingRow).values(
                **key, field="industry", provider="apollo", value=words, source_url="https://apollo.example/1", seen_at=now,
                confidence_ratio=0.9, cost_usd=Decimal("0.01"), chosen=True, run_id=RUN + object_id,
            )
        )  # fmt: skip
    return object_id


def add_run(connection: Connection, portal_id: int, run_id: str, *, requested_by: str, kind: str = "live") -> None:
    connection.execute(
        insert(RunRow).values(
            run_id=run_id, portal_id=portal_id, kind=kind, object_type="contacts", started_at=system_clock(), counts={"written": 1},
            requested_by=requested_by,
        )
    )  # fmt: skip


def write_field(
    connection: Connection, key: dict[str, Any], name: str, value: str, *, at: datetime, before: str | None = None
) -> None:
    """A value of Apollo's that we wrote and that stands."""
    connection.execute(
        insert(LedgerRow).values(
            **key, run_id=RUN + key["object_id"], property_name=name, value_before=before, value_after=value, policy="fill_blank",
            decision="write", decision_reason="blank", provider="apollo", source_url="https://apollo.example/1", seen_at=at,
            confidence_ratio=0.9, cost_usd=Decimal("0.01"), trace_id="t", outcome="written", created_at=at, settled_at=at,
        )
    )  # fmt: skip


def add_score(connection: Connection, key: dict[str, Any], name: str, value: float | None, words: str) -> None:
    now = system_clock()
    moved: dict[str, Any] = {"previous_value": 50.0, "previous_label": "warm", "moved_at": now - timedelta(days=1)}
    moved["previous_reasons"] = [{"text": words, "points": 50.0, "rests_on": []}]
    connection.execute(
        insert(ScoreRow).values(
            **key, name=name, value=value, unit="points", label=("hot" if name == "priority" else "strong") if value else "not_enough_evidence",
            reasons=[{"text": words, "points": value or 0.0, "rests_on": ["industry"]}], scored_at=now, **moved,
        )
    )  # fmt: skip


def sections(words: str) -> list[dict[str, Any]]:
    evidence = {"field": "industry", "provider": "apollo", "url": "https://apollo.example/1", "seen_at": system_clock().isoformat()}
    return [
        {"name": name, "title": words, "sentences": [{"text": words, "evidence": [evidence]}]}
        for name in ("who_they_are", "why_now", "fit_and_risks", "people", "next_step")
    ]


def step(words: str) -> dict[str, Any]:
    return {"position": 1, "day_offset": 0, "channel": "email", "subject": words, "body": words, "rests_on": ["industry"]}
