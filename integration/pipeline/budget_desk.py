"""What an admin does with budgets, for console, settings page and commands: set a cap, compare our figures with the provider's own."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Final

from sqlalchemy import Connection

from integration.core.errors import BadInput
from integration.core.settings import Secret
from integration.db.session import Database
from integration.pipeline.ask_again_store import AskAgainStore
from integration.providers.adapter import Adapter
from integration.providers.budget import RoomKey, plain
from integration.providers.charge_store import ChargeStore
from integration.providers.credit_call_store import CreditCallStore
from integration.providers.keys_store import KeysStore
from integration.providers.spending import Spending
from integration.providers.usage import UsageReply

_ASK_S: Final = 8.0
_MOST_CREDITS: Final = Decimal(10) ** 10


@dataclass(frozen=True)
class Comparison:
    """Our credits beside the provider's, since the beginning of the provider's period. `theirs` None: `problem` says why.

    `unanswered` are credits of calls nobody answered; they are part of `ours`.
    """

    provider: str
    title: str
    since: date
    ours: Decimal
    unanswered: Decimal
    theirs: Decimal | None
    problem: str = ""

    @property
    def difference(self) -> Decimal | None:
        """What the provider counts more than we do."""
        return None if self.theirs is None else self.theirs - self.ours

    @property
    def agrees(self) -> bool:
        """Whether the unanswered calls explain all that differs."""
        return self.theirs is not None and self.ours - self.unanswered <= self.theirs <= self.ours

    def in_words(self) -> str:
        since = f"since {self.since.isoformat()}"
        if self.difference is None:
            return f"{self.title}: could not be compared, {self.problem}. Ours {since}: {plain(self.ours)} credits."
        words = f"{self.title}, {since}: ours {plain(self.ours)}, theirs {plain(self.theirs or Decimal(0))} credits"
        if self.unanswered:
            words += f"; {plain(self.unanswered)} of ours for calls nobody answered"
        if self.agrees:
            return f"{words}. They agree."
        other = "the key is used elsewhere too" if self.difference > 0 else "the provider did not charge for all that it answered"
        return f"{words}. They differ by {plain(abs(self.difference))}; probably {other}."


def read_credits(text: str) -> Decimal:
    """A number of credits. Raises BadInput for anything else."""
    try:
        credits = Decimal(text.strip())
    except InvalidOperation as error:
        raise BadInput(f"{text[:40]!r} is no number of credits, such as 500 or 12.5.") from error
    if not credits.is_finite() or not 0 <= credits < _MOST_CREDITS:
        raise BadInput("A budget is a number of credits from 0 on. To have none, remove it.")
    return credits.quantize(Decimal("0.001"))


def set_cap(
    connection: Connection,
    spending: Spending,
    *,
    portal_id: int,
    key: RoomKey,
    credits: Decimal | None,
    by: str,
    now: datetime,
) -> int:
    """Sets or, with None, removes a cap. How many records that waited for a budget are asked about now; those still short will wait again."""
    spending.save_cap(connection, portal_id=portal_id, key=key, credits=credits, by=by, now=now)
    return AskAgainStore().wake(connection, portal_id=portal_id, now=now)


def ask_usage(adapter: Adapter, key: Secret) -> UsageReply | None:
    """What the provider says about the account of the key, None when it cannot be asked. One free call, eight seconds at most."""
    return adapter.usage.fetch(key=key, until=time.monotonic() + _ASK_S) if adapter.usage is not None else None


def compare_usage(
    database: Database, adapters: Sequence[Adapter], keys: KeysStore, *, portal_id: int, provider: str, now: datetime
) -> list[Comparison]:
    """Every provider with a key of the portal and an account that can be asked; with `provider` only that one. A free call each."""
    with database.begin() as connection:
        owned = keys.keys_of(connection, portal_id=portal_id)
    found = []
    for adapter in adapters:
        name = adapter.info.name
        if name not in owned or provider not in ("", name):
            continue
        reply = ask_usage(adapter, owned[name])
        if reply is not None:
            with database.begin() as connection:
                found.append(_compared(connection, portal_id, adapter, reply, now))
    return found


def _compared(connection: Connection, portal_id: int, adapter: Adapter, reply: UsageReply, now: datetime) -> Comparison:
    name = adapter.info.name
    began = reply.usage.starts_on if reply.usage is not None else None
    since = began or now.date().replace(day=1)
    return Comparison(
        provider=name,
        title=adapter.info.title,
        since=since,
        ours=ChargeStore().credits_since(connection, portal_id=portal_id, provider=name, since=since),
        unanswered=CreditCallStore().unknown_credits(connection, portal_id=portal_id, provider=name, since=since),
        theirs=None if reply.usage is None else reply.usage.used,
        problem="" if reply.usage is not None else f"{reply.error}: {reply.detail}",
    )
