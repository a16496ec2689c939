"""Versions of a portal's scoring profile, and the drafts people are at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, null, select
from sqlalchemy.dialects.postgresql import insert

from integration.db.models.score_setup import ScoreDraftRow, ScoreProfileRow


@dataclass(frozen=True)
class ProfileVersion:
    """One saved profile. `profile` None is the default profile; `restored_from` the version it took up again."""

    version: int
    profile: Mapping[str, Any] | None
    note: str
    saved_by: str
    saved_at: datetime
    restored_from: int | None


@dataclass(frozen=True)
class ProfileDraft:
    """What somebody wrote and has not saved. `base_version` is the version it began from."""

    text: str
    base_version: int
    changed_at: datetime


class ScoreProfileStore:
    """Rows of `score_profile` and `score_draft`."""

    def versions(self, connection: Connection, *, portal_id: int, limit: int) -> list[ProfileVersion]:
        """The newest first."""
        row = ScoreProfileRow
        query = select(row.__table__).where(row.portal_id == portal_id).order_by(row.version.desc()).limit(limit)
        return [_version(found) for found in connection.execute(query)]

    def find(self, connection: Connection, *, portal_id: int, version: int) -> ProfileVersion | None:
        row = ScoreProfileRow
        query = select(row.__table__).where(row.portal_id == portal_id, row.version == version)
        found = connection.execute(query).one_or_none()
        return None if found is None else _version(found)

    def newest(self, connection: Connection, *, portal_id: int) -> int:
        """The number of the version saved last; 0 when none ever was. Hold the portal still to count on it."""
        row = ScoreProfileRow
        return connection.execute(select(func.coalesce(func.max(row.version), 0)).where(row.portal_id == portal_id)).scalar_one()

    def add(self, connection: Connection, *, portal_id: int, version: ProfileVersion) -> None:
        connection.execute(
            insert(ScoreProfileRow).values(
                portal_id=portal_id,
                version=version.version,
                profile=null() if version.profile is None else dict(version.profile),
                note=version.note,
                saved_by=version.saved_by,
                saved_at=version.saved_at,
                restored_from=version.restored_from,
            )
        )

    def find_draft(self, connection: Connection, *, portal_id: int, email: str) -> ProfileDraft | None:
        row = ScoreDraftRow
        found = connection.execute(select(row.__table__).where(row.portal_id == portal_id, row.email == email)).one_or_none()
        return None if found is None else ProfileDraft(found.text, found.base_version, found.changed_at)

    def save_draft(self, connection: Connection, *, portal_id: int, email: str, draft: ProfileDraft) -> None:
        fresh = {"text": draft.text, "base_version": draft.base_version, "changed_at": draft.changed_at}
        connection.execute(
            insert(ScoreDraftRow)
            .values(portal_id=portal_id, email=email, **fresh)
            .on_conflict_do_update(index_elements=[ScoreDraftRow.portal_id, ScoreDraftRow.email], set_=fresh)
        )

    def drop_draft(self, connection: Connection, *, portal_id: int, email: str) -> None:
        connection.execute(delete(ScoreDraftRow).where(ScoreDraftRow.portal_id == portal_id, ScoreDraftRow.email == email))


def _version(row: Any) -> ProfileVersion:
    return ProfileVersion(row.version, row.profile, row.note, row.saved_by, row.saved_at, row.restored_from)
