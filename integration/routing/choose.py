"""Chooses an owner in fair turns: whoever may have the record and got the fewest lately. Pure.

Among owners who may be chosen all the time the numbers never differ by more than one, whoever else comes and goes.
Limit: whoever joins later has got nothing yet and gets the next records until level with the others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Candidate:
    """An owner of the account. `owner_id` is what records are assigned by, which is not the id of the user."""

    owner_id: str
    name: str
    archived: bool = False
    team_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wish:
    """What the workflow asks for. Empty `owner_ids`: everybody; `team_id` None: every team. `current_id` is who has the record now."""

    owner_ids: frozenset[str] = frozenset()
    team_id: str | None = None
    keep_current: bool = False
    current_id: str | None = None


@dataclass(frozen=True)
class Loser:
    """Somebody who was not chosen, and why."""

    owner_id: str
    reason: str


@dataclass(frozen=True)
class Choice:
    """`owner_id` None: nobody may be chosen, and `reason` says why. `kept`: the record stays with whom it was."""

    owner_id: str | None
    name: str
    reason: str
    losers: tuple[Loser, ...]
    kept: bool = False


def choose_owner(candidates: Sequence[Candidate], counts: Mapping[str, int], wish: Wish) -> Choice:
    """Who gets the record. `counts` is how many each owner was given lately; of equals the one with the lower id is chosen."""
    losers = [Loser(one.owner_id, why) for one in candidates if (why := _why_not(one, wish)) is not None]
    present = next((one for one in candidates if one.owner_id == wish.current_id), None)
    if wish.keep_current and present is not None and not present.archived:
        others = tuple(Loser(one.owner_id, "the record has an owner already") for one in candidates if one is not present)
        return Choice(
            present.owner_id, present.name, "the record is theirs already, and its owner was to be kept.", others, kept=True
        )
    able = sorted((one for one in candidates if _why_not(one, wish) is None), key=lambda one: _turn(one, counts))
    if not able:
        return Choice(None, "", _nobody(candidates, wish), tuple(losers))
    chosen = able[0]
    given = counts.get(chosen.owner_id, 0)
    losers += [Loser(one.owner_id, _behind(counts.get(one.owner_id, 0), given)) for one in able[1:]]
    reason = (
        f"got {_records(given)} in the last 30 days, the fewest of {len(able)}."
        if len(able) > 1
        else "the only one to choose from."
    )
    return Choice(chosen.owner_id, chosen.name, reason, tuple(losers))


def _why_not(one: Candidate, wish: Wish) -> str | None:
    if one.archived:
        return "archived"
    if wish.owner_ids and one.owner_id not in wish.owner_ids:
        return "not among the owners to choose from"
    if wish.team_id is not None and wish.team_id not in one.team_ids:
        return "not in the team"
    return None


def _turn(one: Candidate, counts: Mapping[str, int]) -> tuple[int, int, str]:
    return counts.get(one.owner_id, 0), len(one.owner_id), one.owner_id  # the ids are numbers of any length


def _behind(count: int, least: int) -> str:
    return f"got {_records(count)} already" if count > least else f"got {_records(count)} too; the lower id goes first"


def _nobody(candidates: Sequence[Candidate], wish: Wish) -> str:
    if not candidates:
        return "no owner of this account is known."
    if all(one.archived for one in candidates):
        return "every owner of this account is archived."
    if wish.team_id is not None:
        return "no active owner among those to choose from is in the team."
    return "none of the owners to choose from is active in this account."


def _records(count: int) -> str:
    return "1 record" if count == 1 else f"{count} records"
