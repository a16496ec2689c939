"""The contract of a drafted sequence: steps as data, or an honest refusal; and what reps made of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from integration.providers.base import Field

Channel = Literal["email", "linkedin"]
DraftState = Literal["drafted", "refused", "approved", "rejected"]


@dataclass(frozen=True)
class Sender:
    """In whose name the draft is written: the record's owner, else the name the admin set. None of it is invented."""

    name: str
    company: str
    offer: str


@dataclass(frozen=True)
class DraftStep:
    """One message, `day_offset` days after the first. `rests_on` names the fields whose findings the text uses."""

    position: int
    day_offset: int
    channel: Channel
    subject: str
    body: str
    rests_on: tuple[Field, ...]


@dataclass(frozen=True)
class Draft:
    """Either steps, or `refusal`: what evidence is missing, in words a rep understands. Never both."""

    steps: tuple[DraftStep, ...]
    refusal: str | None
    fingerprint: str

    def __post_init__(self) -> None:
        if bool(self.steps) == bool(self.refusal):
            raise ValueError("a draft has either steps or a refusal")


@dataclass(frozen=True)
class Judgement:
    """What reps made of a draft. `fingerprint` is of our own draft at that time; `steps` are theirs, empty where they changed nothing."""

    state: DraftState
    fingerprint: str
    decided_by: str
    decided_on: date | None
    note: str
    steps: tuple[DraftStep, ...]


@dataclass(frozen=True)
class JudgedDraft:
    """A draft as it stands with the reps. `verdict` says who decided what, "" while nobody has; equal fingerprints mean the same note."""

    state: DraftState
    refusal: str | None
    steps: tuple[DraftStep, ...]
    verdict: str
    fingerprint: str
