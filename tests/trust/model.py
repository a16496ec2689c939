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


@dataclass(frozen=True)
class RuleSpec:
    """One property's rule. `has_margin`: how much more certain than another app's value a finding must be is stated."""

    policy: Policy
    lifted: bool = False
    has_margin: bool = False


@dataclass(frozen=True)
class Said:
    """What a provider says of one field: `is_fresh` means seen after everything that stands there, otherwise long before."""

    value: str
    certainty: float = SURE
    is_fresh: bool = True


@dataclass(frozen=True)
class Layer:
    """One value of a field's past. `set_by` is who wrote it last, `owner` whose value it is: an undo puts other people's values back for them.

    `run` is our run that wrote it; `took_away` what an undo removed with it; `certainty` and `is_fresh` are the finding's.
    """

    value: str
    set_by: Who
    owner: Who | None
    run: int | None = None
    took_away: str | None = None
    certainty: float | None = None
    is_fresh: bool = True


@dataclass
class FieldModel:
    """One field: its layers, oldest first. Nothing at all means nobody ever set it."""

    layers: list[Layer] = field(default_factory=list)

    @property
    def value(self) -> str:
        return self.layers[-1].value if self.layers else ""

    def set_by_others(self, value: str, who: Who) -> None:
        if value != self.value:
            self.layers.append(Layer(value, who, who))

    def run(self, run: int, rule: RuleSpec, said: Said) -> None:
        """One pass of ours in which a provider says this."""
        if said.value != self.value and self._allowed(rule, said):
            self.layers.append(Layer(said.value, "ours", "ours", run, certainty=said.certainty, is_fresh=said.is_fresh))

    def _allowed(self, rule: RuleSpec, said: Said) -> bool:
        owner = self.layers[-1].owner if self.layers else None
        protected = owner in ("person", "import") and not rule.lifted
        if rule.policy == "never" or protected or self._was_undone(said.value):
            return False
        if not self.value or rule.policy == "always":
            return True
        # Of two findings that are both fresh, the later one was seen later.
        return {"if_blank": owner == "ours", "if_newer": said.is_fresh, "if_more_certain": self._is_surer(rule, said, owner)}[
            rule.policy
        ]

    def _is_surer(self, rule: RuleSpec, said: Said, owner: Who | None) -> bool:
        certainty = self.layers[-1].certainty
        if owner == "ours":
            return certainty is None or said.certainty > certainty
        return rule.has_margin and said.certainty >= FOREIGN + MARGIN

    def _was_undone(self, value: str) -> bool:
        """Whether our newest word about this field was an undo that took exactly this value away."""
        newest = next((layer for layer in reversed(self.layers) if layer.set_by == "ours"), None)
        return newest is not None and newest.took_away == value

    def undo_run(self, run: int, undo: int) -> None:
        """Take one run's value away, if it is what stands there now."""
        if self.layers and self.layers[-1].run == run and self.layers[-1].set_by == "ours":
            self._put_back(self.layers[:-1], undo)

    def undo_all(self, undo: int) -> None:
        """Take everything of ours away that lies on top."""
        beneath = list(self.layers)
        while beneath and beneath[-1].set_by == "ours":
            beneath.pop()
        if len(beneath) < len(self.layers):
            self._put_back(beneath, undo)

    def _put_back(self, beneath: list[Layer], undo: int) -> None:
        before = beneath[-1] if beneath else Layer("", "ours", None)
        if before.value != self.value:
            self.layers.append(
                Layer(before.value, "ours", before.owner, undo, self.value, certainty=before.certainty, is_fresh=before.is_fresh)
            )

    def absorb(self, other: FieldModel) -> None:
        """The record of `other` was merged into ours by a person: what was never set here comes from there."""
        if not self.layers and other.value:
            self.layers.append(Layer(other.value, "person", "person"))


@dataclass
class AccountModel:
    """Records by name, each with the same fields."""

    rules: Mapping[str, RuleSpec]
    records: dict[str, dict[str, FieldModel]] = field(default_factory=dict)

    def add(self, record: str) -> None:
        self.records[record] = {name: FieldModel() for name in self.rules}

    def merge(self, survivor: str, gone: str) -> None:
        for name, found in self.records.pop(gone).items():
            self.records[survivor][name].absorb(found)

    def values(self) -> dict[str, dict[str, str]]:
        return {record: {name: found.value for name, found in fields.items()} for record, fields in self.records.items()}
