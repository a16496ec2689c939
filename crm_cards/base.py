"""What a route for pages inside HubSpot is made of: who asks, what may be asked, and which record.

A route never checks who is there: `api.py` has done that. A question only reads; a command changes something, once, however often it is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from sqlalchemy import Connection

from integration.access.roles import Role
from integration.core.clock import Clock
from integration.core.errors import NotFound
from integration.core.metrics import Metrics
from integration.core.settings import Settings
from integration.core.taming import Tamed
from integration.db.session import Database
from integration.hubspot.client import HubSpotClients
from integration.hubspot.doctor import Check
from integration.hubspot.manifest import Manifest
from integration.hubspot.objects import PropertyDeclaration
from integration.hubspot.portal_store import Portal, PortalStore
from integration.jobs.request import Deferrer
from integration.pipeline.worklist_store import WorklistStore
from integration.providers.adapter import Adapter
from integration.providers.keys_store import KeysStore
from integration.providers.spending import Spending

PREFIX: Final = "/cards"
"""Every address here begins so."""
Json = Mapping[str, Any]


@dataclass(frozen=True)
class Visitor:
    """A user of HubSpot, as HubSpot signed it, in a portal that has the app. `email` is lower case."""

    portal: Portal
    user_id: str
    email: str

    @property
    def portal_id(self) -> int:
        return self.portal.portal_id


class NotVisible(NotFound):
    """The record is not there, or is not this user's to see: never told apart, so that nobody learns of records by trying ids."""

    default_reason = "not_visible"


@dataclass(frozen=True)
class OpenedRecord:
    """A record the visitor may see. `is_known`: we have worked on it. `owner_id` None: nobody's. `role` None: the visitor has none here.

    `is_erased`: its person was forgotten, and nothing is known or may be done about it.
    """

    object_type: str
    object_id: str
    owner_id: str | None
    is_known: bool
    role: Role | None = None
    is_erased: bool = False


class RecordDoor(Protocol):
    """Lets visitors in to records."""

    def open(self, connection: Connection, visitor: Visitor, object_type: str, object_id: str) -> OpenedRecord:
        """`object_type` by name or HubSpot's id ("contacts" or "0-1"). Raises NotVisible, or BadInput for what cannot be a record.

        A record we know costs no call; another one costs HubSpot one quick read, which must be done without a transaction's locks.
        """
        ...

    def may_see(self, connection: Connection, visitor: Visitor, owner_ids: Sequence[str | None]) -> Sequence[bool]:
        """For lists: whether records of these owners may be shown. Asks nobody outside."""
        ...


@dataclass(frozen=True)
class CardParts:
    """What routes may work with. `quick_clients` give up after part of a second: a page must not wait for a HubSpot that is down."""

    settings: Settings
    database: Database
    clock: Clock
    metrics: Metrics
    portals: PortalStore
    clients: HubSpotClients
    quick_clients: HubSpotClients
    deferrer: Deferrer
    worklist: WorklistStore
    keys: KeysStore
    adapters: Sequence[Adapter]
    spending: Spending
    declarations: Sequence[PropertyDeclaration]
    manifest: Manifest
    diagnose: Callable[[int], Sequence[Check]]
    """The doctor's checks of one portal. Costs a few calls to HubSpot."""


@dataclass(frozen=True)
class Question:
    """GET /cards/<rule>: `answer(visitor, query, **url_args)` gives the data, read only. `query` is what the card added to the address."""

    rule: str
    endpoint: str
    answer: Callable[..., Json]


@dataclass(frozen=True)
class Command:
    """POST /cards/<rule>: `act(connection, visitor, body, **url_args)` changes something and gives the data.

    The body is a JSON object with `request_id`, which the page makes anew for each thing its user does. The whole command is one transaction with
    the memory of its answer, so it is carried out once. `in_own_transactions`: for what must ask HubSpot in between; it gets no connection.
    """

    rule: str
    endpoint: str
    act: Callable[..., Json]
    in_own_transactions: bool = False


Routes = tuple[Question | Command, ...]
Body = Tamed
