"""Archiving in batches: what goes to the recycling bin, in how many calls, and what is passed over."""

from __future__ import annotations

import pytest

from integration.core.errors import Unavailable
from integration.hubspot.objects import CONTACTS
from simulator.faults import FaultSpec
from tests.contract.hubspot.stand import PORTAL_ID, Stand
from tests.contract.hubspot.test_client import add_contacts


def test_records_are_archived_in_hundreds_and_missing_ones_passed_over(stand: Stand) -> None:
    ids = add_contacts(stand, 130)

    stand.client.batch_archive(CONTACTS, [*ids[:120], "99999999"])

    assert len(stand.calls("/batch/archive")) == 2
    left = stand.client.batch_read(CONTACTS, ids, ["lastname"])
    assert {record.object_id for record in left} == set(ids[120:])
    stand.client.batch_archive(CONTACTS, ids[:2])
    assert len(stand.world.portals[PORTAL_ID].records(CONTACTS, after=0, limit=200)) == 10


def test_nothing_to_archive_costs_nothing(stand: Stand) -> None:
    stand.client.batch_archive(CONTACTS, [])
    assert stand.calls("/batch/archive") == []


def test_an_outage_is_told_to_the_caller(stand: Stand) -> None:
    stand.world.faults.add(FaultSpec("status", path="batch/archive", status=503))
    with pytest.raises(Unavailable):
        stand.client.batch_archive(CONTACTS, add_contacts(stand, 1))
