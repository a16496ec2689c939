"""What to write on one record: the values we want, held against what stands there, each with its decision. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Final

from integration.hubspot.objects import CrmRecord, PropertyDeclaration
from integration.pipeline.definitions.catalog_store import Catalog
from integration.pipeline.definitions.fitting import Given, Misfit, fit
from integration.pipeline.policies.rules import RuleBook
from integration.pipeline.policy import Decision, Rule, Standing, Wanted, WritePolicy, decide
from integration.pipeline.properties import STATUS, STATUS_GOOD
from integration.pipeline.standard_properties import StandardValue
from integration.providers.base import Finding

_STRING: Final = "string"


@dataclass(frozen=True)
class KnownSource:
    """Where a value came from, as the ledger keeps it: what is left of a finding once it was proposed or written."""

    provider: str
    source_url: str | None
    seen_at: datetime | None
    confidence_ratio: float | None
    cost_usd: Decimal | None


@dataclass(frozen=True)
class WantedValue:
    """A value we want in a property. `kind` is the property's type in HubSpot's words; `finding` is None for what we computed."""

    property_name: str
    value: str
    policy: WritePolicy
    kind: str = "string"
    finding: Finding | KnownSource | None = None


@dataclass(frozen=True)
class PlannedValue:
    """One wanted value with what stood there when we read (None: empty) and what was decided."""

    wanted: WantedValue
    value_before: str | None
    decision: Decision


@dataclass(frozen=True)
class RecordPlan:
    """Everything planned for one record under one trace id. `current_status` is the status property as it was read.

    `tells_status` False: what HubSpot refuses is not told in the status property.
    """

    object_id: str
    trace_id: str
    entries: tuple[PlannedValue, ...]
    current_status: str | None = None
    tells_status: bool = True
    values: Mapping[str, str] = field(init=False)
    """The new values, by property name: what goes to HubSpot."""

    def __post_init__(self) -> None:
        writes = {entry.wanted.property_name: entry.wanted.value for entry in self.entries if entry.decision.action == "write"}
        object.__setattr__(self, "values", writes)


@dataclass(frozen=True)
class Wish:
    """A value we want under a rule. `misfit`: the portal's property does not take it, so it will not be written whatever stands there."""

    wanted: WantedValue
    rule: Rule
    misfit: Misfit | None = None

    @property
    def property_name(self) -> str:
        return self.wanted.property_name

    def held_against(self, standing: Standing, *, as_of: datetime) -> Decision:
        """Whether it is to be written."""
        decision = self.allowed(standing, as_of=as_of)
        if self.misfit is not None and decision.action == "write":
            return Decision("keep", self.misfit.reason)
        return decision

    def allowed(self, standing: Standing, *, as_of: datetime) -> Decision:
        """What the rule says, whether the value fits or not. What we computed was seen now."""
        finding = self.wanted.finding
        wanted = Wanted(
            self.wanted.property_name,
            self.wanted.value,
            self.wanted.kind,
            as_of if finding is None else finding.seen_at,
            None if finding is None else finding.confidence_ratio,
        )
        return decide(self.rule, standing, wanted)


@dataclass(frozen=True)
class RecordWishes:
    """Everything wanted on one record under one trace id. `record` is what was read; `stamp` is written only beside another change.

    `tells_kept`: a plan without a write, only with what is kept and why, is worth giving too.
    """

    record: CrmRecord
    wishes: tuple[Wish, ...]
    stamp: Wish
    trace_id: str
    as_of: datetime
    tells_kept: bool = False

    @property
    def object_id(self) -> str:
        return self.record.object_id

    def before(self, property_name: str) -> str:
        """The value that was read, "" for a blank."""
        return self.record.properties.get(property_name) or ""


def own_wishes(
    values: Mapping[str, str], declarations: Mapping[str, PropertyDeclaration], *, rules: RuleBook, catalog: Catalog
) -> tuple[Wish, ...]:
    """Values for our own properties, in the order given. Raises KeyError for a property nobody declared: that is our own mistake."""
    return tuple(_wish(declarations[name].name, Given(value), None, rules=rules, catalog=catalog) for name, value in values.items())


def standard_wishes(values: Sequence[StandardValue], *, country: str | None, rules: RuleBook, catalog: Catalog) -> tuple[Wish, ...]:
    """Values for HubSpot's standard properties that the rules let us fill. `country` is the ISO code of where the record is."""
    return tuple(
        _wish(
            entry.property.name,
            Given(entry.finding.value, entry.property.sense, country),
            entry.finding,
            rules=rules,
            catalog=catalog,
        )
        for entry in values
    )


def status_text(wishes: Sequence[Wish], is_told: Callable[[Wish], bool]) -> str:
    """The status of the record: all is well, or what could not go in although it is wanted, as far as it `is_told`."""
    words = [wish.misfit.words for wish in wishes if wish.misfit is not None and is_told(wish)]
    if not words:
        return STATUS_GOOD
    return f"{STATUS_GOOD}, except: {'; '.join(words)}. An admin can set this right in HubSpot or under Policies in Leadlight."


def plan_record(wishes: RecordWishes, standing_of: Callable[[Wish], Standing]) -> RecordPlan | None:
    """The plan, or None when nothing has to change."""
    entries = [entry for wish in wishes.wishes if (entry := _planned(wishes, wish, standing_of)) is not None]
    writes = any(entry.decision.action == "write" for entry in entries)
    if not writes and not (wishes.tells_kept and entries):
        return None
    if writes and (stamp := _planned(wishes, wishes.stamp, standing_of)) is not None:
        entries.append(stamp)
    may_tell = all(wish.rule.policy is not WritePolicy.NEVER for wish in wishes.wishes if wish.property_name == STATUS.name)
    return RecordPlan(wishes.object_id, wishes.trace_id, tuple(entries), wishes.record.text(STATUS.name), tells_status=may_tell)


def _planned(wishes: RecordWishes, wish: Wish, standing_of: Callable[[Wish], Standing]) -> PlannedValue | None:
    """The wish with its decision, None where the value stands there already."""
    standing = standing_of(wish)
    decision = wish.held_against(standing, as_of=wishes.as_of)
    return None if decision.reason == "unchanged" else PlannedValue(wish.wanted, standing.value or None, decision)


def _wish(name: str, given: Given, finding: Finding | None, *, rules: RuleBook, catalog: Catalog) -> Wish:
    rule, definition = rules.rule_for(name), catalog.find(name)
    fitted = fit(definition, name, given)
    misfit = fitted if isinstance(fitted, Misfit) else None
    value = ", ".join(given.texts) if isinstance(fitted, Misfit) else fitted
    kind = _STRING if definition is None else definition.type
    return Wish(WantedValue(name, value, rule.policy, kind, finding), rule, misfit)
