"""Files of leads: upload, decide what the columns mean, watch the scoring, take the results, push them into HubSpot, delete."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from flask import Response, request

from integration.access.roles import Role
from integration.admin.bulk_runs import BulkRuns
from integration.admin.console.base import Action, ConsoleParts, Form, MenuGroup, Outcome, Page, Routes, Visit, address, render
from integration.core.errors import BadInput, Conflict
from integration.lead_files.columns.forms import DateOrder, Decimal
from integration.lead_files.columns.guess import Guess, with_target
from integration.lead_files.columns.mapping import OBJECT_TYPES, Column, ColumnMapping, has_form
from integration.lead_files.columns.targets import Target, targets_for
from integration.lead_files.desk import Asked, LeadDesk
from integration.lead_files.lead_file_store import PUSHING, UNFINISHED, LeadFile
from integration.lead_files.plan import Chosen
from integration.lead_files.plot import build_plot
from integration.lead_files.reading.dialect import DELIMITERS
from integration.lead_files.reading.encoding import CHOICES
from integration.pipeline.lead_push.pusher import RUN_KIND
from integration.pipeline.portal_profile import is_dry
from integration.pipeline.run_store import RunStore

_SHOWN_ROWS: Final = 20
_SHOWN_VALUES: Final = 3
_REFRESH_S: Final = 3
_MAPPING_BYTES: Final = 500_000
_FORM_ROOM: Final = 100_000
"""What the rest of an upload's form may take beside the file."""
_PUSH_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "created": ("New records", "New records made"),
    "updated": ("Records that would be changed", "Records changed"),
    "fields": ("Values that would be written on records there are", "Values written"),
    "unchanged": ("Records on which nothing changes", "Records on which nothing changed"),
    "scored_before": (
        "Of these with scores from more than a file, which stay",
        "Of these with scores from more than a file, which stayed",
    ),
    "not_in_hubspot": ("Rows without a record, left out", "Rows without a record, left out"),
    "without_key": ("Rows without address or domain to match by, left out", "Rows without address or domain to match by, left out"),
    "repeated": ("Rows that repeat an earlier row, left out", "Rows that repeat an earlier row, left out"),
    "ambiguous": ("Rows that several records answer to, left out", "Rows that several records answer to, left out"),
    "refused": ("Refused by HubSpot", "Refused by HubSpot"),
    "gone": ("Records that vanished meanwhile", "Records that vanished meanwhile"),
    "unknown": ("Writes without an answer", "Writes without an answer; the ledger settles them"),
    "busy": ("Being made by somebody else", "Without an answer from HubSpot; push again in ten minutes"),
}


def routes(parts: ConsoleParts) -> Routes:
    """Everyone may look; operators upload, score, download and delete; admins push into HubSpot."""
    pages = _LeadPages(parts)
    most = parts.settings.web.lead_file_mb * 1_000_000 + _FORM_ROOM
    return (
        Page("lead-files", "lead_files", pages.show_all, menu="Lead files", group=MenuGroup.DECIDE, position=40),
        Page("lead-files/<file_id>", "lead_file", pages.show),
        Page("lead-files/<file_id>/result.csv", "lead_file_result", pages.result, role=Role.OPERATOR),
        Page("lead-files/<file_id>/refused.csv", "lead_file_refused", pages.refused, role=Role.OPERATOR),
        Action("lead-files/upload", "lead_file_upload", pages.upload, Role.OPERATOR, body_limit=most),
        Action("lead-files/<file_id>/read-anew", "lead_file_read", pages.read_anew, Role.OPERATOR),
        Action("lead-files/<file_id>/score", "lead_file_score", pages.score, Role.OPERATOR, body_limit=_MAPPING_BYTES),
        Action("lead-files/<file_id>/count", "lead_file_count", pages.count, Role.ADMIN),
        Action("lead-files/<file_id>/push", "lead_file_push", pages.push, Role.ADMIN),
        Action("lead-files/<file_id>/delete", "lead_file_delete", pages.delete, Role.OPERATOR),
    )


