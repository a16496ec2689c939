"""Portals that installed the app: their state, what they granted, their account facts and the admin's choices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, bindparam, case, literal, select, update
from sqlalchemy.dialects.postgresql import JSONB, insert

from integration.db.models import PortalRow
from integration.hubspot.objects import AccountDetails

CONNECTED: Final = "connected"
DISCONNECTED: Final = "disconnected"
UNINSTALLED: Final = "uninstalled"


@dataclass(frozen=True)
class Portal:
    """One portal. `state_reason` says why it is not connected; `account` is None until the first provisioning.

    `erased_at`: it left, and since then nothing is stored about it.
    """

    portal_id: int
    state: str
    state_reason: str
    state_since: datetime
    scopes: frozenset[str]
    account: AccountDetails | None
    preferences: Mapping[str, Any]
    installed_at: datetime
    provisioned_at: datetime | None
    provision_error: str | None
    erased_at: datetime | None = None

    @property
    def is_connected(self) -> bool:
        return self.state == CONNECTED

    @property
    def is_ready(self) -> bool:
        """Connected, and our properties stand there: records may be worked on."""
        return self.is_connected and self.provisioned_at is not None


class PortalStore:
    """Rows of `portal`."""

    def find(self, connection: Connection, *, portal_id: int, lock: bool = False) -> Portal | None:
        """The portal, None when it was never here. `lock`: nobody else changes it, an install included, until the transaction ends."""
        row = connection.execute(_ONE.with_for_update() if lock else _ONE, {"portal": portal_id}).one_or_none()
        return None if row is None else _portal(row)

    def find_all(self, connection: Connection) -> list[Portal]:
        """All portals: the doctor and the scheduler look at everyone. Ordered by id."""
        return [_portal(row) for row in connection.execute(_portals().order_by(PortalRow.portal_id))]

    def connect(self, connection: Connection, *, portal_id: int, scopes: Sequence[str], now: datetime) -> bool:
        """Mark as connected with these rights. True when the portal was never here before; its preferences survive a re-install."""
        known = self.find(connection, portal_id=portal_id) is not None
        fresh = {
            "state": CONNECTED,
            "state_reason": "",
            "state_since": now,
            "scopes": list(scopes),
            "provision_error": None,
            "erased_at": None,
        }
        # Whoever uninstalled begins anew; whoever lost the connection goes on.
        installed_at = case((PortalRow.state == UNINSTALLED, now), else_=PortalRow.installed_at)
        connection.execute(
            insert(PortalRow)
            .values(portal_id=portal_id, installed_at=now, **fresh)
            .on_conflict_do_update(
                index_elements=[PortalRow.portal_id], set_={**fresh, "provisioned_at": None, "installed_at": installed_at}
            )
        )
        return not known

    def set_state(self, connection: Connection, *, portal_id: int, state: str, reason: str, now: datetime) -> None:
        """Move to `state`; a portal that is there already keeps its first reason and moment."""
        connection.execute(
            update(PortalRow)
            .where(PortalRow.portal_id == portal_id, PortalRow.state != state)
            .values(state=state, state_reason=reason, state_since=now)
        )

    def save_account(self, connection: Connection, *, portal_id: int, account: AccountDetails) -> None:
        connection.execute(update(PortalRow).where(PortalRow.portal_id == portal_id).values(account=asdict(account)))

    def save_preferences(self, connection: Connection, *, portal_id: int, preferences: Mapping[str, Any]) -> None:
        """All of them at once. To change some, use `change_preferences`: what somebody else changes meanwhile is kept then."""
        connection.execute(update(PortalRow).where(PortalRow.portal_id == portal_id).values(preferences=dict(preferences)))

    def change_preferences(self, connection: Connection, *, portal_id: int, changes: Mapping[str, Any]) -> None:
        """Sets these and leaves all others as they are at that moment, whatever was read before."""
        merged = PortalRow.preferences.op("||")(literal(dict(changes), JSONB))
        connection.execute(update(PortalRow).where(PortalRow.portal_id == portal_id).values(preferences=merged))

    def save_provisioning(self, connection: Connection, *, portal_id: int, at: datetime | None, error: str | None) -> None:
        """`at` None: not (fully) provisioned, `error` says why."""
        connection.execute(
            update(PortalRow).where(PortalRow.portal_id == portal_id).values(provisioned_at=at, provision_error=error)
        )


def _portals() -> Select[Any]:
    return select(*PortalRow.__table__.columns)


_ONE: Final = _portals().where(PortalRow.portal_id == bindparam("portal"))
"""Built once: everything that happens begins with it."""


def _portal(row: Row[Any]) -> Portal:
    return Portal(
        portal_id=row.portal_id,
        state=row.state,
        state_reason=row.state_reason,
        state_since=row.state_since,
        scopes=frozenset(row.scopes),
        account=AccountDetails(**row.account) if row.account else None,
        preferences=row.preferences,
        installed_at=row.installed_at,
        provisioned_at=row.provisioned_at,
        provision_error=row.provision_error,
        erased_at=row.erased_at,
    )
