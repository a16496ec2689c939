"""Makes sure that a record for an identity exists in HubSpot, and that there is one only, whoever else is at it.

Three things stand between us and a duplicate. Our own map knows what we made before HubSpot's search index does, and its primary key lets one
worker at a time create for an identity. HubSpot is searched for what others made. And where HubSpot says that a record exists already, that
one is taken. A create call whose answer was lost leaves its claim standing; after `CLAIM_LASTS` the next attempt searches, finds what was
made, and takes it.
Limit: what somebody else creates within HubSpot's index lag before our search is not seen; HubSpot does not refuse a second company.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, Protocol

import structlog

from integration.core.clock import Clock
from integration.core.errors import RateLimited, ReauthRequired, Rejected, Unavailable, UnexpectedReply
from integration.db.session import Database
from integration.hubspot.creating import KEY_PROPERTY
from integration.hubspot.objects import CreateOutcome, NewRecord, Page, SearchFilter, WriteFailure
from integration.pipeline.creating.identity_store import Created, IdentityStore

CLAIM_LASTS: Final = timedelta(minutes=10)
"""Far longer than a call takes and than HubSpot's index lags."""
_SEARCH_PAGE: Final = 200

_log = structlog.get_logger(__name__)


class RecordMaker(Protocol):
    """HubSpot, as far as creating needs it."""

    def search_page(
        self, object_type: str, *, filters: Sequence[SearchFilter], properties: Sequence[str] = (), limit: int = 100
    ) -> Page: ...
    def create_records(self, object_type: str, records: Sequence[NewRecord]) -> CreateOutcome: ...


@dataclass(frozen=True)
class Wanted:
    """A record that shall exist. `key` is its domain (companies) or e-mail address (contacts), lower case; `for_id` whom it is made for."""

    key: str
    properties: Mapping[str, str]
    for_id: str


@dataclass
class Ensured:
    """What became of each key: the one record, several that stand for it, another worker at it (or nobody knows yet), or a refusal."""

    ids: dict[str, str] = field(default_factory=dict)
    created: set[str] = field(default_factory=set)
    several: set[str] = field(default_factory=set)
    busy: set[str] = field(default_factory=set)
    refused: dict[str, WriteFailure] = field(default_factory=dict)


class RecordCreator:
    """One for the process, used by many threads."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._store = IdentityStore()

    def ensure(
        self,
        client: RecordMaker,
        *,
        portal_id: int,
        object_type: str,
        wanted: Sequence[Wanted],
        for_type: str,
        purpose: str,
        run_id: str,
    ) -> Ensured:
        """For at most 100 keys. Costs one search and one create call, nothing for what our own map knows. Raises the AppErrors of the search."""
        ensured, now = Ensured(), self._clock()
        by_key = {one.key: one for one in sorted(wanted, key=lambda one: (one.key, one.for_id), reverse=True)}
        if not by_key:
            return ensured
        identities = {_identity(object_type, key): key for key in by_key}
        with self._database.begin() as connection:
            claims = self._store.claim(
                connection,
                portal_id=portal_id,
                object_type=object_type,
                identities=list(identities),
                now=now,
                stale_before=now - CLAIM_LASTS,
            )
        ensured.ids |= {identities[identity]: object_id for identity, object_id in claims.known.items()}
        mine = {identities[one] for one in claims.mine}
        ensured.busy |= {key for key in by_key if key not in mine and key not in ensured.ids}
        try:
            self._search(client, object_type, mine, ensured)
            missing = sorted(mine - set(ensured.ids) - ensured.several)
            self._create(client, object_type, [by_key[key] for key in missing], ensured)
        finally:
            self._settle(portal_id, object_type, mine, ensured)
        made = [Created(ensured.ids[key], by_key[key].for_id) for key in sorted(ensured.created)]
        with self._database.begin() as connection:
            self._store.register(
                connection,
                portal_id=portal_id,
                kind=object_type,
                for_type=for_type,
                purpose=purpose,
                run_id=run_id,
                created=made,
                now=self._clock(),
            )
        return ensured

    def _search(self, client: RecordMaker, object_type: str, keys: Iterable[str], ensured: Ensured) -> None:
        """Finds what is there already; a key that several records have belongs to none of them for certain."""
        name, asked = KEY_PROPERTY[object_type], sorted(keys)
        if not asked:
            return
        page = client.search_page(
            object_type, filters=[SearchFilter(name, "IN", values=tuple(asked))], properties=[name], limit=_SEARCH_PAGE
        )
        found: dict[str, list[str]] = {}
        for record in page.records:
            found.setdefault((record.text(name) or "").lower(), []).append(record.object_id)
        for key in asked:
            ids = found.get(key, [])
            if len(ids) == 1:
                ensured.ids[key] = ids[0]
            elif ids:
                ensured.several.add(key)

    def _create(self, client: RecordMaker, object_type: str, missing: Sequence[Wanted], ensured: Ensured) -> None:
        if not missing:
            return
        traces = {uuid.uuid4().hex: one for one in missing}
        keys = {one.key for one in missing}
        ensured.busy |= keys  # until HubSpot has answered nobody knows whether they were made
        try:
            outcome = client.create_records(object_type, [NewRecord(trace, one.properties) for trace, one in traces.items()])
        except (Unavailable, UnexpectedReply) as error:
            _log.warning("create_unanswered", object_type=object_type, count=len(keys), reason=error.reason)
            return
        except (RateLimited, ReauthRequired):
            ensured.busy -= keys
            raise
        except Rejected as error:
            ensured.busy -= keys
            ensured.refused |= dict.fromkeys(keys, WriteFailure(error.code or error.reason, error.message))
            return
        ensured.busy -= keys
        ensured.ids |= {traces[trace].key: object_id for trace, object_id in {**outcome.existing, **outcome.created}.items()}
        ensured.created |= {traces[trace].key for trace in outcome.created}
        ensured.refused |= {traces[trace].key: failure for trace, failure in outcome.failed.items()}

    def _settle(self, portal_id: int, object_type: str, mine: set[str], ensured: Ensured) -> None:
        """Writes down what is known of the claims; one whose outcome is not known stands."""
        known = {_identity(object_type, key): ensured.ids[key] for key in mine if key in ensured.ids}
        unmade = [_identity(object_type, key) for key in mine if key not in ensured.ids and key not in ensured.busy]
        with self._database.begin() as connection:
            self._store.settle(connection, portal_id=portal_id, object_type=object_type, ids=known, now=self._clock())
            self._store.release(connection, portal_id=portal_id, object_type=object_type, identities=unmade)


def _identity(object_type: str, key: str) -> str:
    return f"{KEY_PROPERTY[object_type]}:{key}"
