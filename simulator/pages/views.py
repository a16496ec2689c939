"""What the templates are given: plain values, already worded for people. Templates escape them; only `Markup` is HTML."""

from dataclasses import dataclass, field

from markupsafe import Markup


@dataclass(frozen=True)
class HistoryView:
    """One earlier value of a property, and who wrote it when."""

    value: str
    source: str
    at: str


@dataclass(frozen=True)
class PropertyView:
    """A property with a value. `history` is newest first and includes the present value; `is_figure` marks a number."""

    name: str
    label: str
    value: str
    link: str | None
    is_figure: bool
    history: tuple[HistoryView, ...]

    @property
    def is_long(self) -> bool:
        return len(self.value) > 320 or self.value.count("\n") > 6

    @property
    def latest(self) -> HistoryView | None:
        return self.history[0] if self.history else None


@dataclass(frozen=True)
class GroupView:
    """A property group with its filled properties; `is_ours` marks the product's own group."""

    name: str
    label: str
    properties: tuple[PropertyView, ...]
    is_ours: bool


@dataclass(frozen=True)
class ActivityView:
    """One entry of the timeline."""

    kind: str
    title: str
    at: str
    sort_key: float
    body: Markup
    facts: tuple[tuple[str, str], ...] = ()
    is_task: bool = False


@dataclass(frozen=True)
class LinkedView:
    """An associated record."""

    name: str
    detail: str
    url: str
    labels: str


@dataclass(frozen=True)
class LinkedGroupView:
    """The associated records of one type."""

    title: str
    records: tuple[LinkedView, ...]


@dataclass(frozen=True)
class RecordView:
    """A record's page."""

    kind: str
    type_id: str
    id: str
    name: str
    detail: str
    created: str
    updated: str
    groups: tuple[GroupView, ...]
    activities: tuple[ActivityView, ...]
    linked: tuple[LinkedGroupView, ...]


@dataclass(frozen=True)
class Column:
    """A column of the list that can be sorted by."""

    name: str
    label: str


@dataclass(frozen=True)
class RowView:
    """A record in the list; `cells` follow the columns."""

    name: str
    detail: str
    url: str
    cells: tuple[str, ...]
    updated: str


@dataclass(frozen=True)
class ListView:
    """One page of a list. `found` counts all matches, `held` all records of the type."""

    object_type: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[RowView, ...]
    found: int
    held: int
    page: int
    pages: int
    query: str
    sort: str
    sorts: tuple[Column, ...] = field(default=())
