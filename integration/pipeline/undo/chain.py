"""What undoing means for one field: which value goes back, or why the field is left alone. Pure.

Two accounts of the field are held against each other: our ledger (what we wrote, and what we saw there before) and HubSpot's history (what
really stood there, in order, and who set it). Newest first, our selected writes are taken off one by one, as long as the history shows them on
top of each other; what lies beneath the last of them goes back. Whatever anybody else set since stays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from integration.pipeline.policy import Origin, same_value

UNDONE: Final = "undone"
"""Why the ledger says a value was written by an undo."""
ALREADY_BACK: Final = "already_back"
ALREADY_UNDONE: Final = "already_undone"
WRITTEN_AGAIN_LATER: Final = "written_again_later"
NOT_STANDING: Final = "not_standing"
ERASED: Final = "erased"

_CHANGED_BY: Final[Mapping[Origin, str]] = {
    Origin.PERSON: "changed_by_person",
    Origin.IMPORT: "changed_by_import",
    Origin.OTHER_APP: "changed_by_other_app",
    Origin.HUBSPOT: "changed_by_hubspot",
    Origin.UNKNOWN: "changed_by_someone",
}


@dataclass(frozen=True)
class OwnWrite:
    """One write of ours in the ledger. `value_after` None: the values were erased. `is_certain` False: its answer was lost.

    `is_selected`: it is to be undone; the writes of the undo in hand itself count as selected, so that doing it again finds its own work.
    `fingerprint` is that of a note's text.
    """

    row_id: int
    value_before: str | None
    value_after: str | None
    is_selected: bool
    is_certain: bool = True
    reason: str = ""
    fingerprint: str = ""


@dataclass(frozen=True)
class Version:
    """One entry of the property's history: "" is a cleared value."""

    value: str
    origin: Origin


@dataclass(frozen=True)
class Verdict:
    """`restore`: write `value` ("" clears), taking back the rows `undone_ids`. `keep`: leave the field, for `reason`.

    `source_id` is the earlier write of ours that had put the restored value there; None when somebody else had.
    """

    action: Literal["restore", "keep"]
    reason: str
    value: str = ""
    standing: str = ""
    undone_ids: tuple[int, ...] = ()
    source_id: int | None = None


def judge_field(writes: Sequence[OwnWrite], versions: Sequence[Version], *, kind: str = "string") -> Verdict:
    """What undoing the selected ones of `writes` does to the field. Both lists are newest first; `kind` is the property's type.

    An empty history counts as a field that never held anything.
    """
    if any(write.is_selected and write.value_after is None for write in writes):
        return Verdict("keep", ERASED)
    standing = versions[0].value if versions else ""
    if versions and versions[0].origin is not Origin.OURS:
        return _foreign(versions[0], writes, kind)
    top = _position(writes, standing, kind) if versions else None
    if top is None:
        return Verdict("keep", NOT_STANDING, standing=standing)
    if not writes[top].is_selected:
        reason = ALREADY_UNDONE if writes[top].reason == UNDONE else WRITTEN_AGAIN_LATER
        return Verdict("keep", reason, standing=standing)
    undone, beneath, source = _take_off(writes[top:], _distinct(versions, kind), kind)
    ids = tuple(write.row_id for write in undone)
    before = undone[-1].value_before or ""
    # The history knows of a change between our reading and our writing; where both agree, our spelling is the one HubSpot gave us.
    value = before if beneath is None or same_value(beneath.value, before, kind=kind) else beneath.value
    if same_value(value, standing, kind=kind):
        return Verdict("keep", ALREADY_BACK, value, standing, ids, source)
    return Verdict("restore", UNDONE, value, standing, ids, source)


def _foreign(newest: Version, writes: Sequence[OwnWrite], kind: str) -> Verdict:
    """Somebody else set what stands there now. A lost write that never arrived leaves nothing to undo."""
    arrived = [write for write in writes if write.is_certain or same_value(write.value_after or "", newest.value, kind=kind)]
    if not any(write.is_selected for write in arrived):
        return Verdict("keep", NOT_STANDING, standing=newest.value)
    return Verdict("keep", _CHANGED_BY[newest.origin], standing=newest.value)


def _take_off(
    writes: Sequence[OwnWrite], versions: Sequence[Version], kind: str
) -> tuple[list[OwnWrite], Version | None, int | None]:
    """The writes that come off, newest first; what lies beneath them, as far as the history reaches; and the write of ours that put it there."""
    undone = [writes[0]]
    depth, rest = 1, writes[1:]
    while True:
        beneath = versions[depth] if depth < len(versions) else None
        if beneath is not None and beneath.origin is not Origin.OURS:
            return undone, beneath, None
        wanted = (undone[-1].value_before or "") if beneath is None else beneath.value
        place = _position(rest, wanted, kind, may_skip_certain=False)
        if place is None:
            return undone, beneath, None
        if not rest[place].is_selected:
            return undone, beneath, rest[place].row_id
        undone.append(rest[place])
        depth, rest = depth + 1, rest[place + 1 :]


def _position(writes: Sequence[OwnWrite], value: str, kind: str, *, may_skip_certain: bool = True) -> int | None:
    """Where the newest write of `value` is. Passed over are lost ones and, on top, what a merge brought in from another record."""
    for position, write in enumerate(writes):
        if write.value_after is not None and same_value(write.value_after, value, kind=kind):
            return position
        if write.is_certain and not may_skip_certain:
            return None
    return None


def _distinct(versions: Sequence[Version], kind: str) -> list[Version]:
    """Without our own repetitions of a value that stood there already."""
    kept: list[Version] = []
    for version in versions:
        if kept and version.origin is kept[-1].origin is Origin.OURS and same_value(version.value, kept[-1].value, kind=kind):
            continue
        kept.append(version)
    return kept
