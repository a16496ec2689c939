"""Executions of custom workflow actions and what became of each. No threads, no I/O; expiry goes by the simulator's clock.

Source: https://developers.hubspot.com/docs/api-reference/automation-actions-v4-v4/custom-action-guide (read 2026-12).
"""

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

SENDING = "sending"
WAITING = "waiting"
COMPLETED = "completed"
FAILED = "failed"
EXPIRED = "expired"
_BLOCKING = frozenset({"BLOCK", "ASYNC"})
_A_WEEK = timedelta(weeks=1)
_DURATION = re.compile(
    r"P(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)S)?)?"
)


class ReadsTime(Protocol):
    """The simulator's clock."""

    def now_ms(self) -> int: ...


@dataclass
class Attempt:
    """One call of the app's address. `status` None: no answer came, `error` says why. `body` is the answer's JSON where it was an object."""

    status: int | None
    error: str
    latency_ms: float
    body: Mapping[str, object] | None
    repeated: bool = False
    retry_after_ms: int | None = None


@dataclass
class Enrolment:
    """One record at one action of a workflow. `outputs` are what the app gave, `verdict` its `hs_execution_state`."""

    callback_id: str
    app_id: int
    portal_id: int
    url: str
    request: Mapping[str, object]
    with_v3: bool
    state: str = SENDING
    verdict: str = ""
    outputs: dict[str, object] = field(default_factory=dict)
    expires_at_ms: int | None = None
    attempts: list[Attempt] = field(default_factory=list)


class Enrolments:
    """Every enrolment, by callback id. Thread-safe."""

    def __init__(self, clock: ReadsTime) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._known: dict[str, Enrolment] = {}

    def add(self, enrolment: Enrolment) -> bool:
        """False when there is one with its callback id already."""
        with self._lock:
            return self._known.setdefault(enrolment.callback_id, enrolment) is enrolment

    def of_portal(self, portal_id: int) -> list[Enrolment]:
        """In the order in which they were enrolled; those whose time is over have expired."""
        with self._lock:
            found = [one for one in self._known.values() if one.portal_id == portal_id]
            for one in found:
                self._look_at_clock(one)
            return found

    def find(self, callback_id: str) -> Enrolment | None:
        """The enrolment, as it stands now."""
        with self._lock:
            found = self._known.get(callback_id)
            if found is not None:
                self._look_at_clock(found)
            return found

    def answered(self, enrolment: Enrolment, attempt: Attempt, *, final: bool) -> None:
        """Keep an attempt and do what its answer says; `final`: no other will be made if it failed."""
        with self._lock:
            enrolment.attempts.append(attempt)
            if enrolment.state != SENDING:
                return  # a repeat after the first answer changes nothing any more
            if attempt.status is not None and 200 <= attempt.status < 300:
                self._obey(enrolment, attempt.body or {})
            elif final:
                enrolment.state = FAILED

    def complete(self, callback_ids: Mapping[str, Mapping[str, object]], *, app_id: int, portal_id: int) -> str | None:
        """Complete all of them, or none and the id of the first that does not wait for this app in this account."""
        with self._lock:
            for callback_id in callback_ids:
                one = self._known.get(callback_id)
                if one is not None:
                    self._look_at_clock(one)
                if one is None or one.state != WAITING or (one.app_id, one.portal_id) != (app_id, portal_id):
                    return callback_id
            for callback_id, outputs in callback_ids.items():
                self._end(self._known[callback_id], outputs)
        return None

    def forget(self) -> None:
        """No enrolment is known any more."""
        with self._lock:
            self._known.clear()

    def _obey(self, enrolment: Enrolment, body: Mapping[str, object]) -> None:
        outputs = body.get("outputFields")
        fields: Mapping[str, object] = outputs if isinstance(outputs, Mapping) else {}
        verdict = str(fields.get("hs_execution_state") or "SUCCESS")
        if verdict in _BLOCKING:
            enrolment.state, enrolment.verdict = WAITING, verdict
            wait = duration_of(str(fields.get("hs_expiration_duration") or "")) or _A_WEEK
            enrolment.expires_at_ms = self._clock.now_ms() + int(wait.total_seconds() * 1000)
        else:
            self._end(enrolment, fields)

    def _end(self, enrolment: Enrolment, outputs: Mapping[str, object]) -> None:
        enrolment.state = COMPLETED
        enrolment.verdict = str(outputs.get("hs_execution_state") or "SUCCESS")
        enrolment.outputs = {name: value for name, value in outputs.items() if not name.startswith("hs_")}

    def _look_at_clock(self, enrolment: Enrolment) -> None:
        over = enrolment.expires_at_ms is not None and self._clock.now_ms() >= enrolment.expires_at_ms
        if enrolment.state == WAITING and over:
            enrolment.state = EXPIRED


def duration_of(text: str) -> timedelta | None:
    """An ISO 8601 duration of weeks, days, hours, minutes and seconds; None for anything else."""
    match = _DURATION.fullmatch(text)
    if match is None or not any(match.groups()):
        return None
    return timedelta(**{name: int(value) for name, value in match.groupdict().items() if value})
