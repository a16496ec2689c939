"""Caps, and what of them is set aside and spent. Reserving locks the rows of all caps concerned in one order and gives back at once what
does not fit, so under any concurrency no transaction ever commits more than a cap allows and no two wait for each other.

Every paid call is counted, whether there is a cap or not: a cap set in the middle of a month knows what the month has cost.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.postgresql import insert

from integration.db.models.budget import BudgetRow, BudgetUseRow
from integration.db.session import driver_connection
from integration.providers.budget import (
    BudgetStep,
    Grant,
    Period,
    Room,
    RoomKey,
    Want,
    grant,
    keys_of,
    new_steps,
    step_reached,
    wanted_by_room,
)

_RESERVE: Final = """
    INSERT INTO budget_use AS known (portal_id, provider, period, starts_on, reserved)
    SELECT %(portal_id)s, provider, period, starts_on, credits
    FROM unnest(%(providers)s::text[], %(periods)s::text[], %(starts)s::date[], %(credits)s::numeric[])
        AS asked (provider, period, starts_on, credits)
    ORDER BY provider COLLATE "C", period COLLATE "C", starts_on
    ON CONFLICT (portal_id, provider, period, starts_on) DO UPDATE SET reserved = known.reserved + excluded.reserved
    RETURNING known.provider, known.period, known.starts_on, known.spent, known.reserved, (SELECT cap_credits FROM budget
        WHERE budget.portal_id = known.portal_id AND budget.provider = known.provider AND budget.period = known.period),
        known.alerted_pct
"""

_MOVE: Final = """
    WITH asked AS (
        SELECT use.provider, use.period, use.starts_on, moved.spent, moved.reserved
        FROM budget_use AS use JOIN unnest(%(providers)s::text[], %(periods)s::text[], %(starts)s::date[],
            %(spent)s::numeric[], %(reserved)s::numeric[]) AS moved (provider, period, starts_on, spent, reserved)
            USING (provider, period, starts_on)
        WHERE use.portal_id = %(portal_id)s
        ORDER BY use.provider COLLATE "C", use.period COLLATE "C", use.starts_on FOR UPDATE OF use
    )
    UPDATE budget_use AS known SET spent = known.spent + asked.spent, reserved = known.reserved + asked.reserved
    FROM asked WHERE known.portal_id = %(portal_id)s AND known.provider = asked.provider AND known.period = asked.period
        AND known.starts_on = asked.starts_on
    RETURNING known.provider, known.period, known.starts_on, known.spent, known.reserved, (SELECT cap_credits FROM budget
        WHERE budget.portal_id = known.portal_id AND budget.provider = known.provider AND budget.period = known.period),
        known.alerted_pct
"""


@dataclass(frozen=True)
class Cap:
    """One cap as an admin set it."""

    key: RoomKey
    credits: Decimal
    changed_at: datetime
    changed_by: str


@dataclass(frozen=True)
class Move:
    """A change of one period's figures; both numbers may be negative."""

    key: RoomKey
    starts_on: date
    spent: Decimal
    reserved: Decimal


