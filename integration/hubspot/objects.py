"""HubSpot's records as typed values, and the names and ids of object types. No I/O.

Source: https://developers.hubspot.com/docs/guides/crm/using-object-apis (type ids) and the 2026-09 objects specification (read 2026-11).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

CONTACTS: Final = "contacts"
COMPANIES: Final = "companies"
DEALS: Final = "deals"
NOTES: Final = "notes"
TASKS: Final = "tasks"

OBJECT_TYPE_IDS: Final[Mapping[str, str]] = {CONTACTS: "0-1", COMPANIES: "0-2", DEALS: "0-3", NOTES: "0-46", TASKS: "0-27"}
SINGULAR: Final[Mapping[str, str]] = {CONTACTS: "contact", COMPANIES: "company", DEALS: "deal", NOTES: "note", TASKS: "task"}
PLURAL: Final[Mapping[str, str]] = {singular: plural for plural, singular in SINGULAR.items()}

BATCH_LIMIT: Final = 100
HISTORY_BATCH_LIMIT: Final = 50
SEARCH_PAGE_LIMIT: Final = 200

LAST_MODIFIED_PROPERTY: Final[Mapping[str, str]] = {
    CONTACTS: "lastmodifieddate",
    COMPANIES: "hs_lastmodifieddate",
    DEALS: "hs_lastmodifieddate",
}
"""Contacts spell it differently from everything else."""

PRIMARY_ASSOCIATION_TYPE_IDS: Final = frozenset({1, 2, 5, 6})
"""Contact to primary company 1, company to primary contact 2, deal to primary company 5, company to primary deal 6."""

NOTE_TO: Final[Mapping[str, int]] = {CONTACTS: 202, COMPANIES: 190, DEALS: 214}
"""Default association type ids from a note to the record it stands on."""

TASK_TO: Final[Mapping[str, int]] = {CONTACTS: 204, COMPANIES: 192, DEALS: 216}
"""Default association type ids from a task to the record it is about."""
TaskType = Literal["EMAIL", "TODO"]


@dataclass(frozen=True)
class RecordKey:
    """Names one record of one portal everywhere in the product."""

    portal_id: int
    object_type: str
    object_id: str


@dataclass(frozen=True)
class CrmRecord:
    """A record as HubSpot returned it. Values are text or None ("defined but empty"); undefined properties are absent."""

    object_type: str
    object_id: str
    properties: Mapping[str, str | None]
    updated_at: datetime | None = None
    archived: bool = False

    def text(self, name: str) -> str | None:
        """The property's value without surrounding blanks, or None when it is absent or empty."""
        value = (self.properties.get(name) or "").strip()
        return value or None


@dataclass(frozen=True)
class PropertyWrite:
    """New values for one record. An empty text clears a property."""

    object_id: str
    properties: Mapping[str, str]
    trace_id: str


@dataclass(frozen=True)
class NewNote:
    """A note to create on one record. `marker` stands in the body and identifies the note in the answer."""

    object_type: str
    object_id: str
    body_html: str
    timestamp: datetime
    marker: str


@dataclass(frozen=True)
class NewTask:
    """A task to create on one record, not started. `marker` stands in the body and identifies the task in the answer. `owner_id` None: nobody's."""

    object_type: str
    object_id: str
    task_type: TaskType
    subject: str
    body_html: str
    due_at: datetime
    owner_id: str | None
    marker: str


@dataclass(frozen=True)
class WriteFailure:
    """Why one record of a batch was refused: HubSpot's category and sentence. `codes` are those of the single complaints within, in order."""

    category: str
    message: str
    property_names: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class BatchOutcome:
    """What became of each input of a batch write: ids written, and failures by trace id."""

    written: frozenset[str] = frozenset()
    failed: Mapping[str, WriteFailure] = field(default_factory=dict)


@dataclass(frozen=True)
class NewRecord:
    """A record to create."""

    trace_id: str
    properties: Mapping[str, str]


