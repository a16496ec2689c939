"""What a person may do with a drafted sequence: edit, reset, approve, reject, reopen. The caller owns the transaction.

Approving freezes the steps as they are shown and writes down the tasks they shall become, all in one transaction; a job makes them. After each deed
the record is looked at again, so that HubSpot shows what became of the draft.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from integration.core.clock import Clock
from integration.core.errors import Conflict, NotAllowed, NotFound
from integration.hubspot.objects import RecordKey
from integration.hubspot.portal_store import Portal, PortalStore
from integration.jobs.request import Deferrer
from integration.pipeline.drafts import states, task_text
from integration.pipeline.drafts.draft_store import DraftStore
from integration.pipeline.drafts.due_dates import due_dates, zone_of
from integration.pipeline.drafts.edits import NewWording, checked_note, edited_steps
from integration.pipeline.drafts.owners import task_owner
from integration.pipeline.drafts.requests import make_tasks_request
from integration.pipeline.drafts.states import Deed, KeptDraft, VersionConflict
from integration.pipeline.drafts.task_store import APPROVE_KIND, ASKED, WANTED, DraftTask, DraftTaskStore
from integration.pipeline.drafts.withdrawing import Withdrawal
from integration.pipeline.lanes import LIVE, process_request
from integration.pipeline.owners.owner_store import OwnerStore
from integration.pipeline.portal_profile import is_dry
from integration.pipeline.record_state_store import RecordStateStore, Status
from integration.pipeline.run_store import RunStore
from integration.pipeline.worklist_store import WorklistStore, WorkRequest

DRAFT_APPROVED: Final = "draft_approved"
_CHANGED: Final = "draft_changed"


@dataclass(frozen=True)
class Actor:
    """Who does something: `email` names them, `user_id` finds them among the owners."""

    email: str
    user_id: str

    @property
    def name(self) -> str:
        return self.email or f"user {self.user_id}"


@dataclass(frozen=True)
class Approved:
    """The draft and the run that makes its tasks."""

    draft: KeptDraft
    run_id: str


class DraftDesk:
    """Acts on one draft at a time, for one person. Raises NotFound where there is no draft, and what `states` raises."""

    def __init__(
        self,
        portals: PortalStore,
        worklist: WorklistStore,
        deferrer: Deferrer,
        clock: Clock,
        new_run_id: Callable[[], str] = lambda: uuid.uuid4().hex,
    ) -> None:
        self._portals = portals
        self._worklist = worklist
        self._deferrer = deferrer
        self._clock = clock
        self._new_run_id = new_run_id
        self._drafts = DraftStore()
        self._tasks = DraftTaskStore()
        self._runs = RunStore()
        self._states = RecordStateStore()
        self._withdrawal = Withdrawal()
        self._owners = OwnerStore()

    def edit(
        self, connection: Connection, actor: Actor, record: RecordKey, *, version: int, wordings: Sequence[NewWording]
    ) -> KeptDraft:
        """Keep the person's wording beside ours. Raises BadPayload for words that cannot be kept."""
        draft, deed = self._open(connection, record), self._deed(actor, version)
        states.require_editable(draft, deed)
        return self._save(connection, record, draft, states.edit(draft, deed, edited_steps(draft, wordings)))

    def reset(self, connection: Connection, actor: Actor, record: RecordKey, *, version: int) -> KeptDraft:
        """Throw the edit away and take ours."""
        draft = self._open(connection, record)
        return self._save(connection, record, draft, states.reset(draft, self._deed(actor, version)))

    def reject(self, connection: Connection, actor: Actor, record: RecordKey, *, version: int, reason: str) -> KeptDraft:
        """Put the draft aside."""
        draft, note = self._open(connection, record), checked_note(reason)
        return self._save(connection, record, draft, states.reject(draft, self._deed(actor, version), note))

    def reopen(self, connection: Connection, actor: Actor, record: RecordKey, *, version: int) -> KeptDraft:
        """Let the draft be decided anew. Tasks not asked for yet are withdrawn, those that were made stay; an undo of the approval archives them.

        Raises Conflict while HubSpot is being asked for one.
        """
        draft = self._open(connection, record)
        after = states.reopen(draft, self._deed(actor, version))
        if draft.approval_run_id is not None:
            counts = self._withdrawal.withdraw(
                connection, portal_id=record.portal_id, run_id=draft.approval_run_id, now=self._clock()
            )
            if counts.get(ASKED):
                raise Conflict("Its tasks are being made at this moment. Try again in a minute.", reason="still_at_work")
        return self._save(connection, record, draft, after)

    def approve(self, connection: Connection, actor: Actor, record: RecordKey, *, version: int) -> Approved:
        """Freeze the steps and have their tasks made. Raises NotAllowed: dry_run, disconnected, or where the newest facts refuse the draft."""
        draft = self._open(connection, record)
        run_id = self._new_run_id()
        after = states.approve(draft, self._deed(actor, version), run_id)
        portal = self._writable_portal(connection, record)
        now, steps = self._clock(), after.approved_steps or ()
        self._runs.open(
            connection,
            portal_id=record.portal_id,
            run_id=run_id,
            kind=APPROVE_KIND,
            object_type=record.object_type,
            started_at=now,
            requested_by=actor.name,
            target={"object_type": record.object_type, "object_id": record.object_id, "user_id": actor.user_id},
            total_count=len(steps),
        )
        owner_id = self._owner(connection, actor, record)
        self._tasks.add(connection, portal_id=record.portal_id, tasks=_tasks(record, portal, after, run_id, owner_id, now))
        self._store(connection, record, draft, after)
        self._deferrer.defer(connection, make_tasks_request(record.portal_id, run_id))
        return Approved(after, run_id)

    def _open(self, connection: Connection, record: RecordKey) -> KeptDraft:
        status = self._states.status_of(connection, record.portal_id, record.object_type, [record.object_id])
        if status[record.object_id].status is Status.ERASED:
            raise NotAllowed("This person was erased at their own request, and so was the draft.")
        draft = self._drafts.find(
            connection, portal_id=record.portal_id, object_type=record.object_type, object_id=record.object_id, lock=True
        )
        if draft is None:
            raise NotFound("Nothing was drafted for this record yet.", reason="no_draft")
        return draft

    def _deed(self, actor: Actor, version: int) -> Deed:
        return Deed(actor.name, self._clock(), version)

    def _writable_portal(self, connection: Connection, record: RecordKey) -> Portal:
        portal = self._portals.find(connection, portal_id=record.portal_id)
        if portal is None or not portal.is_connected:
            raise NotAllowed(
                "Leadlight is disconnected, so no tasks can be made. An admin connects it again.", reason="disconnected"
            )
        if is_dry(portal.preferences):
            raise NotAllowed(
                "Leadlight runs dry here: it writes nothing to HubSpot until an admin turns that off.", reason="dry_run"
            )
        return portal

    def _owner(self, connection: Connection, actor: Actor, record: RecordKey) -> str | None:
        known = self._drafts.owner_of_record(
            connection, portal_id=record.portal_id, object_type=record.object_type, object_id=record.object_id
        )
        directory = self._owners.among(
            connection,
            portal_id=record.portal_id,
            owner_ids=[known] if known else [],
            user_id=actor.user_id,
            email=actor.email,
        )
        return task_owner(directory, record_owner=known, user_id=actor.user_id, email=actor.email)

    def _save(self, connection: Connection, record: RecordKey, before: KeptDraft, after: KeptDraft) -> KeptDraft:
        if after is not before:
            self._store(connection, record, before, after)
            look_again(connection, self._worklist, self._deferrer, record, _CHANGED, now=self._clock())
        return after

    def _store(self, connection: Connection, record: RecordKey, before: KeptDraft, after: KeptDraft) -> None:
        if not self._drafts.save(
            connection,
            portal_id=record.portal_id,
            object_type=record.object_type,
            object_id=record.object_id,
            before=before,
            after=after,
        ):
            raise VersionConflict("Somebody changed this draft at this very moment. Look at it again.")


