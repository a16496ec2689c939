"""An erasure and an install of the same portal at the same moment."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Thread

from sqlalchemy import Connection

from integration.access.role_store import RoleStore
from integration.access.roles import Role
from integration.admin.disconnect_store import portal_tables
from integration.admin.purge import Purger
from integration.db.session import Database
from integration.hubspot.portal_store import UNINSTALLED, Portal, PortalStore
from integration.jobs.request import JobRequest
from tests.factories import NOW

PORTAL = 515_151
NEWCOMER = "sample.admin@example.com"


class NoJobs:
    def defer(self, connection: Connection, request: JobRequest) -> bool:  # noqa: ARG002  the names are the protocol's
        raise AssertionError("an erasure asks for no work")


class InstalledMeanwhile(PortalStore):
    """Somebody installs again right after the look that comes before the roles are erased, and gets as far as the database lets them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._looks_before = [table.name for table in portal_tables()].index("console_role")
        self.installs: list[Thread] = []

    def find(self, connection: Connection, *, portal_id: int, lock: bool = False) -> Portal | None:
        portal = super().find(connection, portal_id=portal_id, lock=lock)
        self._looks_before -= 1
        if self._looks_before == -1:
            install = Thread(target=self._install)
            self.installs.append(install)
            install.start()
            install.join(0.2)
        return portal

    def _install(self) -> None:
        with self._database.begin() as connection:
            PortalStore().connect(connection, portal_id=PORTAL, scopes=("oauth",), now=NOW)
            RoleStore().grant(connection, portal_id=PORTAL, email=NEWCOMER, role=Role.ADMIN, by="install", now=NOW)


def test_an_install_during_the_erasure_loses_nothing_of_what_it_stored(database: Database) -> None:
    left_at = NOW - timedelta(days=40)
    with database.begin() as connection:
        PortalStore().connect(connection, portal_id=PORTAL, scopes=("oauth",), now=left_at)
        PortalStore().set_state(connection, portal_id=PORTAL, state=UNINSTALLED, reason="sample", now=left_at)
        RoleStore().grant(connection, portal_id=PORTAL, email="former@example.com", role=Role.ADMIN, by="install", now=left_at)
    portals = InstalledMeanwhile(database)
    with installs_ended(portals):
        Purger(database, portals, NoJobs(), lambda: NOW, after_days=30).erase(PORTAL, left_at)
    with database.begin() as connection:
        portal = PortalStore().find(connection, portal_id=PORTAL)
        assert portal is not None and portal.is_connected and portal.erased_at is None
        assert RoleStore().role_of(connection, portal_id=PORTAL, email=NEWCOMER) is Role.ADMIN


@contextmanager
def installs_ended(portals: InstalledMeanwhile) -> Iterator[None]:
    try:
        yield
    finally:
        for install in portals.installs:
            install.join(10)