@dataclass(frozen=True)
class CreateOutcome:
    """What became of each new record, by trace id: its id, the id of the record that is in its way, or why it was refused."""

    created: Mapping[str, str] = field(default_factory=dict)
    existing: Mapping[str, str] = field(default_factory=dict)
    failed: Mapping[str, WriteFailure] = field(default_factory=dict)


@dataclass(frozen=True)
class PropertyDeclaration:
    """A HubSpot property of ours, declared once in the file that fills it. `type`/`field_type` in HubSpot's words."""

    name: str
    label: str
    type: Literal["string", "number", "enumeration", "datetime", "date", "bool"]
    field_type: Literal["text", "textarea", "html", "number", "select", "checkbox", "date", "booleancheckbox"]
    description: str
    object_types: tuple[str, ...]
    options: tuple[tuple[str, str], ...] = ()
    """(value, label) of an enumeration, in display order."""
    display_order: int = -1
    """Place in our property group; -1 lets HubSpot choose."""


@dataclass(frozen=True)
class AssociatedRecord:
    """A record on the other end of an association, with every type that ties the two."""

    object_id: str
    type_ids: frozenset[int]
    is_primary: bool


@dataclass(frozen=True)
class PropertyVersion:
    """One entry of a property's history: what was set, when, and by what (`CRM_UI`, `INTEGRATION`, `IMPORT`, ...)."""

    value: str | None
    at: datetime
    source_type: str
    source_id: str | None
    source_label: str | None
    user_id: str | None


@dataclass(frozen=True)
class SearchFilter:
    """One condition of a search, in HubSpot's operators. `values` serves IN and NOT_IN, `high_value` BETWEEN."""

    property_name: str
    operator: str
    value: str | None = None
    high_value: str | None = None
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class SearchSort:
    """The one sort a search may have."""

    property_name: str
    direction: Literal["ASCENDING", "DESCENDING"] = "ASCENDING"


@dataclass(frozen=True)
class Page:
    """One page of records. `next_after` is None on the last page; `total` is None where HubSpot does not count (lists)."""

    records: tuple[CrmRecord, ...]
    next_after: str | None
    total: int | None = None


@dataclass(frozen=True)
class NoteOutcome:
    """What became of each note, by marker: the note's id, or why HubSpot refused it."""

    written: Mapping[str, str] = field(default_factory=dict)
    failed: Mapping[str, WriteFailure] = field(default_factory=dict)


@dataclass(frozen=True)
class NoteText:
    """A note as it stands on a record."""

    note_id: str
    body_html: str


@dataclass(frozen=True)
class TaskOutcome:
    """What became of each task, by marker: the task's id, or why HubSpot refused it."""

    written: Mapping[str, str] = field(default_factory=dict)
    failed: Mapping[str, WriteFailure] = field(default_factory=dict)


@dataclass(frozen=True)
class TaskText:
    """A task as it hangs on a record."""

    task_id: str
    body_html: str


@dataclass(frozen=True)
class AccountDetails:
    """Facts of the account. `ui_domain` and `time_zone` build links and days; `account_type` is STANDARD, DEVELOPER_TEST, SANDBOX, ..."""

    portal_id: int
    account_type: str
    time_zone: str
    currency: str
    ui_domain: str
    data_hosting_location: str


@dataclass(frozen=True)
class Owner:
    """A user records can be assigned to. Assign with `owner_id`; HubSpot refuses `user_id` there. An archived one has no `user_id`."""

    owner_id: str
    email: str | None
    first_name: str
    last_name: str
    archived: bool
    user_id: str | None = None
    team_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class PropertyDefinition:
    """A property as the portal has it."""

    name: str
    label: str
    type: str
    field_type: str
    group_name: str
    archived: bool
    options: tuple[tuple[str, str], ...] = ()
    """(value, label) in the portal's order."""
    hidden_options: frozenset[str] = frozenset()
    """Values of options that an admin hid: people cannot choose them any more."""
    is_read_only: bool = False
    """No app may write its values."""
    is_calculated: bool = False
    """HubSpot works its values out."""
    is_hubspot_defined: bool = False
    """Every account has it."""
    has_external_options: bool = False
    """The options live elsewhere (owners, pipelines), so a value cannot be checked against the list here."""
