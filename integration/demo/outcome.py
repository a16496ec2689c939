"""What the demo tells at the end, as values and as the object of `leadlight demo --json`. Nothing is measured here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class HotRecord:
    """One of the hottest companies. `bant` None: not scored."""

    name: str
    icp_fit: float
    bant: float | None
    headline: str
    reasons: tuple[str, ...]
    url: str


@dataclass(frozen=True)
class DryLook:
    """The report of the dry run, and what the portal held of ours at that moment, which must be nothing."""

    records: int
    filled: int
    changed: int
    left_alone: int
    notes: int
    cost_usd: float
    standing_in_hubspot: int


@dataclass(frozen=True)
class AcceptedLook:
    """What was accepted beside what was written of it. `declined` is what somebody changed meanwhile, left alone."""

    run_id: str
    fields: int
    notes: int
    fields_written: int
    notes_written: int
    declined: int

    @property
    def is_exact(self) -> bool:
        return (self.fields, self.notes) == (self.fields_written, self.notes_written)


@dataclass(frozen=True)
class LiveLook:
    """After going live: one field a rep edited, and how many fields the passes over the changed records wrote."""

    record: str
    field: str
    ours: str
    edited_to: str
    stands: str
    changed_contacts: int

    @property
    def is_kept(self) -> bool:
        return self.stands == self.edited_to


@dataclass(frozen=True)
class UndoLook:
    """One run undone, and that undo undone. `fields` is what the ledger holds of the run; `left_alone`: what stayed, by reason."""

    run_id: str
    fields: int
    put_back: int
    left_alone: Mapping[str, int]
    brought_back: int


@dataclass(frozen=True)
class LearnLook:
    """What was learned from deals that ended: the model, how well it ranks the newest ones, and how many contacts got which verdict."""

    deals: int
    won: int
    model: str
    auc: float
    abstained: str
    labels: Mapping[str, int]


@dataclass(frozen=True)
class Trust:
    """The story from dry run to undo."""

    dry_run: DryLook
    accepted: AcceptedLook
    live: LiveLook
    undo: UndoLook
    open_reviews: int
    open_duplicates: int


@dataclass(frozen=True)
class Outcome:
    """What the demo tells at the end. `providers`: (name, values found, cost in USD)."""

    records_loaded: int
    records_written: int
    hubspot_calls: int
    repeats_dropped: int
    notes: int
    drafts: int
    dead_letters: int
    seconds: float
    providers: tuple[tuple[str, int, float], ...]
    hottest: tuple[HotRecord, ...]
    trust: Trust
    learned: LearnLook

    @property
    def is_well(self) -> bool:
        """Whether nothing was lost, nothing was written too early, what was accepted is what was written, and undo went both ways."""
        trust = self.trust
        return (
            self.records_written == self.records_loaded
            and not trust.dry_run.standing_in_hubspot
            and trust.accepted.is_exact
            and trust.live.is_kept
            and not self.learned.abstained
            and trust.undo.fields == trust.undo.put_back == trust.undo.brought_back
        )

    def as_json(self) -> dict[str, object]:
        """The object `leadlight demo --json` prints."""
        trust = self.trust
        return {
            "records_loaded": self.records_loaded,
            "records_written": self.records_written,
            "records_lost": self.records_loaded - self.records_written,
            "hubspot_calls": self.hubspot_calls,
            "hubspot_calls_per_record": round(self.hubspot_calls / max(1, self.records_loaded), 4),
            "repeats_dropped": self.repeats_dropped,
            "findings_by_provider": {name: found for name, found, _ in self.providers},
            "cost_usd": round(sum(cost for _, _, cost in self.providers), 2),
            "notes": self.notes,
            "drafts": self.drafts,
            "dead_letters": self.dead_letters,
            "seconds": round(self.seconds, 1),
            "dry_run": asdict(trust.dry_run),
            "accepted": {**asdict(trust.accepted), "is_exact": trust.accepted.is_exact},
            "live": {**asdict(trust.live), "is_kept": trust.live.is_kept},
            "undo": asdict(trust.undo),
            "learned": asdict(self.learned),
            "open_reviews": trust.open_reviews,
            "open_duplicates": trust.open_duplicates,
            "hottest": [{"name": one.name, "icp_fit": one.icp_fit, "headline": one.headline} for one in self.hottest],
        }
