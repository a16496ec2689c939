"""Puts a report together from what the stores count. One transaction, six statements, whatever the number of proposals."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

from integration.pipeline.proposals.open_store import OpenProposalStore, Scope
from integration.pipeline.proposals.report import Report, build_report
from integration.pipeline.proposals.report_store import ReportStore

SAMPLES_EACH: Final = 2


def read_report(connection: Connection, *, portal_id: int, scope: Scope, samples_each: int = SAMPLES_EACH) -> Report:
    """The report on what is open in the scope, with so many samples of each kind and property."""
    store = ReportStore()
    return build_report(
        record_count=store.record_count(connection, portal_id=portal_id, scope=scope),
        to_write=OpenProposalStore().count(connection, portal_id=portal_id, scope=scope),
        tallies=store.tallies(connection, portal_id=portal_id, scope=scope),
        costs=store.costs(connection, portal_id=portal_id, scope=scope),
        samples=store.samples(connection, portal_id=portal_id, scope=scope, each=samples_each),
    )
