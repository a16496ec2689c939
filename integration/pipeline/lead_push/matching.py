"""Which record each lead of a file is: contacts by e-mail address, companies by domain. Several records with one domain are nobody's for certain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from integration.hubspot.creating import KEY_PROPERTY
from integration.hubspot.objects import CONTACTS, CrmRecord, Page, SearchFilter
from integration.providers.base import FactSheet, Field
from integration.scoring.base import Scores

_SEARCH_PAGE = 200


@dataclass(frozen=True)
class Lead:
    """One good row: its facts and scores, and the texts of HubSpot's properties a record made for it gets. The sheet's id is the line."""

    sheet: FactSheet
    scores: Scores
    properties: Mapping[str, str]

    @property
    def key(self) -> str:
        """What tells its record from others, "" when the row does not say."""
        return self.sheet.text(Field.EMAIL if self.sheet.object_type == CONTACTS else Field.DOMAIN) or ""


class KeyReader(Protocol):
    """HubSpot, as far as matching needs it."""

    def batch_read_by(
        self, object_type: str, key_property: str, values: Sequence[str], properties: Sequence[str]
    ) -> Sequence[CrmRecord]: ...
    def search_page(
        self, object_type: str, *, filters: Sequence[SearchFilter], properties: Sequence[str] = (), limit: int = 100
    ) -> Page: ...


@dataclass
class Matched:
    """The one record of each key, and the keys that several records have."""

    ids: dict[str, str] = field(default_factory=dict)
    several: set[str] = field(default_factory=set)


def match(client: KeyReader, object_type: str, keys: Sequence[str]) -> Matched:
    """For at most 100 keys, one call."""
    if not keys:
        return Matched()
    name = KEY_PROPERTY[object_type]
    if object_type == CONTACTS:
        records: Sequence[CrmRecord] = client.batch_read_by(object_type, name, keys, [name])
    else:
        filters = [SearchFilter(name, "IN", values=tuple(keys))]
        records = client.search_page(object_type, filters=filters, properties=[name], limit=_SEARCH_PAGE).records
    found: dict[str, list[str]] = {}
    for record in records:
        found.setdefault((record.text(name) or "").lower(), []).append(record.object_id)
    return Matched(
        {key: ids[0] for key, ids in found.items() if len(ids) == 1 and key in keys},
        {key for key, ids in found.items() if len(ids) > 1},
    )
