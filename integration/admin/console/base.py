"""What a console page is made of: who visits, what pages and actions are, and how a page is rendered.

A page never checks who is there: `frame.py` has done that before it calls. A page never writes; an action does, and says what it did.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from flask import Response, make_response, render_template, url_for
from sqlalchemy import Connection
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from integration.access.roles import Role
from integration.admin.disconnect import Disconnector
from integration.core.clock import Clock
from integration.core.errors import BadInput
from integration.core.settings import Settings
from integration.db.session import Database
from integration.hubspot.client import HubSpotClients
from integration.hubspot.doctor import Check
from integration.hubspot.manifest import Manifest
from integration.hubspot.objects import PropertyDeclaration
from integration.hubspot.portal_store import Portal, PortalStore
from integration.jobs.request import Deferrer
from integration.pipeline.worklist_store import WorklistStore
from integration.providers.adapter import Adapter
from integration.providers.cache_store import CacheStore
from integration.providers.keys_store import KeysStore
from integration.providers.spending import Spending

BLUEPRINT: Final = "console"
Form = MultiDict[str, str]


class MenuGroup(StrEnum):
    """The headings of the menu, in this order."""

    WATCH = "Watch"
    DECIDE = "Decide"
    SET_UP = "Set up"


@dataclass(frozen=True)
class Visit:
    """One request of a person who is signed in to `portal`, with the role they have at this moment."""

    portal: Portal
    email: str
    user_id: str
    role: Role
    csrf_token: str

    @property
    def portal_id(self) -> int:
        return self.portal.portal_id


@dataclass(frozen=True)
class RecordEvent:
    """A webhook event about one record, as HubSpot told it. `property_name` "" where no property changed."""

    received_at: datetime
    kind: str
    property_name: str
    change_source: str


@dataclass(frozen=True)
class ConsoleParts:
    """What pages may work with. The callables reach what lies in packages that pages may not import."""

    settings: Settings
    database: Database
    clock: Clock
    portals: PortalStore
    clients: HubSpotClients
    deferrer: Deferrer
    worklist: WorklistStore
    keys: KeysStore
    cache: CacheStore
    adapters: Sequence[Adapter]
    spending: Spending
    declarations: Sequence[PropertyDeclaration]
    manifest: Manifest
    disconnector: Disconnector
    diagnose: Callable[[int], Sequence[Check]]
    """The doctor's checks of one portal. Costs a few calls to HubSpot."""
    replay_dead_letters: Callable[[Connection, int, Sequence[int] | None], int]
    """Puts a portal's open dead letters (or only those with these ids) back to work; how many."""
    events_of_record: Callable[[Connection, int, str, str], Sequence[RecordEvent]]
    """The webhook events about a record that are still in the inbox, the newest first."""


@dataclass(frozen=True)
class Page:
    """GET /admin/<portal_id>/<rule>. `menu` "" keeps it out of the menu; there it stands by group and position."""

    rule: str
    endpoint: str
    show: Callable[..., AnyResponse]
    menu: str = ""
    role: Role = Role.VIEWER
    group: MenuGroup = MenuGroup.WATCH
    position: int = 50


@dataclass(frozen=True)
class Outcome:
    """What an action did: the sentence to show, where to go, and what the audit log says."""

    message: str
    to: str
    audit_action: str
    audit_target: str
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Action:
    """POST /admin/<portal_id>/<rule>. `act(visit, form, **url_args)`; an AppError from it is shown and nothing is audited.

    `body_limit`: how many bytes the form may have, for those who have the role; None is the limit of every form.
    """

    rule: str
    endpoint: str
    act: Callable[..., Outcome]
    role: Role
    body_limit: int | None = None


Routes = tuple[Page | Action, ...]


def address(visit: Visit, endpoint: str, **arguments: Any) -> str:
    """The path of a page or action of the visited portal; arguments the rule does not know become the query."""
    return url_for(f"{BLUEPRINT}.{endpoint}", portal_id=visit.portal_id, **arguments)


def render(visit: Visit, template: str, *, title: str, http_status: int = 200, **values: Any) -> Response:
    """The page from `templates/console/<template>`, which extends console/frame.html."""
    return make_response(render_template(f"console/{template}", visit=visit, title=title, **values), http_status)


def cursor(args: Mapping[str, str], name: str = "after") -> int | None:
    """The key that a list goes on from, as the pager put it into the address; None on the first page. Raises BadInput."""
    text = args.get(name, "")
    if not text:
        return None
    if not text.isdigit() or len(text) > 18:
        raise BadInput("The address of this list is damaged. Open the list from the menu again.")
    return int(text)


def moment_from(text: str) -> datetime | None:
    """An aware moment from an address; None when it is empty. Raises BadInput."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadInput(f"{text!r} is no moment such as 2026-11-21T10:00+00:00.") from error
    if moment.tzinfo is None:
        raise BadInput(f"{text!r} has no time zone; write it as 2026-11-21T10:00+00:00.")
    return moment
