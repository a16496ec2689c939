"""What the page of scores needs: the profile in force, somebody's draft of the next one, and its preview on the portal's records.

A draft is kept as text the moment it is sent, right or wrong, so that nothing anybody typed is lost. Saving makes a version of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol

import yaml
from sqlalchemy import Connection

from integration.core.clock import Clock
from integration.core.errors import BadInput, NotFound
from integration.db.session import Database
from integration.hubspot.portal_store import PortalStore
from integration.pipeline.deals.history_store import PortalHistoryStore
from integration.pipeline.decisions import PROFILE_PREFERENCE, profile_of
from integration.pipeline.portal_profile import build_profile as build_portal
from integration.pipeline.score_setup.keeping import LONGEST_PROFILE, ProfileKeeper, checked_profile
from integration.pipeline.score_setup.preview import Preview, compare
from integration.pipeline.score_setup.profile_store import ProfileDraft, ProfileVersion, ScoreProfileStore
from integration.pipeline.score_setup.sample_store import SampleStore
from integration.pipeline.score_setup.sampling import SampleReader, build_sample, read_sample
from integration.scoring.history import PortalHistory
from integration.scoring.profile import ScoringProfile, default_text, parse_profile, render_profile
from integration.scoring.profile_problems import ProfileProblem, find_problems

SAMPLE_SIZE: Final = 500
_VERSIONS: Final = 20
_PRIORITY_SECTION: Final = re.compile(r"^priority:.*?(?=^[^\s#]|\Z)", re.MULTILINE | re.DOTALL)


class SampleClients(Protocol):
    """Gives the client of a portal."""

    def for_portal(self, portal_id: int, /, *, live: bool = True) -> SampleReader: ...


@dataclass(frozen=True)
class ScoreSetup:
    """Everything the page shows but the preview. `text` is the draft's where there is one, else that of the profile in force."""

    text: str
    draft: ProfileDraft | None
    problems: tuple[ProfileProblem, ...]
    current: ScoringProfile | None
    current_version: int
    versions: tuple[ProfileVersion, ...]
    history: PortalHistory
    scored_count: int

    @property
    def profile(self) -> ScoringProfile | None:
        """The draft, or what is in force; None while the text has problems."""
        return None if self.problems else parse_profile(self.text)

    @property
    def may_be_saved(self) -> bool:
        return self.draft is not None and not self.problems


