"""Saves a portal's scoring profile: the preference that is scored by, and beside it the version that can be gone back to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Connection

from integration.core.clock import Clock
from integration.core.errors import BadInput, Conflict, NotFound
from integration.hubspot.portal_store import PortalStore
from integration.pipeline.decisions import PROFILE_PREFERENCE
from integration.pipeline.score_setup.profile_store import ProfileVersion, ScoreProfileStore
from integration.scoring.profile import build_profile, parse_profile, profile_data

LONGEST_PROFILE: Final = 50_000
LONGEST_NOTE: Final = 200


class ProfileKeeper:
    """Every way of changing a profile ends here. Works in the caller's transaction."""

    def __init__(self, portals: PortalStore, clock: Clock) -> None:
        self._portals = portals
        self._clock = clock
        self._store = ScoreProfileStore()

    def save(
        self,
        connection: Connection,
        *,
        portal_id: int,
        profile: Mapping[str, Any] | None,
        by: str,
        note: str = "",
        restored_from: int | None = None,
        expected: int | None = None,
    ) -> int:
        """The number of the new version, in force from now on; `profile` None is the default profile.

        `expected`: raises Conflict when somebody saved since that version. Raises NotFound for an unknown portal.
        """
        if self._portals.find(connection, portal_id=portal_id, lock=True) is None:
            raise NotFound("Leadlight is not installed in this HubSpot account.", reason="unknown_portal")
        newest = self._store.newest(connection, portal_id=portal_id)
        if expected is not None and expected != newest:
            raise Conflict(
                f"Somebody saved version {newest} meanwhile. Your draft is kept: look at its preview again, then save.",
                reason="profile_changed",
            )
        self._portals.change_preferences(connection, portal_id=portal_id, changes={PROFILE_PREFERENCE: profile})
        version = ProfileVersion(newest + 1, profile, note[:LONGEST_NOTE], by, self._clock(), restored_from)
        self._store.add(connection, portal_id=portal_id, version=version)
        return version.version

    def restore(self, connection: Connection, *, portal_id: int, version: int, by: str) -> int:
        """The number of the new version, which says what `version` said. Raises NotFound, and BadInput when it does not hold any more."""
        found = self._store.find(connection, portal_id=portal_id, version=version)
        if found is None:
            raise NotFound(f"There is no version {version} of the profile.")
        if found.profile is not None:
            build_profile(found.profile)
        return self.save(
            connection, portal_id=portal_id, profile=found.profile, by=by, note=f"As version {version}", restored_from=version
        )


def checked_profile(text: str) -> Mapping[str, Any]:
    """The profile written in YAML, as it is stored. Raises BadInput naming every wrong place."""
    if len(text) > LONGEST_PROFILE:
        raise BadInput(f"The profile has {len(text):,} characters; at most {LONGEST_PROFILE:,} are read.", reason="bad_profile")
    return profile_data(parse_profile(text))
