"""Parses a search and holds its limits: 5 groups, 6 filters in each, 18 in all, 1 sort, 200 a page, 3,000 characters.

Source: https://developers.hubspot.com/docs/api-reference/latest/crm/search-the-crm (read 2026-09).
"""

from dataclasses import dataclass

from simulator.crm.filters import Filter
from simulator.crm.search import SearchQuery, Sort
from simulator.errors import validation_error
from simulator.families.reading import Body

MAX_GROUPS = 5
MAX_FILTERS_IN_GROUP = 6
MAX_FILTERS = 18
MAX_PAGE = 200
DEFAULT_PAGE = 10
MAX_CHARACTERS = 3_000


@dataclass(frozen=True)
class SearchRequest:
    """A search with the properties to show; None asks for the type's default ones."""

    query: SearchQuery
    properties: list[str] | None


def read_search(body: Body, size_in_characters: int) -> SearchRequest:
    """The search asked for. Raises HubSpot's 400 beyond any limit."""
    text = body.text("query") or ""
    if size_in_characters > MAX_CHARACTERS or len(text) > MAX_CHARACTERS:
        raise validation_error(f"The request body or query is longer than {MAX_CHARACTERS} characters")
    groups = _read_groups(body)
    return SearchRequest(
        SearchQuery(groups, text, _read_sort(body), _read_limit(body), _read_after(body)), body.texts("properties") or None
    )


def _read_groups(body: Body) -> tuple[tuple[Filter, ...], ...]:
    groups = [tuple(_read_filter(each) for each in group.objects("filters")) for group in body.objects("filterGroups")]
    bare = tuple(_read_filter(each) for each in body.objects("filters"))
    if bare:
        groups.append(bare)
    if len(groups) > MAX_GROUPS:
        raise validation_error(f"There are {len(groups)} filter groups; the maximum is {MAX_GROUPS}")
    if any(len(group) > MAX_FILTERS_IN_GROUP for group in groups):
        raise validation_error(f"A filter group has more than {MAX_FILTERS_IN_GROUP} filters")
    if sum(map(len, groups)) > MAX_FILTERS:
        raise validation_error(f"There are more than {MAX_FILTERS} filters")
    return tuple(group for group in groups if group)


def _read_filter(body: Body) -> Filter:
    return Filter(
        body.need_text("propertyName"),
        body.need_text("operator"),
        body.text("value"),
        body.text("highValue"),
        tuple(body.texts("values") or ()),
    )


def _read_sort(body: Body) -> Sort | None:
    sorts = list(body.objects("sorts"))
    if len(sorts) > 1:
        raise validation_error("Only one sort can be applied to a search")
    if not sorts:
        return None
    direction = sorts[0].text("direction") or "ASCENDING"
    if direction not in ("ASCENDING", "DESCENDING"):
        raise validation_error(f"Invalid input JSON: {direction} is not a sort direction")
    return Sort(sorts[0].need_text("propertyName"), descending=direction == "DESCENDING")


def _read_limit(body: Body) -> int:
    limit = body.integer("limit")
    if limit is None:
        return DEFAULT_PAGE
    if not 0 <= limit <= MAX_PAGE:
        raise validation_error(f"limit must be a number from 0 to {MAX_PAGE}")
    return limit or DEFAULT_PAGE


def _read_after(body: Body) -> int:
    after = body.text("after") or "0"
    if not after.isdecimal():
        raise validation_error("after must be an integer")
    return int(after)
