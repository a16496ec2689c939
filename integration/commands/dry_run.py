"""`leadlight dry-run`: work records without writing, report on what is proposed, accept or decline it."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Final

from rich.console import Console
from rich.table import Table
from sqlalchemy import Connection

from integration.access.audit_store import COMMAND_LINE, AuditStore
from integration.app import Parts, open_parts
from integration.commands.enrich import bulk_runs, print_bound
from integration.commands.portal import find_portal
from integration.core.errors import BadInput
from integration.core.settings import Settings
from integration.hubspot.objects import BATCH_LIMIT
from integration.pipeline.proposals.accept_store import AcceptStore
from integration.pipeline.proposals.desk import OBJECT_TYPES, Desk, checked_scope
from integration.pipeline.proposals.open_store import Scope
from integration.pipeline.proposals.reading import read_report
from integration.pipeline.proposals.report import Report, report_as_json

SUMMARY = "work records without writing, report on what would be written, accept or decline it"
_STEPS: Final = ("queue", "report", "accept", "decline", "status")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("step", nargs="?", choices=_STEPS, default="queue", help="what to do (default: queue)")
    parser.add_argument("--portal", type=int, required=True, help="the portal's id")
    parser.add_argument("--object", choices=OBJECT_TYPES, help="contacts, companies or deals; queue needs it, elsewhere it narrows")
    parser.add_argument("--ids", help="queue: comma-separated record ids")
    parser.add_argument("--all", action="store_true", help="queue: every record of the type")
    parser.add_argument("--run", dest="run_id", help="report, accept, decline: only what this run proposed")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    with open_parts(settings, process="cli") as parts:
        with parts.database.begin() as connection:
            find_portal(parts, connection, arguments.portal)
        scope = checked_scope(run_id=arguments.run_id, object_type=arguments.object)
        match arguments.step:
            case "queue":
                _queue(parts, arguments)
            case "report":
                _report(parts, arguments, scope)
            case "accept":
                _accept(parts, arguments, scope)
            case "decline":
                _decline(parts, arguments, scope)
            case _:
                _status(parts, arguments)
    return 0


def build_desk(parts: Parts) -> Desk:
    """What a person may do about dry runs, on the parts of this process."""
    return Desk(parts.portals, parts.worklist, parts.engine, parts.clock)


def _queue(parts: Parts, arguments: argparse.Namespace) -> None:
    if arguments.object is None or bool(arguments.ids) == arguments.all:
        raise BadInput("Say --object, and either --ids 101,102 or --all.")
    desk, count = build_desk(parts), 0
    _say_cost(parts, arguments)
    if arguments.ids:
        with parts.database.begin() as connection:
            ids = _ids(arguments.ids)
            count = desk.look_again(connection, portal_id=arguments.portal, object_type=arguments.object, object_ids=ids)
    else:
        client, after = parts.clients.for_portal(arguments.portal, live=False), None
        while True:
            page = client.list_page(arguments.object, after=after, limit=BATCH_LIMIT)
            ids = [record.object_id for record in page.records]
            with parts.database.begin() as connection:
                count += desk.look_again(connection, portal_id=arguments.portal, object_type=arguments.object, object_ids=ids)
            after = page.next_after
            if after is None:
                break
    _say(arguments, {"queued": count}, f"{count} records will be worked on without writing. Then: leadlight dry-run report")


def _say_cost(parts: Parts, arguments: argparse.Namespace) -> None:
    """A dry look asks providers too."""
    count = len(_ids(arguments.ids)) if arguments.ids else bulk_runs(parts).count_records(arguments.portal, arguments.object)
    print_bound(parts, arguments.portal, {arguments.object: count})


def _report(parts: Parts, arguments: argparse.Namespace, scope: Scope) -> None:
    with parts.database.begin() as connection:
        report = read_report(connection, portal_id=arguments.portal, scope=scope)
    if arguments.json:
        print(json.dumps({"portal_id": arguments.portal, **report_as_json(report)}, indent=2))
    else:
        _show(report)


def _show(report: Report) -> None:
    console = Console()
    if report.is_empty:
        console.print("Nothing is proposed. Records are worked on when they change, or with `leadlight dry-run queue`.")
        return
    console.print(
        f"{report.record_count} records: {report.filled} fields would be filled, {report.changed} changed, {report.cleared} emptied, "
        f"{report.refused} left alone; {report.notes_new} new notes, {report.notes_changed} changed. "
        f"What was found cost USD {report.cost_usd:.2f}."
    )
    table = Table(title="By property")
    for column in ("object", "property", "filled", "changed", "emptied", "left alone"):
        table.add_column(column, overflow="fold")
    for line in report.by_property:
        table.add_row(
            line.object_type, line.property_name, str(line.filled), str(line.changed), str(line.cleared), str(line.refused)
        )
    console.print(table)
    for reason in report.refusals:
        console.print(f"{reason.count} left alone: {reason.words} ({', '.join(name for name, _ in reason.properties)})")


def _accept(parts: Parts, arguments: argparse.Namespace, scope: Scope) -> None:
    with parts.database.begin() as connection:
        begun = build_desk(parts).accept(connection, portal_id=arguments.portal, scope=scope, requested_by=COMMAND_LINE)
        _audit(connection, parts, arguments.portal, "proposals_accepted", begun.run_id or "")
    counts = begun.counts
    words = (
        "Nothing is proposed, so nothing is written."
        if begun.run_id is None
        else f"{counts.field_count} fields and {counts.note_count} notes on {counts.record_count} records are being written "
        f"(run {begun.run_id}). Watch it with `leadlight dry-run status`."
    )
    answer = {"run_id": begun.run_id, "records": counts.record_count, "fields": counts.field_count, "notes": counts.note_count}
    _say(arguments, answer, words)


def _decline(parts: Parts, arguments: argparse.Namespace, scope: Scope) -> None:
    with parts.database.begin() as connection:
        count = build_desk(parts).decline(connection, portal_id=arguments.portal, scope=scope)
        _audit(connection, parts, arguments.portal, "proposals_declined", str(count))
    _say(arguments, {"declined": count}, f"{count} proposals were discarded.")


def _audit(connection: Connection, parts: Parts, portal_id: int, action: str, target: str) -> None:
    AuditStore().add(
        connection, portal_id=portal_id, actor=COMMAND_LINE, role="admin", action=action, target=target, now=parts.clock()
    )


def _status(parts: Parts, arguments: argparse.Namespace) -> None:
    with parts.database.begin() as connection:
        last = AcceptStore().find_last(connection, portal_id=arguments.portal)
    if last is None:
        _say(arguments, {"run_id": None}, "No proposals were ever accepted here.")
        return
    state = "finished" if last.finished_at else "running"
    answer = {"run_id": last.run_id, "state": state, "done": last.done_count, "total": last.total_count, "counts": last.counts}
    _say(arguments, answer, f"Run {last.run_id} {state}: {last.done_count} of {last.total_count} records; {dict(last.counts)}")


def _say(arguments: argparse.Namespace, answer: object, words: str) -> None:
    if arguments.json:
        print(json.dumps(answer))
    else:
        print(words, file=sys.stderr)


def _ids(text: str) -> list[str]:
    ids = [part.strip() for part in text.split(",") if part.strip()]
    wrong = [one for one in ids if not one.isdecimal()]
    if wrong:
        raise BadInput(f"Record ids are numbers; {', '.join(wrong)} is not one.")
    return ids
