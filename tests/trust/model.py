"""What an account must look like after any interleaving of our runs, other people's edits, merges and undos. As plain as it can be written.

It knows nothing of batches, ledgers, HubSpot or SQL: a field is a stack of values, each with who put it there, and the promises of the policies
are said once more in other words than the product's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

Who = Literal["ours", "person", "import", "app"]
Policy = Literal["never", "if_blank", "if_newer", "if_more_certain", "always"]

UNSURE: Final = 0.75
"""More certain than nothing; not enough to replace another app's value by the margin below."""
SURE: Final = 0.95
MARGIN: Final = 0.2
FOREIGN: Final = 0.7
"""How certain another app's value counts."""
LONG_AGO: Final = 1_000_000


@dataclass(frozen=True)
class RuleSpec:
    """One property's rule. `has_margin`: how much more certain than another app's value a finding must be is stated."""

    policy: Policy
    lifted: bool = False
    has_margin: bool = False


@dataclass(frozen=True)
class Said:
    """What a provider says of one field: `is_fresh` means seen just now, otherwise long before anything happened here."""

    value: str
    certainty: float = SURE
    is_fresh: bool = True

    def seen(self, now: int) -> int:
        """Of two stale findings the later one was seen later, too."""
        return now if self.is_fresh else now - LONG_AGO


@dataclass(frozen=True)
class Layer:
    """One value of a field's past. `set_by` is who wrote it last, `owner` whose value it is: an undo puts other people's values back for them.

    `run` is our run that wrote it; `took_away` what an undo removed with it. `seen` is when a finding of ours was seen, or when somebody else set it.
    """

    value: str
    set_by: Who
    owner: Who | None
    seen: int
    run: int | None = None
    took_away: str | None = None
    certainty: float | None = None


@dataclass
class FieldModel:
    """One field: its layers, oldest first. Nothing at all means nobody ever set it."""

    layers: list[Layer] = field(default_factory=list)
    undone_elsewhere: str | None = None
    """What an undo took from a record that was merged into this one, where we wrote nothing ourselves."""

    @property
    def value(self) -> str:
        return self.layers[-1].value if self.layers else ""

    def set_by_others(self, value: str, who: Who, now: int) -> None:
        if value != self.value:
            self.layers.append(Layer(value, who, who, now))

    def run(self, run: int, rule: RuleSpec, said: Said, now: int) -> None:
        """One pass of ours in which a provider says this."""
        if said.value != self.value and self._allowed(rule, said, now):
            self.layers.append(Layer(said.value, "ours", "ours", said.seen(now), run, certainty=said.certainty))

    def _allowed(self, rule: RuleSpec, said: Said, now: int) -> bool:
        owner = self.layers[-1].owner if self.layers else None
        protected = owner in ("person", "import") and not rule.lifted
        if rule.policy == "never" or protected or self._was_undone(said.value):
            return False
        if not self.value or rule.policy == "always":
            return True
        return {
            "if_blank": owner == "ours",
            "if_newer": said.seen(now) > self.layers[-1].seen,
            "if_more_certain": self._is_surer(rule, said, owner),
        }[rule.policy]

    def _is_surer(self, rule: RuleSpec, said: Said, owner: Who | None) -> bool:
        certainty = self.layers[-1].certainty
        if owner == "ours":
            return certainty is None or said.certainty > certainty
        return rule.has_margin and said.certainty >= FOREIGN + MARGIN

    def _was_undone(self, value: str) -> bool:
        return self._undone() == value

    def _undone(self) -> str | None:
        """What our newest word about this field took away, if it was an undo."""
        newest = self._newest_of_ours()
        return self.undone_elsewhere if newest is None else newest.took_away

    def _newest_of_ours(self) -> Layer | None:
        return next((layer for layer in reversed(self.layers) if layer.set_by == "ours"), None)

    def undo_run(self, run: int, undo: int, now: int) -> None:
        """Take one run's value away, if it is what stands there now."""
        if self.layers and self.layers[-1].run == run and self.layers[-1].set_by == "ours":
            self._put_back(self.layers[:-1], undo, now)

    def undo_all(self, undo: int, now: int) -> None:
        """Take everything of ours away that lies on top."""
        beneath = list(self.layers)
        while beneath and beneath[-1].set_by == "ours":
            beneath.pop()
        if len(beneath) < len(self.layers):
            self._put_back(beneath, undo, now)

    def undo_provider(self, undo: int, now: int) -> None:
        """Take every value of the provider away that lies on top; what an undo emptied or put back for others is no provider's."""
        beneath = list(self.layers)
        while beneath and beneath[-1].set_by == beneath[-1].owner == "ours":
            beneath.pop()
        if len(beneath) < len(self.layers):
            self._put_back(beneath, undo, now)

    def _put_back(self, beneath: list[Layer], undo: int, now: int) -> None:
        before = beneath[-1] if beneath else Layer("", "ours", None, now)
        if before.value != self.value:
            seen = before.seen if before.owner == "ours" else now
            self.layers.append(Layer(before.value, "ours", before.owner, seen, undo, self.value, before.certainty))

    def absorb(self, other: FieldModel, now: int) -> None:
        """The record of `other` was merged into ours by a person: what is empty here comes from there, and so does our memory of undoing it."""
        if self._newest_of_ours() is None:
            self.undone_elsewhere = other._undone()
        if other.value and not self.value:
            self.layers.append(Layer(other.value, "person", "person", now))


@dataclass
class AccountModel:
    """Records by name, each with the same fields."""

    rules: Mapping[str, RuleSpec]
    records: dict[str, dict[str, FieldModel]] = field(default_factory=dict)

    def add(self, record: str) -> None:
        self.records[record] = {name: FieldModel() for name in self.rules}

    def merge(self, survivor: str, gone: str, now: int) -> None:
        for name, found in self.records.pop(gone).items():
            self.records[survivor][name].absorb(found, now)

    def values(self) -> dict[str, dict[str, str]]:
        return {record: {name: found.value for name, found in fields.items()} for record, fields in self.records.items()}
