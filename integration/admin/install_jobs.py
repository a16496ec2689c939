"""The job behind the install pages: provision a portal and then start its first backfill."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from integration.db.session import Database
from integration.hubspot.provision import Provisioner
from integration.jobs.arguments import whole_number
from integration.jobs.request import LIFECYCLE_PRIORITY, Deferrer, JobRequest, JsonScalar
from integration.pipeline.definitions.catalog_store import CatalogStore
from integration.syncs.jobs import sync_request

PROVISION_JOB: Final = "provision"
_BACKFILL: Final = "backfill"


def provision_request(portal_id: int) -> JobRequest:
    """Make the portal ready; while one such job waits, asking again changes nothing."""
    lock = f"{PROVISION_JOB}:{portal_id}"
    return JobRequest(PROVISION_JOB, {"portal_id": portal_id}, queueing_lock=lock, lock=lock, priority=LIFECYCLE_PRIORITY)


class InstallJobs:
    """The job function `provision`."""

    def __init__(self, database: Database, provisioner: Provisioner, deferrer: Deferrer) -> None:
        self._database = database
        self._provisioner = provisioner
        self._deferrer = deferrer
        self._catalogs = CatalogStore()

    def provision(self, args: Mapping[str, JsonScalar]) -> None:
        """Job `provision`: account facts and properties, then the first backfill, which needs the properties to write into.

        A portal that was backfilled before goes on from its checkpoint.
        """
        portal_id = whole_number(args, "portal_id")
        self._provisioner.run(portal_id)
        with self._database.begin() as connection:
            self._catalogs.forget(connection, portal_id=portal_id)
            self._deferrer.defer(connection, sync_request(portal_id, _BACKFILL))
