"""Makes the tasks of an approved draft, each at most once, whatever is cut off in the middle.

That HubSpot is about to be asked is committed before the call. A step that was asked for and has no answer is looked for by its marker first, among
the tasks of its record; one that is found is adopted instead of made again. Where the account runs dry or lost its connection meanwhile, the steps
wait and say so.

Limit: a task that HubSpot finishes storing only after we looked for it in vain would be made twice; a lost answer is left alone for some seconds first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, Protocol

from sqlalchemy import Connection

from integration.core.clock import Clock
from integration.core.errors import AppError
from integration.db.session import Database
from integration.hubspot.objects import CrmRecord, NewTask, RecordKey, TaskOutcome, TaskText
from integration.hubspot.portal_store import Portal, PortalStore
from integration.jobs.request import Deferrer
from integration.jobs.retry import DeadLetter, decide
from integration.pipeline.drafts import task_text
from integration.pipeline.drafts.desk import DRAFT_APPROVED, look_again
from integration.pipeline.drafts.due_dates import not_past, zone_of
from integration.pipeline.drafts.owners import task_owner
from integration.pipeline.drafts.task_store import ASKED, OPEN, REFUSED, Approval, DraftTask, DraftTaskStore
from integration.pipeline.owners.directory import OwnerDirectory
from integration.pipeline.owners.keeping import OwnerClient, OwnerKeeper
from integration.pipeline.owners.owner_store import OwnerStore
from integration.pipeline.plain_words import means_unanswered, refusal_in_words
from integration.pipeline.portal_profile import OWNERS_SCOPE, is_dry
from integration.pipeline.record_state_store import RecordStateStore, Status
from integration.pipeline.run_store import RunStore
from integration.pipeline.worklist_store import WorklistStore

OWNER_PROPERTY: Final = "hubspot_owner_id"
RECORD_GONE: Final = "The record no longer exists in HubSpot."
WAITS_DRY: Final = "Waits: Leadlight runs dry in this account, so it makes no tasks until an admin turns that off."
WAITS_DISCONNECTED: Final = (
    "Waits: Leadlight is disconnected from this account. Once an admin connects it again, the tasks are made."
)
WAITS_MERGED: Final = "Waits: the record was merged, and the tasks will be made on the one that stays."
_ANSWERS_ARE_IN_AFTER: Final = timedelta(seconds=10)


class TaskClient(OwnerClient, Protocol):
    """What tasks need of the HubSpot client."""

    def batch_read(self, object_type: str, ids: Sequence[str], properties: Sequence[str]) -> list[CrmRecord]: ...
    def create_tasks(self, new_tasks: Sequence[NewTask]) -> TaskOutcome: ...
    def tasks_of(self, object_type: str, ids: Sequence[str]) -> Mapping[str, tuple[TaskText, ...]]: ...


class TaskClients(Protocol):
    """Gives the client of a portal; `live` False stands back behind live work when the quota is short."""

    def for_portal(self, portal_id: int, *, live: bool = True) -> TaskClient: ...


class TaskMaker:
    """Carries approvals. One for the process, used by many threads; it owns its transactions."""

    def __init__(
        self,
        *,
        database: Database,
        clients: TaskClients,
        portals: PortalStore,
        worklist: WorklistStore,
        deferrer: Deferrer,
        clock: Clock,
    ) -> None:
        self._database = database
        self._clients = clients
        self._portals = portals
        self._worklist = worklist
        self._deferrer = deferrer
        self._clock = clock
        self._tasks = DraftTaskStore()
        self._runs = RunStore()
        self._states = RecordStateStore()
        self._owners = OwnerStore()
        self._keeper = OwnerKeeper(database, clock)

    def make(self, portal_id: int, run_id: str) -> None:
        """Take the approval as far as it goes now. Some five calls, whatever the number of steps. Raises the client's AppError."""
        with self._database.begin() as turn:
            if self._tasks.hold(turn, portal_id=portal_id, run_id=run_id):
                self._make(portal_id, run_id)

    def _make(self, portal_id: int, run_id: str) -> None:
        with self._database.begin() as connection:
            approval = self._tasks.approval(connection, portal_id=portal_id, run_id=run_id)
            if approval is None or approval.is_finished:
                return
            portal = self._portals.find(connection, portal_id=portal_id)
            steps = self._tasks.of_run(connection, portal_id=portal_id, run_id=run_id)
            if not steps:
                # The person was erased meanwhile; nothing is left to be made, and nothing to look at.
                self._runs.close(connection, portal_id=portal_id, run_id=run_id, counts={}, finished_at=self._clock())
                return
            waits = _waits(portal) or self._waits_for_merge(connection, portal_id, steps[0])
            if waits is not None:
                self._tasks.tell(connection, portal_id=portal_id, run_id=run_id, words=waits)
                return
        client = self._clients.for_portal(portal_id)
        try:
            self._carry(client, portal, approval, steps)
        except AppError as error:
            if not isinstance(decide(error, 0), DeadLetter):
                raise
            self._settle(portal_id, steps, [], dict.fromkeys((step.position for step in steps), error.message))

    def _waits_for_merge(self, connection: Connection, portal_id: int, step: DraftTask) -> str | None:
        """A merge moves the steps to the surviving record soon; until then nothing is known of where the tasks belong."""
        status = self._states.status_of(connection, portal_id, step.object_type, [step.object_id])
        return WAITS_MERGED if status[step.object_id].status is Status.MERGED else None

    def _carry(self, client: TaskClient, portal: Portal | None, approval: Approval, steps: Sequence[DraftTask]) -> None:
        if portal is None:
            return
        now = self._clock()
        waiting = [step for step in steps if step.state in OPEN and not _may_be_answered(step, now)]
        found = self._find_lost(client, [step for step in waiting if step.state == ASKED])
        self._settle(portal.portal_id, steps, [(step, found[step.position]) for step in waiting if step.position in found], {})
        wanted = [step for step in waiting if step.position not in found]
        if not wanted:
            return
        record_type, record_id = wanted[0].object_type, wanted[0].object_id
        read = {record.object_id: record for record in client.batch_read(record_type, [record_id], [OWNER_PROPERTY])}
        if record_id not in read:
            self._settle(portal.portal_id, steps, [], dict.fromkeys((step.position for step in wanted), RECORD_GONE))
            return
        owner_id = self._owner(client, portal, approval, read[record_id].text(OWNER_PROPERTY))
        asked = self._ask(portal, wanted, owner_id)
        answer = client.create_tasks([_new_task(step, approval, len(steps)) for step in asked]) if asked else TaskOutcome()
        made = [(step, answer.written[step.marker]) for step in asked if step.marker in answer.written]
        refused = {
            step.position: refusal_in_words(answer.failed[step.marker])
            for step in asked
            if step.marker in answer.failed and not means_unanswered(answer.failed[step.marker])
        }
        self._settle(portal.portal_id, steps, made, refused)

    def _find_lost(self, client: TaskClient, lost: Sequence[DraftTask]) -> Mapping[int, str]:
        """The tasks that do stand, by position, of those whose answer never came."""
        if not lost:
            return {}
        on_record = client.tasks_of(lost[0].object_type, [lost[0].object_id]).get(lost[0].object_id, ())
        found: dict[int, str] = {}
        for step in lost:
            ids = sorted(task.task_id for task in on_record if step.marker in task.body_html)
            if ids:
                found[step.position] = ids[0]
        return found

    def _owner(self, client: TaskClient, portal: Portal, approval: Approval, record_owner: str | None) -> str | None:
        """Whose tasks they are, by the record's owner of this moment. An owner nobody knows yet is asked for."""
        directory = self._directory(portal, approval, record_owner)
        is_unknown = record_owner is not None and directory.find(record_owner) is None
        if is_unknown and OWNERS_SCOPE in portal.scopes and self._keeper.fetch_quietly(client, portal.portal_id):
            directory = self._directory(portal, approval, record_owner)
        return task_owner(directory, record_owner=record_owner, user_id=approval.user_id, email=approval.requested_by)

    def _directory(self, portal: Portal, approval: Approval, record_owner: str | None) -> OwnerDirectory:
        with self._database.begin() as connection:
            return self._owners.among(
                connection,
                portal_id=portal.portal_id,
                owner_ids=[record_owner] if record_owner else [],
                user_id=approval.user_id,
                email=approval.requested_by,
            )

    def _ask(self, portal: Portal, steps: Sequence[DraftTask], owner_id: str | None) -> list[DraftTask]:
        """Commit what HubSpot will be asked for. Steps withdrawn meanwhile are left out."""
        now = self._clock()
        zone = zone_of(portal.account.time_zone if portal.account is not None else "")
        exact = [replace(step, owner_id=owner_id, due_at=not_past(step.due_at, now, zone)) for step in steps]
        with self._database.begin() as connection:
            return [step for step in exact if self._tasks.ask(connection, portal_id=portal.portal_id, task=step, now=now)]

    def _settle(
        self, portal_id: int, steps: Sequence[DraftTask], made: Sequence[tuple[DraftTask, str]], refused: Mapping[int, str]
    ) -> None:
        """Save the answers; with the last one the run is closed and the record looked at again, all in one transaction."""
        now = self._clock()
        with self._database.begin() as connection:
            for step, task_id in made:
                self._tasks.save_made(connection, portal_id=portal_id, task=step, task_id=task_id, now=now)
            for position, words in refused.items():
                self._tasks.settle(
                    connection,
                    portal_id=portal_id,
                    run_id=steps[0].run_id,
                    positions=[position],
                    state=REFUSED,
                    error=words,
                    now=now,
                )
            self._progress(connection, portal_id, steps[0], now)

    def _progress(self, connection: Connection, portal_id: int, step: DraftTask, now: datetime) -> None:
        counts = self._tasks.counts(connection, portal_id=portal_id, run_id=step.run_id)
        still_open = sum(counts.get(state, 0) for state in OPEN)
        done = sum(counts.values()) - still_open
        self._runs.progress(connection, portal_id=portal_id, run_id=step.run_id, done_count=done)
        if not still_open:
            self._runs.close(connection, portal_id=portal_id, run_id=step.run_id, counts=counts, finished_at=now)
            record = RecordKey(portal_id, step.object_type, step.object_id)
            look_again(connection, self._worklist, self._deferrer, record, DRAFT_APPROVED, now=now)


def _waits(portal: Portal | None) -> str | None:
    """What the steps wait for; None when their tasks may be made."""
    if portal is None or not portal.is_connected:
        return WAITS_DISCONNECTED
    return WAITS_DRY if is_dry(portal.preferences) else None


def _may_be_answered(step: DraftTask, now: datetime) -> bool:
    """Whether HubSpot may still be at it, because it was asked only just now."""
    return step.state == ASKED and now - step.changed_at < _ANSWERS_ARE_IN_AFTER


def _new_task(step: DraftTask, approval: Approval, total: int) -> NewTask:
    return NewTask(
        object_type=step.object_type,
        object_id=step.object_id,
        task_type=task_text.task_type(step.channel),
        subject=task_text.task_subject(step.channel, step.subject, step.position, total),
        body_html=task_text.task_body(step.subject, step.body, approved_by=approval.requested_by, marker=step.marker),
        due_at=step.due_at,
        owner_id=step.owner_id,
        marker=step.marker,
    )
