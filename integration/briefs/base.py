"""The contract of a brief. A language model may later write sentences behind it; each still has to name its findings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from integration.providers.base import Field, Finding

SectionName = Literal["who_they_are", "why_now", "fit_and_risks", "people", "next_step"]


class ReasonView(Protocol):
    """A reason of a score, as far as a brief looks at it."""

    @property
    def text(self) -> str: ...
    @property
    def points(self) -> float: ...
    @property
    def findings(self) -> tuple[Finding, ...]: ...


class ScoreView(Protocol):
    """A score, as far as a brief looks at it."""

    @property
    def name(self) -> str: ...
    @property
    def value(self) -> float | None: ...
    @property
    def label(self) -> str: ...
    @property
    def reasons(self) -> Sequence[ReasonView]: ...


@dataclass(frozen=True)
class Evidence:
    """What a sentence rests on: the field, who said it, where it can be checked, when it was seen."""

    field: Field
    provider: str
    source_url: str | None
    seen_at: datetime


@dataclass(frozen=True)
class Sentence:
    text: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True)
class Section:
    name: SectionName
    title: str
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True)
class Brief:
    """`fingerprint` changes exactly when the words or the evidence (not its seen_at) change."""

    headline: str
    sections: tuple[Section, ...]
    fingerprint: str
