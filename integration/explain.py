"""One domain or address looked up at once, with everything that happened: each question, its answer and cost, and why each value won.

For an admin's terminal. Nothing is written to HubSpot. Without a portal only providers without a key are asked, and nothing is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from integration.admin.disconnect_store import DisconnectStore, portal_tables
from integration.app import Parts, open_database, open_parts
from integration.core.crypto import new_key
from integration.core.errors import BadInput
from integration.core.settings import Secret, Settings
from integration.db.migrate import migrate
from integration.db.session import Database
from integration.providers.asking import NO_KEY
from integration.providers.base import Field, FieldValue, Finding, ProviderReply, Subject
from integration.providers.merge import Board, Ranked, weigh_findings
from integration.providers.normalise import to_domain, to_email
from integration.providers.questions import Enrichment, PlanStep

NOBODY: Final = 0
"""Stands for no portal: it has no keys and no choices, and what is stored under it is erased before and after."""
_ROWS_AT_ONCE: Final = 10_000
_SHOWN_CHARS: Final = 300


@dataclass(frozen=True)
class _Question:
    """The one question of a lookup."""

    subject: Subject
    key: str = "subject"
    known: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Lookup:
    """What was asked, and what came of it. `titles` are the providers' names for people."""

    subject: Subject
    enrichment: Enrichment
    titles: Mapping[str, str]
    as_of: datetime

    def boards(self) -> Mapping[Field, Board]:
        """Every field with all its findings and why each was chosen or not."""
        return weigh_findings(self.enrichment.every_finding(), as_of=self.as_of, weighing=self.enrichment.weighing)

    def to_json(self) -> dict[str, object]:
        """`{"subject", "lookups": [...], "planned": [...], "values": [...]}`: what the tables say."""
        return {
            "subject": self.subject.email or self.subject.domain,
            "lookups": [_reply_json(reply) for reply in self.enrichment.replies],
            "planned": [
                {"channel": step.channel, "round": step.round_number, "why": step_words(step)}
                for step in self.enrichment.asked_because
            ],
            "values": [
                {**_ranked_json(board.ranked[0]), "others": [_ranked_json(one) for one in board.ranked[1:]]}
                for _, board in sorted(self.boards().items())
            ],
        }


def look_up(text: str, portal_id: int | None, settings: Settings) -> Lookup:
    """The answer of every provider that may be asked. Raises BadInput for what is neither a domain nor an address."""
    subject = subject_of(text)
    usable = settings if settings.keys else replace(settings, keys=(Secret(new_key()),))
    if portal_id is not None and not settings.keys:
        raise BadInput("LEADLIGHT_KEYS is empty, so the portal's keys cannot be read.")
    with open_database(usable) as database:
        migrate(database)
    with open_parts(usable, process="cli") as parts:
        if portal_id is None:
            forget_nobody(parts.database)
        found = _ask(parts, NOBODY if portal_id is None else portal_id, subject)
        if portal_id is None:
            forget_nobody(parts.database)
    return found


def subject_of(text: str) -> Subject:
    """A person by address, or a company by domain."""
    email = to_email(text) if "@" in text else None
    if email:
        return Subject("person", email=email, domain=to_domain(email.rpartition("@")[2]))
    domain = to_domain(text)
    if domain is None:
        raise BadInput(f"{text!r} is neither a domain such as example.com nor an e-mail address.")
    return Subject("company", domain=domain)


def forget_nobody(database: Database) -> None:
    """Erases what is stored under no portal."""
    store = DisconnectStore()
    for table in portal_tables():
        with database.begin() as connection:
            while store.erase_some(connection, portal_id=NOBODY, table=table, limit=_ROWS_AT_ONCE) == _ROWS_AT_ONCE:
                pass