class BudgetStore:
    """Rows of `budget` and `budget_use`."""

    def reserve(
        self, connection: Connection, *, portal_id: int, wants: Sequence[Want], on: date
    ) -> tuple[tuple[Grant, ...], tuple[BudgetStep, ...]]:
        """What may be asked of each want, set aside, and the steps newly reached because something was refused.

        The rows stay locked until the transaction ends: nothing slow may follow. One statement when everything fits.
        """
        wanted = wanted_by_room((want.provider, want.credits_each * want.lookups) for want in wants)
        if not wanted:
            return (), ()
        rows = driver_connection(connection).execute(
            _RESERVE,
            {"portal_id": portal_id, **_columns(wanted, on), "credits": list(wanted.values())},
        )
        after = _rooms(rows)
        if all(room.cap is None or room.spent + room.reserved <= room.cap for room in after.values()):
            return tuple(Grant(want.lookups) for want in wants), ()
        before = {key: replace(room, reserved=room.reserved - wanted[key]) for key, room in after.items()}
        grants = grant(wants, before)
        taken = wanted_by_room((want.provider, want.credits_each * one.lookups) for want, one in zip(wants, grants, strict=True))
        moves = [
            Move(key, before[key].starts_on, Decimal(0), taken[key] - wanted[key]) for key in wanted if taken[key] != wanted[key]
        ]
        self.move(connection, portal_id=portal_id, moves=moves)
        blocked = {room.key: room for one in grants for room in one.blocked}
        steps = [step for room in blocked.values() for step in new_steps(room, is_full=True)]
        self._remember(connection, portal_id, steps)
        return grants, tuple(steps)

    def move(self, connection: Connection, *, portal_id: int, moves: Sequence[Move]) -> tuple[Room, ...]:
        """The periods as they are after the change. One statement; periods that were erased stay so."""
        if not moves:
            return ()
        ordered = sorted(moves, key=lambda one: (one.key, one.starts_on))
        rows = driver_connection(connection).execute(
            _MOVE,
            {
                "portal_id": portal_id,
                "providers": [one.key.provider for one in ordered],
                "periods": [one.key.period.value for one in ordered],
                "starts": [one.starts_on for one in ordered],
                "spent": [one.spent for one in ordered],
                "reserved": [one.reserved for one in ordered],
            },
        )
        return tuple(_room(row) for row in rows)

    def mark_steps(self, connection: Connection, *, portal_id: int, rooms: Iterable[Room]) -> tuple[BudgetStep, ...]:
        """The steps these periods have newly passed; each is given out once."""
        steps = tuple(step for room in rooms for step in new_steps(room))
        self._remember(connection, portal_id, steps)
        return steps

    def caps(self, connection: Connection, *, portal_id: int) -> tuple[Cap, ...]:
        """Every cap of the portal, in order of provider and period."""
        rows = connection.execute(select(BudgetRow).where(BudgetRow.portal_id == portal_id)).all()
        found = [Cap(RoomKey(row.provider, Period(row.period)), row.cap_credits, row.changed_at, row.changed_by) for row in rows]
        return tuple(sorted(found, key=lambda cap: cap.key))

    def save_cap(
        self, connection: Connection, *, portal_id: int, key: RoomKey, credits: Decimal | None, by: str, now: datetime
    ) -> tuple[BudgetStep, ...]:
        """Sets or, with None, removes a cap. Gives the step of the current period that the new cap has passed already.

        It holds from the next reservation on; what is under way is not called back.
        """
        if credits is None:
            where = (BudgetRow.portal_id == portal_id, BudgetRow.provider == key.provider, BudgetRow.period == key.period.value)
            connection.execute(delete(BudgetRow).where(*where))
        else:
            statement = insert(BudgetRow).values(
                portal_id=portal_id,
                provider=key.provider,
                period=key.period.value,
                cap_credits=credits,
                changed_at=now,
                changed_by=by,
            )
            new = statement.excluded
            connection.execute(
                statement.on_conflict_do_update(
                    index_elements=["portal_id", "provider", "period"],
                    set_={"cap_credits": new.cap_credits, "changed_at": new.changed_at, "changed_by": new.changed_by},
                )
            )
        return self._look_at_new_cap(connection, portal_id, key, now.date())

    def _look_at_new_cap(self, connection: Connection, portal_id: int, key: RoomKey, on: date) -> tuple[BudgetStep, ...]:
        nothing = {key: Decimal(0)}
        rows = driver_connection(connection).execute(
            _RESERVE, {"portal_id": portal_id, **_columns(nothing, on), "credits": [Decimal(0)]}
        )
        room = _rooms(rows)[key]
        reached = step_reached(room.spent, room.cap)
        if reached < room.alerted_pct:
            self._set_alerted(connection, portal_id, [(key, room.starts_on, reached)])
        return self.mark_steps(connection, portal_id=portal_id, rooms=[room])

    def rooms(self, connection: Connection, *, portal_id: int, providers: Iterable[str], on: date) -> Mapping[RoomKey, Room]:
        """The periods that `on` lies in, of these providers and of all together; those without a call yet stand at zero."""
        caps = {cap.key: cap.credits for cap in self.caps(connection, portal_id=portal_id)}
        keys = sorted({key for name in providers for key in keys_of(name)} | set(caps))
        rows = connection.execute(
            select(BudgetUseRow).where(
                BudgetUseRow.portal_id == portal_id, BudgetUseRow.starts_on.in_({key.period.start(on) for key in keys})
            )
        ).all()
        used = {(row.provider, row.period, row.starts_on): row for row in rows}
        found: dict[RoomKey, Room] = {}
        for key in keys:
            starts_on = key.period.start(on)
            row = used.get((key.provider, key.period.value, starts_on))
            spent, reserved, alerted = (row.spent, row.reserved, row.alerted_pct) if row else (Decimal(0), Decimal(0), 0)
            found[key] = Room(key, starts_on, spent, reserved, caps.get(key), alerted)
        return found

    def purge(self, connection: Connection, *, portal_id: int, before: date) -> int:
        """How many periods that began before that day were forgotten."""
        old = (BudgetUseRow.portal_id == portal_id, BudgetUseRow.starts_on < before)
        return connection.execute(delete(BudgetUseRow).where(*old)).rowcount

    def _remember(self, connection: Connection, portal_id: int, steps: Sequence[BudgetStep]) -> None:
        self._set_alerted(connection, portal_id, [(step.key, step.starts_on, step.pct) for step in steps])

    def _set_alerted(self, connection: Connection, portal_id: int, marks: Sequence[tuple[RoomKey, date, int]]) -> None:
        if not marks:
            return
        driver_connection(connection).execute(
            """UPDATE budget_use AS known SET alerted_pct = asked.pct
            FROM unnest(%(providers)s::text[], %(periods)s::text[], %(starts)s::date[], %(pcts)s::smallint[])
                AS asked (provider, period, starts_on, pct)
            WHERE known.portal_id = %(portal_id)s AND known.provider = asked.provider AND known.period = asked.period
                AND known.starts_on = asked.starts_on""",
            {
                "portal_id": portal_id,
                "providers": [key.provider for key, _, _ in marks],
                "periods": [key.period.value for key, _, _ in marks],
                "starts": [starts_on for _, starts_on, _ in marks],
                "pcts": [pct for _, _, pct in marks],
            },
        )


def _columns(keys: Iterable[RoomKey], on: date) -> dict[str, list[Any]]:
    listed = list(keys)
    return {
        "providers": [key.provider for key in listed],
        "periods": [key.period.value for key in listed],
        "starts": [key.period.start(on) for key in listed],
    }


def _rooms(rows: Iterable[Any]) -> dict[RoomKey, Room]:
    return {room.key: room for room in map(_room, rows)}


def _room(row: Any) -> Room:
    provider, period, starts_on, spent, reserved, cap, alerted_pct = row
    return Room(RoomKey(provider, Period(period)), starts_on, spent, reserved, cap, alerted_pct)