class _LeadPages:
    """Shows and acts; what it all means is decided at the desk."""

    def __init__(self, parts: ConsoleParts) -> None:
        self._parts = parts
        self._most_mb = parts.settings.web.lead_file_mb
        self._keep_days = parts.settings.worker.lead_file_days
        self._desk = LeadDesk(
            parts.database,
            parts.deferrer,
            parts.clock,
            keep_days=self._keep_days,
            most_bytes=self._most_mb * 1_000_000,
        )
        self._bulk = BulkRuns(
            database=parts.database,
            clients=parts.clients,
            deferrer=parts.deferrer,
            worklist=parts.worklist,
            keys=parts.keys,
            adapters=parts.adapters,
            clock=parts.clock,
        )

    def show_all(self, visit: Visit) -> Response:
        with self._parts.database.begin() as connection:
            files = self._desk.all_of(connection, portal_id=visit.portal_id)
        return render(
            visit,
            "lead_files.html",
            title="Lead files",
            files=files,
            object_types=OBJECT_TYPES,
            most_mb=self._most_mb,
            keep_days=self._keep_days,
        )

    def show(self, visit: Visit, file_id: str) -> Response:
        with self._parts.database.begin() as connection:
            file = self._desk.find(connection, portal_id=visit.portal_id, file_id=file_id)
            if file.state == "mapping":
                return self._show_mapping(visit, file, self._desk.asked(connection, file))
            standing = self._desk.standing(connection, file)
            outcomes = self._desk.first_outcomes(connection, file, _SHOWN_ROWS)
        created = standing.pushed.get("created", 0)
        under_way = file.state in UNFINISHED or file.push_state in PUSHING
        was_dry = file.push_state in ("counting", "counted")
        return render(
            visit,
            "lead_file.html",
            title=file.name,
            file=file,
            standing=standing,
            tally=standing.tally,
            plot=build_plot(standing.tally.steps),
            outcomes=[(row, problem, dict(zip(file.columns, added, strict=False))) for row, problem, added in outcomes],
            shown=_shown_columns(file),
            pushed=[
                (words[0 if was_dry else 1], standing.pushed[name])
                for name, words in _PUSH_WORDS.items()
                if standing.pushed.get(name)
            ],
            cost=self._cost(file, created) if created and file.push_state == "counted" else (),
            dry=is_dry(visit.portal.preferences),
            refresh_s=_REFRESH_S if under_way else None,
        )

    def result(self, visit: Visit, file_id: str) -> Response:
        file = self._found(visit, file_id)
        return _download(self._desk.result_pieces(file, with_mark=_wants_mark()), f"{_stem(file)}.scored.csv")

    def refused(self, visit: Visit, file_id: str) -> Response:
        file = self._found(visit, file_id)
        return _download(self._desk.bad_pieces(file, with_mark=_wants_mark()), f"{_stem(file)}.refused.csv")

    def upload(self, visit: Visit, form: Form) -> Outcome:
        given = request.files.get("file")
        if given is None or not given.filename:
            raise BadInput("Choose a CSV file first, then upload it.")
        file = self._desk.upload(
            given.stream,
            portal_id=visit.portal_id,
            name=given.filename,
            by=visit.email,
            object_type=_object_type(form),
        )
        words = f"{file.name} is here. Look at what its columns stand for, then have it scored."
        return self._outcome(visit, file, words, "lead_file_uploaded", bytes=file.size_bytes)

    def read_anew(self, visit: Visit, form: Form, file_id: str) -> Outcome:
        heading = {"yes": True, "no": False}.get(form.get("heading", ""))
        chosen = Chosen(form.get("encoding", ""), form.get("delimiter", ""), heading)
        with self._parts.database.begin() as connection:
            file = self._desk.read_anew(
                connection, portal_id=visit.portal_id, file_id=file_id, chosen=chosen, object_type=_object_type(form)
            )
        return self._outcome(visit, file, "The file was read anew.", "lead_file_read_anew", encoding=file.plan.encoding.name)

    def score(self, visit: Visit, form: Form, file_id: str) -> Outcome:
        with self._parts.database.begin() as connection:
            file = self._desk.find(connection, portal_id=visit.portal_id, file_id=file_id)
            if file.state != "mapping":
                raise Conflict("The columns of this file are decided already. To decide anew, upload it again.")
            mapping = _decided(file, self._desk.asked(connection, file), form)
            self._desk.start(connection, portal_id=visit.portal_id, file_id=file_id, mapping=mapping, by=visit.email)
        return self._outcome(visit, file, "Scoring has begun. It goes on when you leave this page.", "lead_file_scored")

    def count(self, visit: Visit, form: Form, file_id: str) -> Outcome:
        return self._start_push(visit, form, file_id, is_dry=True)

    def push(self, visit: Visit, form: Form, file_id: str) -> Outcome:
        if is_dry(visit.portal.preferences):
            raise Conflict(
                "This account is in dry run, in which nothing is written to HubSpot. Go live first, on the page Dry run."
            )
        return self._start_push(visit, form, file_id, is_dry=False)

    def delete(self, visit: Visit, _form: Form, file_id: str) -> Outcome:
        with self._parts.database.begin() as connection:
            file = self._desk.delete(connection, portal_id=visit.portal_id, file_id=file_id)
        words = f"{file.name} was deleted with its rows and scores. What was pushed stays in HubSpot."
        return Outcome(words, address(visit, "lead_files"), "lead_file_deleted", file_id, {"name": file.name})

    def _start_push(self, visit: Visit, form: Form, file_id: str, *, is_dry: bool) -> Outcome:
        creates = form.get("create") == "yes"
        with self._parts.database.begin() as connection:
            file, run_id = self._desk.start_push(
                connection, portal_id=visit.portal_id, file_id=file_id, is_dry=is_dry, creates=creates
            )
            if not is_dry:
                RunStore().open(
                    connection,
                    portal_id=visit.portal_id,
                    run_id=run_id,
                    kind=RUN_KIND,
                    object_type=file.object_type,
                    started_at=self._parts.clock(),
                    requested_by=visit.email,
                    target={"file_id": file_id, "creates": creates},
                )
        words = "Counting has begun; nothing is written." if is_dry else "The push has begun. It can be undone as a run."
        action = "lead_file_counted" if is_dry else "lead_file_pushed"
        return self._outcome(visit, file, words, action, run_id=run_id, creates=creates)

    def _cost(self, file: LeadFile, created: int) -> Sequence[str]:
        """What new records can cost once they are in HubSpot and are enriched like any other, a sentence each."""
        return self._bulk.preview_of(file.portal_id, file.object_type, created).lines()

    def _show_mapping(self, visit: Visit, file: LeadFile, asked: Asked) -> Response:
        return render(
            visit,
            "lead_file_columns.html",
            title=f"Columns of {file.name}",
            file=file,
            columns=[_column(file, asked, number) for number in range(len(file.plan.names))],
            groups=_groups(file.mapping.object_type),
            encodings=CHOICES,
            delimiters=DELIMITERS,
            object_types=OBJECT_TYPES,
            troubled=[row for row in asked.rows if row.problem][:_SHOWN_VALUES],
            date_orders=[(DateOrder.DAY_FIRST, "day first (25/04)"), (DateOrder.MONTH_FIRST, "month first (04/25)")],
            decimals=[(Decimal.POINT, "1,234.5"), (Decimal.COMMA, "1.234,5")],
        )

    def _found(self, visit: Visit, file_id: str) -> LeadFile:
        with self._parts.database.begin() as connection:
            return self._desk.find(connection, portal_id=visit.portal_id, file_id=file_id)

    def _outcome(self, visit: Visit, file: LeadFile, words: str, action: str, **detail: str | int | bool) -> Outcome:
        to = address(visit, "lead_file", file_id=file.file_id)
        return Outcome(words, to, action, file.file_id, {"name": file.name, **detail})


