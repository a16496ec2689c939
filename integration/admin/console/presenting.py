"""What every console template may use: addresses of the visited portal, times in the portal's zone, what the visitor may do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flask import request, url_for
from itsdangerous import BadSignature, URLSafeSerializer

from integration.access.roles import Role
from integration.admin.console.base import BLUEPRINT, Page, Routes, Visit, address
from integration.admin.console.discovery import menu_for
from integration.core.clock import Clock
from integration.hubspot.manifest import APP_NAME
from integration.hubspot.objects import OBJECT_TYPE_IDS, SINGULAR
from integration.pipeline.ledger_store import COMPUTED
from integration.pipeline.policies.words import REASONS, reason_in_words
from integration.pipeline.undo.reasons import REASONS as UNDO_REASONS
from integration.providers.base import CRM_PROVIDER
from integration.providers.registry import provider_infos

_NOTICE_LIMIT: Final = 900
"""A cookie holds 4 kB."""
_STEPS: Final = ((86_400, "day"), (3_600, "hour"), (60, "minute"))


@dataclass(frozen=True)
class Notice:
    """One sentence after an action. `kind`: done or wrong."""

    kind: str
    text: str


class Notices:
    """Carries a notice over one redirect, in a cookie that only this session can have made."""

    def seal(self, visit: Visit, notice: Notice) -> str:
        return str(self._serializer(visit).dumps([notice.kind, notice.text[:_NOTICE_LIMIT]]))

    def open(self, visit: Visit, cookie: str) -> Notice | None:
        """None for anything this session did not make."""
        try:
            kind, text = self._serializer(visit).loads(cookie)
        except (BadSignature, ValueError, TypeError):
            return None
        return Notice(str(kind), str(text))

    def _serializer(self, visit: Visit) -> URLSafeSerializer:
        return URLSafeSerializer(visit.csrf_token, salt="notice")


@dataclass(frozen=True)
class Presenter:
    """Makes the names that templates use, for one visit."""

    routes: Routes
    clock: Clock
    app_base_url: str

    def values(self, visit: Visit, notice: Notice | None) -> Mapping[str, Any]:
        zone = zone_of(visit)
        return {
            "visit": visit,
            "notice": notice,
            "app_name": APP_NAME,
            "menu": menu_for(self.routes, visit.role),
            "endpoint": (request.endpoint or "").removeprefix(f"{BLUEPRINT}."),
            "is_dry": visit.portal.preferences.get("dry_run") is not False,
            "zone": zone.key,
            "url": lambda endpoint, **arguments: address(visit, endpoint, **arguments),
            "same_page": _same_page,
            "may": self._may(visit),
            "has_page": self._has_page(visit),
            "moment": lambda at: moment_text(at, zone),
            "day": lambda at: at.astimezone(zone).strftime("%Y-%m-%d"),
            "ago": lambda at: ago_text(at, self.clock()),
            "lasts": lasts_text,
            "crm_url": lambda object_type, object_id: self._crm_url(visit.portal_id, object_type, object_id),
            "why": why_in_words,
            "said": lambda error: why_in_words(error) if is_reason(error) else error,
            "provider_name": provider_name,
            "singular": lambda object_type: SINGULAR.get(object_type, object_type),
        }

    def _may(self, visit: Visit) -> Callable[[str], bool]:
        needed = {route.endpoint: route.role for route in self.routes}
        return lambda endpoint: visit.role >= needed.get(endpoint, Role.ADMIN)

    def _has_page(self, visit: Visit) -> Callable[[str], bool]:
        open_pages = {route.endpoint for route in self.routes if isinstance(route, Page) and visit.role >= route.role}
        return lambda endpoint: endpoint in open_pages

    def _crm_url(self, portal_id: int, object_type: str, object_id: str) -> str:
        return f"{self.app_base_url}/contacts/{portal_id}/record/{OBJECT_TYPE_IDS.get(object_type, object_type)}/{object_id}"


def zone_of(visit: Visit) -> ZoneInfo:
    """The portal's time zone, UTC until its account facts are known."""
    name = visit.portal.account.time_zone if visit.portal.account else "UTC"
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


@cache
def _titles() -> Mapping[str, str]:
    return {info.name: info.title for info in provider_infos()}


def provider_name(name: str | None) -> str:
    """The provider as people know it: "Apollo.io"; what Leadlight computed is Leadlight's."""
    if not name:
        return ""
    own = {COMPUTED: APP_NAME, CRM_PROVIDER: "HubSpot"}
    return own.get(name) or _titles().get(name) or name.replace("_", " ").capitalize()


def is_reason(text: str) -> bool:
    """Whether this is one of our machine words for why, and no sentence."""
    return text in REASONS or text in UNDO_REASONS


def why_in_words(reason: str) -> str:
    """A machine word of the ledger in plain words; an unknown one is shown as it is."""
    return UNDO_REASONS.get(reason) or reason_in_words(reason)


def moment_text(at: datetime | None, zone: ZoneInfo) -> str:
    """As in "2026-11-21 06:30:05 CET"; "never" for None."""
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S %Z") if at else "never"


def ago_text(at: datetime | None, now: datetime) -> str:
    """As in "3 minutes ago"; "never" for None."""
    if at is None:
        return "never"
    seconds = (now - at.astimezone(UTC)).total_seconds()
    return "just now" if seconds < 60 else f"{lasts_text(seconds)} ago"


def lasts_text(seconds: float) -> str:
    """A length of time in its largest whole unit, as in "2 hours"."""
    for unit_s, name in _STEPS:
        count = int(max(seconds, 0) // unit_s)
        if count:
            return f"{count} {name}{'' if count == 1 else 's'}"
    return f"{max(0, int(seconds))} seconds"


def _same_page(**changes: Any) -> str:
    """The address of this page with some of its query changed; None takes a part away."""
    query = {**request.args.to_dict(), **changes}
    kept = {name: value for name, value in query.items() if value not in (None, "")}
    return url_for(request.endpoint or "", **{**(request.view_args or {}), **kept})
