"""Makes deliveries durable, several in one commit: the price of a webhook is the wait for the disk, and those who wait can share it.

Whoever finds no commit under way stores everything that waits by then, its own delivery included; the others come back to find theirs stored.
Nobody returns before the commit that holds their delivery. No thread of its own, no delay for a delivery that comes alone.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Sequence
from typing import Final

import psycopg
from sqlalchemy import Connection, event
from sqlalchemy.exc import SQLAlchemyError

from integration.core.errors import AppError
from integration.db.session import Database
from integration.jobs.request import JobRequest
from webhooks.inbox_store import InboxStore, NewDelivery

_GATHER_S: Final = 0.001
"""Fewer and larger commits carry more under load, and a lone delivery waits for nobody."""


class InboxUnavailable(AppError):
    """The delivery is not stored. HubSpot sends it again later."""

    http_status = 503
    retryable = True
    default_reason = "inbox_unavailable"


class _Ticket:
    """A delivery on its way; `stored` once it is committed, `settled` once its fate is known."""

    __slots__ = ("delivery", "settled", "stored")

    def __init__(self, delivery: NewDelivery) -> None:
        self.delivery = delivery
        self.settled = False
        self.stored = False


class Intake:
    """One for each process; called from all its threads. Keeps one database connection of its own."""

    def __init__(self, *, database: Database, inbox: InboxStore, unpack: JobRequest) -> None:
        self._database = database
        self._inbox = inbox
        self._unpack = unpack
        self._waiting: list[_Ticket] = []
        self._coming = 0
        self._changed = threading.Condition()
        self._commit = threading.Lock()
        self._connection: Connection | None = None
        event.listen(database.engine, "engine_disposed", lambda _engine: self._forget_connection())

    @contextlib.contextmanager
    def expecting(self) -> Iterator[None]:
        """Around reading and checking a request: a commit about to start waits a moment for deliveries that are so far on their way."""
        with self._changed:
            self._coming += 1
        try:
            yield
        finally:
            with self._changed:
                self._coming -= 1
                self._changed.notify_all()

    def store(self, delivery: NewDelivery) -> None:
        """Returns when the delivery is committed together with the job that unpacks it. Raises InboxUnavailable when it is not."""
        ticket = _Ticket(delivery)
        with self._changed:
            self._waiting.append(ticket)
        with self._commit:
            if not ticket.settled:
                self._store_waiting()
        if not ticket.stored:
            raise InboxUnavailable("The delivery could not be stored.")

    def _store_waiting(self) -> None:
        with self._changed:
            self._changed.wait_for(lambda: not self._coming, _GATHER_S)
            group, self._waiting = self._waiting, []
        stored = False
        try:
            self._save([ticket.delivery for ticket in group])
            stored = True
        finally:
            for ticket in group:
                ticket.settled, ticket.stored = True, stored

    def _save(self, deliveries: Sequence[NewDelivery]) -> None:
        """A kept connection that broke meanwhile is replaced once; storing a delivery twice is harmless, losing it is not."""
        try:
            if self._connection is not None:
                with contextlib.suppress(psycopg.OperationalError):
                    return self._write(self._connection, deliveries)
                self._forget_connection()
            self._connection = self._open_connection()
            self._write(self._connection, deliveries)
        except (SQLAlchemyError, psycopg.Error) as error:
            self._forget_connection()
            raise InboxUnavailable("The database did not take the delivery.") from error

    def _open_connection(self) -> Connection:
        """Kept for good, because the pool would ask the server before each use whether it is still there."""
        return self._database.engine.connect().execution_options(isolation_level="AUTOCOMMIT")

    def _forget_connection(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.invalidate()
            connection.close()

    def _write(self, connection: Connection, deliveries: Sequence[NewDelivery]) -> None:
        self._inbox.save(connection, deliveries, job=self._unpack)