def _column(file: LeadFile, asked: Asked, number: int) -> dict[str, object]:
    """One line of the page on columns."""
    column, guess = file.mapping.columns[number], asked.guesses[number]
    return {
        "name": file.plan.names[number],
        "values": _values(asked, number)[:_SHOWN_VALUES],
        "column": column,
        "form": has_form(column.target),
        "because": guess.because if guess.target == column.target else "decided so for an earlier file with these headings",
    }


def _values(asked: Asked, number: int) -> list[str]:
    cells = (row.cells[number].strip() for row in asked.rows if not row.problem and number < len(row.cells))
    return [cell for cell in cells if cell]


def _decided(file: LeadFile, asked: Asked, form: Form) -> ColumnMapping:
    """The mapping as the form has it; how a newly chosen column writes dates and numbers is told from its values."""
    known = {target.key for target in targets_for(file.mapping.object_type)}
    columns = []
    for number, column in enumerate(file.mapping.columns):
        target = form.get(f"target_{number}", "")
        if target and target not in known:
            raise BadInput(f"A column cannot stand for {target[:40]!r}. Choose from the list.")
        if target == column.target:
            order, decimal = form.get(f"order_{number}", column.date_order), form.get(f"decimal_{number}", column.decimal)
            if order not in list(DateOrder) or decimal not in list(Decimal):
                raise BadInput("The form is damaged. Load the page again.")
            columns.append(replace(column, date_order=order, decimal=decimal))
        else:
            told = with_target(Guess("", ""), target, _values(asked, number))
            columns.append(Column(target, told.date_order or column.date_order, told.decimal or column.decimal))
    region = form.get("region", "").strip().upper()
    if region and not (len(region) == 2 and region.isascii() and region.isalpha()):
        raise BadInput("The country is a code of two letters, such as DE or US.")
    return ColumnMapping(file.mapping.object_type, tuple(columns), region)


def _groups(object_type: str) -> Mapping[str, Sequence[Target]]:
    groups: dict[str, list[Target]] = {}
    for target in targets_for(object_type):
        groups.setdefault(target.group, []).append(target)
    return groups


def _shown_columns(file: LeadFile) -> list[tuple[int, str]]:
    """The columns that tell people whom a row is about: those that are mapped, at most three."""
    mapped = [(number, file.plan.names[number]) for number, column in enumerate(file.mapping.columns) if column.target]
    return mapped[:3] or list(enumerate(file.plan.names))[:3]


def _object_type(form: Form) -> str:
    wanted = form.get("object_type", OBJECT_TYPES[0])
    if wanted not in OBJECT_TYPES:
        raise BadInput(f"A file is about {' or '.join(OBJECT_TYPES)}.")
    return wanted


def _wants_mark() -> bool:
    return request.args.get("for") == "excel"


def _stem(file: LeadFile) -> str:
    """The name without its ending, as a header can carry it."""
    stem = "".join(char if char.isascii() and (char.isalnum() or char in "-_.") else "-" for char in file.name)
    return stem.removesuffix(".csv").strip(".-") or "leads"


def _download(pieces: Iterator[bytes], name: str) -> Response:
    response = Response(pieces, mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["X-Accel-Buffering"] = "no"
    return response
