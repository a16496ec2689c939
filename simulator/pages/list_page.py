"""Builds the view of a list: search in the words people know a record by, sorting by a score, pages of 25."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from simulator.crm.definitions import PropertyDefinition
from simulator.crm.object_types import object_type
from simulator.crm.records import Record
from simulator.pages.portal_reader import PortalReader
from simulator.pages.record_page import RecordUrl, is_ours, name_of
from simulator.pages.views import Column, ListView, RowView
from simulator.pages.wording import word_ms, word_value

PAGE_SIZE = 25
MOST_COLUMNS = 3
BY_NAME, BY_CHANGE = "name", "updated"
_SEARCHED = {
    "contacts": ("firstname", "lastname", "email", "company", "jobtitle", "phone"),
    "companies": ("name", "domain", "city", "country", "industry"),
}
_SCORE_WORDS = ("priority", "score", "fit")
_OTHER_SEARCHED = ("dealname", "subject", "hs_lead_name")


@dataclass(frozen=True)
class ListWish:
    """What the visitor asked for. An unknown `sort` or a page beyond the end is answered with the nearest there is."""

    object_type: str
    query: str = ""
    sort: str = ""
    page: int = 1


def build_list(reader: PortalReader, wish: ListWish, url_of: RecordUrl) -> ListView:
    """One page of the records that match, sorted; highest score first. Cost: one pass over the type's records."""
    definitions = reader.definitions(wish.object_type)
    columns = score_columns(definitions)
    records = list(reader.records(wish.object_type))
    found = [record for record in records if _matches(record, wish.query)]
    sorts = (*columns, Column(BY_CHANGE, "Last changed"), Column(BY_NAME, "Name"))
    sort = wish.sort if wish.sort in {column.name for column in sorts} else sorts[0].name
    ordered = _sorted(found, sort)
    pages = max(1, -(-len(found) // PAGE_SIZE))
    page = min(max(1, wish.page), pages)
    shown = ordered[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    return ListView(
        object_type=wish.object_type,
        title=object_type(wish.object_type).name.capitalize(),
        columns=columns,
        rows=tuple(_row(record, columns, definitions, url_of) for record in shown),
        found=len(found),
        held=len(records),
        page=page,
        pages=pages,
        query=wish.query,
        sort=sort,
        sorts=sorts,
    )


def score_columns(definitions: Mapping[str, PropertyDefinition]) -> tuple[Column, ...]:
    """The product's numbers that are scores, at most three."""
    ours = [
        definition
        for definition in definitions.values()
        if is_ours(definition.group_name) and definition.type == "number" and not definition.archived
    ]
    scores = [one for one in ours if any(word in one.name for word in _SCORE_WORDS)] or ours
    ranked = sorted(scores, key=lambda definition: (definition.display_order < 0, definition.display_order, definition.name))
    return tuple(Column(definition.name, definition.label) for definition in ranked[:MOST_COLUMNS])


def _matches(record: Record, query: str) -> bool:
    wanted = query.casefold().split()
    if not wanted:
        return True
    names = _SEARCHED.get(record.object_type, _OTHER_SEARCHED)
    text = " ".join((record.id, *(record.properties.get(name, "") for name in names))).casefold()
    return all(word in text for word in wanted)


def _sorted(records: list[Record], sort: str) -> list[Record]:
    if sort == BY_NAME:
        return sorted(records, key=lambda record: name_of(record)[0].casefold())
    if sort == BY_CHANGE:
        return sorted(records, key=lambda record: -record.updated_at_ms)
    return sorted(records, key=lambda record: (-_number(record.properties.get(sort, "")), name_of(record)[0].casefold()))


def _number(text: str) -> float:
    """The number, or less than any when there is none."""
    try:
        number = float(text)
    except ValueError:
        return float("-inf")
    return float("-inf") if math.isnan(number) else number


def _row(record: Record, columns: tuple[Column, ...], definitions: Mapping[str, PropertyDefinition], url_of: RecordUrl) -> RowView:
    name, detail = name_of(record)
    cells = tuple(
        word_value(record.properties[column.name], definitions[column.name]) if column.name in record.properties else ""
        for column in columns
    )
    return RowView(name, detail, url_of(record.object_type, record.id), cells, word_ms(record.updated_at_ms))