class ScoreDesk:
    """One for the process; it owns its transactions, so that none is open while HubSpot is asked."""

    def __init__(self, database: Database, clients: SampleClients, portals: PortalStore, clock: Clock) -> None:
        self._database = database
        self._clients = clients
        self._portals = portals
        self._clock = clock
        self._store = ScoreProfileStore()
        self._keeper = ProfileKeeper(portals, clock)
        self._histories = PortalHistoryStore()
        self._samples = SampleStore()

    def setup(self, portal_id: int, email: str) -> ScoreSetup:
        """How things stand for this person."""
        with self._database.begin() as connection:
            draft = self._store.find_draft(connection, portal_id=portal_id, email=email)
            preferences, history = self._portal(connection, portal_id)
            versions = self._store.versions(connection, portal_id=portal_id, limit=_VERSIONS)
            scored = self._samples.count(connection, portal_id=portal_id)
        text = draft.text if draft is not None else current_text(preferences)
        return ScoreSetup(
            text=text,
            draft=draft,
            problems=find_problems(text),
            current=_current(preferences),
            current_version=versions[0].version if versions else 0,
            versions=tuple(versions),
            history=history,
            scored_count=scored,
        )

    def preview(self, portal_id: int, setup: ScoreSetup) -> Preview | None:
        """The draft on up to 500 records; None without a draft that holds. Raises UpstreamError when HubSpot cannot be asked."""
        draft = setup.profile
        if setup.draft is None or draft is None:
            return None
        with self._database.begin() as connection:
            portal = build_portal(portal_id, self._portals.find(connection, portal_id=portal_id))
            chosen = self._samples.records(connection, portal_id=portal_id, limit=SAMPLE_SIZE)
        ids: dict[str, list[str]] = {}
        for object_type, object_id in chosen:
            ids.setdefault(object_type, []).append(object_id)
        now = self._clock()
        records, companies, deals = read_sample(self._clients.for_portal(portal_id), portal, ids, as_of=now)
        asked = {kind: [one.object_id for one in found] for kind, found in records.items()}
        asked["companies"] = sorted({*asked.get("companies", ()), *(one.object_id for one in companies.values())})
        with self._database.begin() as connection:
            stored = {
                kind: self._samples.findings(connection, portal_id=portal_id, object_type=kind, object_ids=found)
                for kind, found in asked.items()
                if found
            }
        sample = build_sample(records, companies, deals, stored, portal=portal, as_of=now)
        return compare(sample, setup.current or draft, draft, replace(setup.history, currency=portal.currency))

    def keep_draft(self, portal_id: int, email: str, text: str) -> tuple[ProfileProblem, ...]:
        """Keep what was written; the problems it has. Raises BadInput for a text no profile can be."""
        if len(text) > LONGEST_PROFILE:
            raise BadInput(f"The profile has {len(text):,} characters; at most {LONGEST_PROFILE:,} are kept.", reason="bad_profile")
        with self._database.begin() as connection:
            known = self._store.find_draft(connection, portal_id=portal_id, email=email)
            base = self._store.newest(connection, portal_id=portal_id) if known is None else known.base_version
            draft = ProfileDraft(text.replace("\r\n", "\n"), base, self._clock())
            self._store.save_draft(connection, portal_id=portal_id, email=email, draft=draft)
        return find_problems(draft.text)

    def keep_priority(self, portal_id: int, email: str, priority: Mapping[str, Any]) -> tuple[ProfileProblem, ...]:
        """Put these weights and thresholds into the draft, or into a draft of what is in force; the rest of the text stays as it is."""
        setup = self.setup(portal_id, email)
        section = str(yaml.safe_dump({"priority": dict(priority)}, sort_keys=False))
        if _PRIORITY_SECTION.search(setup.text):
            text = _PRIORITY_SECTION.sub(lambda _: section, setup.text, count=1)
        else:
            text = f"{setup.text.rstrip()}\n{section}"
        return self.keep_draft(portal_id, email, text)

    def save(self, portal_id: int, email: str, *, note: str) -> int:
        """The number of the version the draft became. Raises BadInput for one with problems, Conflict when somebody else saved meanwhile."""
        with self._database.begin() as connection:
            draft = self._store.find_draft(connection, portal_id=portal_id, email=email)
            if draft is None:
                raise NotFound("There is no draft to save. Change the profile and look at its preview first.")
            profile = checked_profile(draft.text)
            newest = self._store.newest(connection, portal_id=portal_id)
            if newest != draft.base_version:
                self._store.save_draft(connection, portal_id=portal_id, email=email, draft=replace(draft, base_version=newest))
        return self._save(portal_id, email, profile, note, expected=draft.base_version)

    def _save(self, portal_id: int, email: str, profile: Mapping[str, Any], note: str, *, expected: int) -> int:
        with self._database.begin() as connection:
            version = self._keeper.save(
                connection, portal_id=portal_id, profile=profile, by=email, note=note.strip(), expected=expected
            )
            self._store.drop_draft(connection, portal_id=portal_id, email=email)
        return version

    def restore(self, portal_id: int, email: str, version: int) -> int:
        """The number of the new version, which says what the earlier one said."""
        with self._database.begin() as connection:
            return self._keeper.restore(connection, portal_id=portal_id, version=version, by=email)

    def use_default(self, portal_id: int, email: str) -> int:
        """The number of the new version, from which on the default profile holds."""
        with self._database.begin() as connection:
            return self._keeper.save(connection, portal_id=portal_id, profile=None, by=email, note="The default profile")

    def drop_draft(self, portal_id: int, email: str) -> None:
        with self._database.begin() as connection:
            self._store.drop_draft(connection, portal_id=portal_id, email=email)

    def _portal(self, connection: Connection, portal_id: int) -> tuple[Mapping[str, Any], PortalHistory]:
        portal = self._portals.find(connection, portal_id=portal_id)
        if portal is None:
            raise NotFound("Leadlight is not installed in this HubSpot account.", reason="unknown_portal")
        return portal.preferences, self._histories.find(connection, portal_id=portal_id)


def current_text(preferences: Mapping[str, Any]) -> str:
    """The profile in force as YAML: the default with its comments; one that does not hold any more as it is stored, to be set right."""
    stored = preferences.get(PROFILE_PREFERENCE)
    if stored is None:
        return default_text()
    current = _current(preferences)
    if current is None:
        return str(yaml.safe_dump(stored, sort_keys=False, allow_unicode=True, width=120))
    return render_profile(current)


def _current(preferences: Mapping[str, Any]) -> ScoringProfile | None:
    """None for a stored profile that does not hold any more."""
    try:
        return profile_of(preferences)
    except BadInput:
        return None
