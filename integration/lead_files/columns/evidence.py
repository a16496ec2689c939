"""How columns write dates and numbers, told from every row of a file, where its first rows could not tell. Pure.

A choice stays unless the whole column speaks only against it: then no value fits the choice alone, and many do not fit it at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from integration.lead_files.columns.forms import DateOrder, Decimal, date_sides, number_sides
from integration.lead_files.columns.mapping import Column, ColumnMapping, has_form


@dataclass
class _Sides:
    """How many values can be read in one way only: day first or point, month first or comma."""

    first: int = 0
    second: int = 0

    def only(self, first: str, second: str, chosen: str) -> str:
        """The one way that all of them speak for; the chosen way when they do not agree or say nothing."""
        if self.first and not self.second:
            return first
        return second if self.second and not self.first else chosen


class WholeColumns:
    """Takes the rows of a file one after the other."""

    def __init__(self, mapping: ColumnMapping) -> None:
        self._mapping = mapping
        self._forms = {number: form for number, column in enumerate(mapping.columns) if (form := has_form(column.target))}
        self._sides = {number: _Sides() for number in self._forms}

    @property
    def has_any(self) -> bool:
        """Whether a column has anything to tell."""
        return bool(self._forms)

    def take(self, cells: Sequence[str]) -> None:
        for number, form in self._forms.items():
            if number < len(cells) and cells[number]:
                first, second = date_sides(cells[number]) if form == "date" else number_sides(cells[number])
                self._sides[number].first += first
                self._sides[number].second += second

    def corrected(self) -> ColumnMapping:
        """The mapping with what the rows told."""
        columns = tuple(self._told(number, column) for number, column in enumerate(self._mapping.columns))
        return replace(self._mapping, columns=columns)

    def _told(self, number: int, column: Column) -> Column:
        form = self._forms.get(number)
        if form == "date":
            order = self._sides[number].only(DateOrder.DAY_FIRST, DateOrder.MONTH_FIRST, column.date_order)
            return replace(column, date_order=order)
        if form == "number":
            return replace(column, decimal=self._sides[number].only(Decimal.POINT, Decimal.COMMA, column.decimal))
        return column
