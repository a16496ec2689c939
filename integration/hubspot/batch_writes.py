"""Batch writes in which one bad record never fails the others.

Every input carries a trace id, so HubSpot answers 207 and names the bad ones. Some refusals still hit the whole batch with a 400 that
names nobody; then the batch is halved until the culprits stand alone. A batch that was refused has written nothing.
Source: https://developers.hubspot.com/docs/api-reference/error-handling (multi-status, read 2026-11).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from integration.hubspot.error_map import error_codes, property_names, read_refusal, write_failure
from integration.hubspot.objects import WriteFailure
from integration.hubspot.reading import Json, object_of, results_of
from integration.hubspot.transport import Reply, parse_json

BATCH_REFUSALS: Final = frozenset({400, 404, 409})
"""Statuses by which HubSpot refuses a whole batch because of one of its records."""
_UNANSWERED: Final = WriteFailure("UNANSWERED", "HubSpot named this record neither among the written nor among the refused.")


@dataclass(frozen=True)
class BatchInput:
    """One input of a batch call. `fields` is its JSON without the trace id; `object_id` where the record exists already."""

    trace_id: str
    fields: Mapping[str, Any]
    object_id: str | None = None


@dataclass(frozen=True)
class BatchResult:
    """Entries of `results` as HubSpot gave them, and failures by trace id."""

    results: tuple[Json, ...]
    failed: Mapping[str, WriteFailure]


def write_batch(inputs: Sequence[BatchInput], send: Callable[[object], Reply]) -> BatchResult:
    """What became of every input; `send` makes the call and lets `BATCH_REFUSALS` through.

    Costs one call, and about two for each halving down to a culprit that HubSpot does not name (14 for one in 100).
    """
    if not inputs:
        return BatchResult((), {})
    reply = send({"inputs": [{**entry.fields, "objectWriteTraceId": entry.trace_id} for entry in inputs]})
    if reply.status not in BATCH_REFUSALS:
        return _read(reply, inputs)
    if len(inputs) == 1:
        return BatchResult((), {inputs[0].trace_id: write_failure(reply)})
    named = _named_culprits(reply, inputs)
    if named:
        rest = write_batch([entry for entry in inputs if entry.trace_id not in named], send)
        return BatchResult(rest.results, {**named, **rest.failed})
    middle = len(inputs) // 2
    first, second = write_batch(inputs[:middle], send), write_batch(inputs[middle:], send)
    return BatchResult(first.results + second.results, {**first.failed, **second.failed})


def unanswered(inputs: Iterable[BatchInput], settled: Iterable[str]) -> dict[str, WriteFailure]:
    """A failure for each input whose trace id is not among `settled`: silence about a record is not success."""
    known = frozenset(settled)
    return {entry.trace_id: _UNANSWERED for entry in inputs if entry.trace_id not in known}


def _read(reply: Reply, inputs: Sequence[BatchInput]) -> BatchResult:
    body = object_of(parse_json(reply), "the answer")
    return BatchResult(tuple(results_of(body)), _failures(body.get("errors"), inputs))


def _named_culprits(reply: Reply, inputs: Sequence[BatchInput]) -> Mapping[str, WriteFailure]:
    """Failures of the inputs that a refusal names; empty when it names none, or blames them all."""
    body = parse_json(reply)
    if not isinstance(body, dict):
        return {}
    refusal = read_refusal(reply)
    blamed = dict.fromkeys(
        _traces(body, inputs), WriteFailure(refusal.category, refusal.message, refusal.property_names, refusal.codes)
    )
    named = {**blamed, **_failures(body.get("errors"), inputs)}
    return named if len(named) < len(inputs) else {}


def _failures(errors: object, inputs: Sequence[BatchInput]) -> dict[str, WriteFailure]:
    failed: dict[str, WriteFailure] = {}
    for error in errors if isinstance(errors, list) else []:
        if isinstance(error, dict):
            failure = _failure(error)
            failed |= dict.fromkeys(_traces(error, inputs), failure)
    return failed


def _failure(error: Json) -> WriteFailure:
    inner = error.get("errors")
    complaints = [error, *(inner if isinstance(inner, list) else ())]
    return WriteFailure(
        category=str(error.get("category") or error.get("code") or "UNKNOWN"),
        message=str(error.get("message") or ""),
        property_names=property_names(complaints),
        codes=error_codes(complaints),
    )


def _traces(error: Json, inputs: Sequence[BatchInput]) -> list[str]:
    """Trace ids an error names, directly or by record id."""
    context = error.get("context")
    if not isinstance(context, dict):
        return []
    traced = _named(context, "objectWriteTraceId")
    ids = _named(context, "id") | _named(context, "ids") | _named(context, "objectId")
    return [
        entry.trace_id for entry in inputs if entry.trace_id in traced or (entry.object_id is not None and entry.object_id in ids)
    ]


def _named(context: Json, name: str) -> frozenset[str]:
    """The values under `name`: HubSpot writes lists, and now and then a single value."""
    value = context.get(name)
    return frozenset(str(entry) for entry in (value if isinstance(value, list) else [value]) if isinstance(entry, str | int))
