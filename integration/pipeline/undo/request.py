"""What shall be undone: a run, a time range, a provider or one record, and how it is written down in the run that undoes it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, Final, Literal

from integration.core.errors import BadInput
from integration.hubspot.objects import NOTE_TO, SINGULAR

ScopeKind = Literal["run", "time", "provider", "record"]

UNDO_KIND: Final = "undo"
KEPT_FOR: Final = timedelta(days=90)
"""How long what stood there before is known."""


@dataclass(frozen=True)
class UndoScope:
    """Which of our writes are meant. `since` (included) and `until` (excluded) narrow every kind but a run.

    `property_name` narrows a record to one field; "note:<purpose>" means the note. `before`: nothing written later is touched, which is
    the moment the undo was asked for.
    """

    kind: ScopeKind
    run_id: str = ""
    since: datetime | None = None
    until: datetime | None = None
    provider: str = ""
    object_type: str = ""
    object_id: str = ""
    property_name: str = ""
    before: datetime | None = None

    @property
    def in_words(self) -> str:
        """For people: "run 1f3a", "everything since 2026-11-21 10:00 UTC"."""
        span = _span(self.since, self.until)
        if self.kind == "run":
            return f"run {self.run_id}"
        if self.kind == "provider":
            return f"values from {self.provider}{span and ' ' + span}"
        if self.kind == "record":
            field = f", field {self.property_name}" if self.property_name else ""
            return f"{SINGULAR.get(self.object_type, self.object_type)} {self.object_id}{field}{span and ' ' + span}"
        return f"everything {span}"


@dataclass(frozen=True)
class UndoRequest:
    """`requested_by`: the person's e-mail or "command line". `dry_run`: everything is checked, nothing is written."""

    portal_id: int
    scope: UndoScope
    requested_by: str
    dry_run: bool = False


def checked_scope(scope: UndoScope, *, now: datetime) -> UndoScope:
    """The scope with its limits: never older than 90 days, never later than now.

    Raises BadInput when a part is missing, or when it asks for what is no longer known.
    """
    needed: Mapping[ScopeKind, tuple[tuple[str, str], ...]] = {
        "run": ((scope.run_id, "a run"),),
        "time": ((str(scope.since or ""), "since when"),),
        "provider": ((scope.provider, "a provider"),),
        "record": ((scope.object_type, "the record's type"), (scope.object_id, "the record's id")),
    }
    for given, what in needed[scope.kind]:
        if not given:
            raise BadInput(f"Say {what}, so that the right values are put back.")
    if scope.property_name and scope.kind != "record":
        raise BadInput("A single field can be undone only on a single record: say which one.")
    oldest = now - KEPT_FOR
    if scope.since is not None and scope.since < oldest:
        raise BadInput(
            f"What stood there before is kept for {KEPT_FOR.days} days, and {scope.since:%Y-%m-%d} is longer ago. "
            f"Ask for {oldest + timedelta(days=1):%Y-%m-%d} or later."
        )
    if scope.since is not None and scope.until is not None and scope.until <= scope.since:
        raise BadInput("The end of the time range must lie after its beginning.")
    return replace(scope, before=now)


def scope_as_json(scope: UndoScope) -> dict[str, str]:
    """What goes into the run's `target`; empty parts are left out."""
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in asdict(scope).items() if value}


def scope_from_json(target: Mapping[str, Any]) -> UndoScope:
    """The scope a run was started with. Raises BadInput for a run that is no undo."""
    kind = target.get("kind")
    if kind not in ("run", "time", "provider", "record"):
        raise BadInput("This run is not an undo.")
    return UndoScope(
        kind,
        run_id=_text(target, "run_id"),
        since=_moment(target, "since"),
        until=_moment(target, "until"),
        provider=_text(target, "provider"),
        object_type=_text(target, "object_type"),
        object_id=_text(target, "object_id"),
        property_name=_text(target, "property_name"),
        before=_moment(target, "before"),
    )


def read_record(text: str) -> tuple[str, str]:
    """Type and id from "contacts/123". Raises BadInput with an example."""
    object_type, _, object_id = text.strip().partition("/")
    if object_type not in NOTE_TO or not object_id.isdecimal():
        raise BadInput(f"A record is written as contacts/123 or companies/456, not {text!r}.")
    return object_type, object_id


def read_moment(text: str, what: str, zone: tzinfo = UTC) -> datetime:
    """A moment; one without a zone of its own is in `zone`. Raises BadInput naming `what`."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise BadInput(f"{what} must be a moment such as 2026-11-21T10:00:00Z, not {text!r}.") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _span(since: datetime | None, until: datetime | None) -> str:
    parts = [
        f"{word} {moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC" for word, moment in (("since", since), ("until", until)) if moment
    ]
    return " ".join(parts)


def _text(target: Mapping[str, Any], name: str) -> str:
    return str(target.get(name) or "")


def _moment(target: Mapping[str, Any], name: str) -> datetime | None:
    return datetime.fromisoformat(str(target[name])) if target.get(name) else None
