"""Search over one type's records, as the index shows them.

The index runs behind: a record shows as it was `lag_ms` ago, a record younger than that is not there, a deleted one is gone at
once. Id and last-change bounds use the table's own order, so paging by id or asking for recent changes costs what it returns;
other filters look at every record (about 0.3 microseconds each).
Source: https://developers.hubspot.com/docs/api-reference/latest/crm/search-the-crm (read 2026-09).
Limit: text search means that every word of the query stands somewhere in the searched properties; there is no ranking.
Limit: associations in filters are never behind.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import takewhile

from simulator.crm.associations import AssociationTable
from simulator.crm.definitions import PropertyDefinition
from simulator.crm.filters import Filter, Test, build_test, comparable, invalid_operator, reader_of
from simulator.crm.object_types import object_type
from simulator.crm.records import Record, RecordTable
from simulator.crm.schema import Schema
from simulator.errors import ErrorDetail, HubSpotError, validation_error

MAX_REACH = 10_000
_ASSOCIATIONS = "associations."


@dataclass(frozen=True)
class Sort:
    """The order of the answer."""

    property_name: str
    descending: bool = False


@dataclass(frozen=True)
class SearchQuery:
    """A search as asked; the groups are alternatives, the filters of one group all hold."""

    groups: tuple[tuple[Filter, ...], ...] = ()
    text: str = ""
    sort: Sort | None = None
    limit: int = 10
    after: int = 0


@dataclass(frozen=True)
class Hit:
    """A found record with its properties as the index shows them."""

    record: Record
    properties: Mapping[str, str]


@dataclass(frozen=True)
class SearchPage:
    """One page; `total` counts all hits, `next_after` is None on the last page."""

    total: int
    hits: list[Hit]
    next_after: int | None


class Searcher:
    """Runs queries on one record table at one moment. Not locked: the portal's lock guards it."""

    def __init__(self, table: RecordTable, schema: Schema, associations: AssociationTable, *, now_ms: int, lag_ms: int) -> None:
        self._table = table
        self._schema = schema
        self._associations = associations
        self._behind = self._changed_since(now_ms - lag_ms) if lag_ms > 0 else {}

    def run(self, query: SearchQuery) -> SearchPage:
        """The page asked for. Raises HubSpot's 400 for unknown properties and beyond 10,000 hits."""
        if query.after + query.limit > MAX_REACH:
            raise validation_error(f"Paging through results is limited to {MAX_REACH} results")
        found = self._sorted(self._matching(query), query.sort)
        end = query.after + query.limit
        hits = [Hit(record, self._properties(record) or {}) for record in found[query.after : end]]
        return SearchPage(len(found), hits, end if end < len(found) else None)

    def _matching(self, query: SearchQuery) -> list[Record]:
        text = [self._text_test(query.text)] if query.text.strip() else []
        found = [self._matching_group(group, text) for group in query.groups or ((),)]
        if len(found) == 1:
            return found[0]
        return list({record.id: record for records in found for record in records}.values())

    def _matching_group(self, group: tuple[Filter, ...], text: list[Test]) -> list[Record]:
        tests = {condition: self._test(condition) for condition in group}
        bound, candidates = self._candidates(group)
        if bound is not None and not self._behind:
            del tests[bound]  # the table's own order has seen to it
        return list(self._pass(candidates, [*tests.values(), *text]))

    def _pass(self, candidates: Iterable[Record], tests: list[Test]) -> Iterable[Record]:
        if not self._behind:
            for test in tests:
                candidates = [record for record in candidates if test(record.id, record.properties)]
            return candidates
        passing = []
        for record in candidates:
            properties = self._properties(record)
            if properties is not None and all(test(record.id, properties) for test in tests):
                passing.append(record)
        return passing

    def _properties(self, record: Record) -> Mapping[str, str] | None:
        if record.id in self._behind:
            return self._behind[record.id]
        return record.properties

    def _changed_since(self, moment_ms: int) -> dict[str, Mapping[str, str] | None]:
        late = takewhile(lambda record: record.updated_at_ms > moment_ms, self._table.changed_last_first())
        return {record.id: record.as_of(moment_ms) for record in late}

    def _candidates(self, group: tuple[Filter, ...]) -> tuple[Filter | None, Iterable[Record]]:
        """The records to look at, and the filter that all of them meet (as they are now)."""
        table = self._table
        for condition in group:
            value = condition.value or ""
            if condition.property_name == "hs_object_id" and value.isdecimal():
                if condition.operator in ("GT", "GTE"):
                    return condition, table.in_id_order(above=int(value) - (condition.operator == "GTE"))
                if condition.operator == "EQ":
                    return condition, table.in_id_order(above=int(value) - 1, at_most=int(value))
        modified = self._schema.kind.modified_property
        for condition in group:
            if condition.property_name == modified and condition.operator == "GTE" and condition.value:
                since = str(comparable(condition, self._definition(modified), condition.value))
                return condition, table.changed_since(modified, since)
        return None, table.in_id_order()

    def _test(self, condition: Filter) -> Test:
        if condition.property_name.startswith(_ASSOCIATIONS):
            return self._association_test(condition)
        return build_test(condition, self._definition(condition.property_name))

    def _definition(self, name: str) -> PropertyDefinition:
        definition = self._schema.live.get(name)
        if definition is None:
            raise unknown_property(name)
        return definition

    def _association_test(self, condition: Filter) -> Test:
        own = self._schema.kind.name
        to_type = object_type(condition.property_name.removeprefix(_ASSOCIATIONS)).name
        targets = self._associations.targets
        if condition.operator == "HAS_PROPERTY":
            return lambda record_id, _: bool(targets((own, record_id), to_type))
        if condition.operator == "NOT_HAS_PROPERTY":
            return lambda record_id, _: not targets((own, record_id), to_type)
        if condition.operator not in ("EQ", "IN"):
            raise invalid_operator(condition.operator)
        wanted = set(condition.values) if condition.operator == "IN" else {condition.value}
        # Asked from the other side: a few ids have few links, the searched records are many.
        found = {found_id for each in wanted if each for found_id in targets((to_type, each), own)}
        return lambda record_id, _: record_id in found

    def _text_test(self, text: str) -> Test:
        words = text.lower().split()
        names = self._schema.kind.searched_properties

        def test(_: str, properties: Mapping[str, str]) -> bool:
            searched = "\n".join([properties[name] for name in names if name in properties]).lower()
            return all(word in searched for word in words)

        return test

    def _sorted(self, records: list[Record], sort: Sort | None) -> list[Record]:
        records.sort(key=lambda record: record.number)
        if sort is None:
            return records
        if sort.property_name == "hs_object_id":
            return records[::-1] if sort.descending else records
        definition = self._definition(sort.property_name)
        read, name = reader_of(definition), sort.property_name

        def value_of(record: Record) -> str | None:
            return (self._properties(record) or {}).get(name)

        having = [record for record in records if value_of(record) is not None]
        key: Callable[[Record], object] = lambda record: read(value_of(record) or "")  # noqa: E731
        having.sort(key=key, reverse=sort.descending)  # type: ignore[arg-type]  # one property, one kind of value
        return having + [record for record in records if value_of(record) is None]


def unknown_property(name: str) -> HubSpotError:
    """The 400 for a filter or sort on a property that is not defined."""
    message = f'Property "{name}" does not exist'
    return validation_error(message, errors=(ErrorDetail(message, "PROPERTY_DOESNT_EXIST", {"propertyName": [name]}),))