def look_again(
    connection: Connection, worklist: WorklistStore, deferrer: Deferrer, record: RecordKey, cause: str, *, now: datetime
) -> None:
    """Have the pipeline look at the record, so that HubSpot shows the draft's state."""
    worklist.add(connection, record.portal_id, [WorkRequest(record.object_type, record.object_id, LIVE, (cause,))], now=now)
    deferrer.defer(connection, process_request(record.portal_id, record.object_type, LIVE))


def _tasks(
    record: RecordKey, portal: Portal, draft: KeptDraft, run_id: str, owner_id: str | None, now: datetime
) -> list[DraftTask]:
    """What the approved steps shall become."""
    steps = draft.approved_steps or ()
    zone = zone_of(portal.account.time_zone if portal.account is not None else "")
    due = due_dates(now, [step.day_offset for step in steps], zone)
    return [
        DraftTask(
            object_type=record.object_type,
            object_id=record.object_id,
            run_id=run_id,
            position=step.position,
            channel=step.channel,
            subject=step.subject,
            body=step.body,
            due_at=due_at,
            owner_id=owner_id,
            marker=task_text.task_marker(record.portal_id, run_id, step.position),
            state=WANTED,
            task_id=None,
            error=None,
            changed_at=now,
        )
        for step, due_at in zip(steps, due, strict=True)
    ]