def show(lookup: Lookup, console: Console) -> None:
    """Two tables: what was asked, and what is believed."""
    console.print(f"[bold]{lookup.subject.email or lookup.subject.domain}[/bold]")
    asked = Table("provider", "question", "answer", "ms", "credits", "US$", title="What was asked", title_justify="left")
    for reply in lookup.enrichment.replies:
        if reply.detail == NO_KEY:
            continue
        asked.add_row(
            lookup.titles.get(reply.provider, reply.provider),
            reply.endpoint or "-",
            Text(answer_words(reply)),
            f"{reply.latency_s * 1000:.0f}" if reply.latency_s else "-",
            f"{reply.credits.normalize():f}",
            f"{reply.cost_usd:.4f}",
        )
    console.print(asked)
    for step in lookup.enrichment.asked_because:
        console.print(Text(f"  round {step.round_number}: {step_words(step)}", style="dim"))
    boards = lookup.boards()
    if not boards:
        console.print(
            "Nothing was found. See above what each provider said; a key for more providers helps (`leadlight provider-key`)."
        )
        return
    values = Table("field", "value", "sure", "from", "why", title="What is believed", title_justify="left")
    for name, board in sorted(boards.items()):
        for place, one in enumerate(board.ranked):
            style = "dim" if place else ""
            values.add_row(
                "" if place else name.value,
                Text(value_words(one.finding.value), style=style),
                f"{one.weight:.0%}",
                _from(one.finding, lookup),
                Text(one.reason, style=style),
            )
    console.print(values)
    cost = sum((reply.cost_usd for reply in lookup.enrichment.replies), Decimal(0))
    unkeyed = [lookup.titles.get(one.provider, one.provider) for one in lookup.enrichment.replies if one.detail == NO_KEY]
    if unkeyed:
        console.print(f"Not asked, for want of a key: {', '.join(dict.fromkeys(unkeyed))}.")
    silent = sum(reply.outcome == "failed" for reply in lookup.enrichment.replies)
    console.print(f"{len(lookup.enrichment.replies)} lookups, {silent} without an answer, US$ {cost:.4f} in all.")


def answer_words(reply: ProviderReply) -> str:
    """What became of a lookup, in a few words."""
    if reply.outcome == "found":
        count = len(reply.findings) or len(reply.candidates)
        kind = "value" if reply.findings else "candidate"
        return f"{count} {kind}{'' if count == 1 else 's'}{', from the cache' if reply.cached else ''}"
    words = {"not_found": "nothing", "skipped": "not asked", "failed": str(reply.error or "failed")}[reply.outcome]
    return f"{words}: {reply.detail}" if reply.detail else words


def value_words(value: FieldValue) -> str:
    """A value on one line, cut to a readable length."""
    text = ", ".join(value) if isinstance(value, tuple) else str(value)
    return text if len(text) <= _SHOWN_CHARS else f"{text[: _SHOWN_CHARS - 1]}…"


def _ask(parts: Parts, portal_id: int, subject: Subject) -> Lookup:
    question = _Question(subject)
    enrichment = parts.enricher.enrich(portal_id, [question])[question.key]
    return Lookup(subject, enrichment, {adapter.info.name: adapter.info.title for adapter in parts.adapters}, parts.clock())


def step_words(step: PlanStep) -> str:
    """Why a channel was asked, in a sentence."""
    fields = ", ".join(name.value for name in step.fields)
    if step.because == "no key":
        return f"{step.channel} would have been asked for {fields}, and has no key"
    if step.because == "pin":
        return f"{step.channel} for {fields}, as pinned"
    others = ", ".join(f"{name} {net:+.3f}" for name, net in step.alternatives)
    aim = "to learn how good it is" if step.because == "explore" else f"worth {step.gain_usd:.3f} for a price of {step.price_usd:f}"
    return f"{step.channel} for {fields}: {aim}{f'; others now: {others}' if others else ''}"


def _from(finding: Finding, lookup: Lookup) -> str:
    title = lookup.titles.get(finding.provider, finding.provider)
    return f"{title}, {finding.seen_at.date().isoformat()}"


def _reply_json(reply: ProviderReply) -> dict[str, object]:
    return {
        "provider": reply.provider,
        "question": reply.endpoint,
        "outcome": reply.outcome,
        "error": reply.error,
        "detail": reply.detail,
        "cached": reply.cached,
        "latency_ms": round(reply.latency_s * 1000),
        "credits": str(reply.credits),
        "cost_usd": str(reply.cost_usd),
        "values": len(reply.findings),
        "candidates": len(reply.candidates),
    }


def _ranked_json(ranked: Ranked) -> dict[str, object]:
    finding = ranked.finding
    return {
        "weight": round(ranked.weight, 4),
        "why": ranked.reason,
        "field": finding.field.value,
        "value": finding.value,
        "provider": finding.provider,
        "confidence": finding.confidence_ratio,
        "seen_at": finding.seen_at.isoformat(),
        "source_url": finding.source_url,
        "cost_usd": str(finding.cost_usd),
    }
