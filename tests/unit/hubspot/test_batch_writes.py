"""Isolation of bad records: every input has exactly one outcome, and the good ones are written."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.core.errors import UnexpectedReply
from integration.hubspot.batch_writes import BatchInput, write_batch
from integration.hubspot.transport import Reply


def inputs(count: int) -> list[BatchInput]:
    return [BatchInput(f"t{n}", {"id": str(n), "properties": {}}, str(n)) for n in range(count)]


class Server:
    """A HubSpot that refuses the bad ids, each in its own way: `traced` in a 207, `blunt` with a 400 that names nobody."""

    def __init__(self, traced: frozenset[str] = frozenset(), blunt: frozenset[str] = frozenset()) -> None:
        self.traced, self.blunt = traced, blunt
        self.calls = 0
        self.written: list[str] = []

    def send(self, body: Any) -> Reply:
        self.calls += 1
        asked = {entry["id"]: entry["objectWriteTraceId"] for entry in body["inputs"]}
        if self.blunt & set(asked):
            return Reply(400, {}, b'{"category":"VALIDATION_ERROR","message":"no"}')
        good = [object_id for object_id in asked if object_id not in self.traced]
        self.written += good
        errors = [
            {"category": "VALIDATION_ERROR", "message": "bad", "context": {"objectWriteTraceId": [asked[object_id]]}}
            for object_id in asked
            if object_id in self.traced
        ]
        answer = {"results": [{"id": object_id} for object_id in good], "errors": errors}
        return Reply(207 if errors else 200, {}, json.dumps(answer).encode())


@given(st.integers(0, 100), st.data())
def test_the_good_are_written_once_and_the_bad_named(count: int, data: st.DataObject) -> None:
    ids = [str(n) for n in range(count)]
    traced = data.draw(st.frozensets(st.sampled_from(ids), max_size=5)) if ids else frozenset()
    blunt = data.draw(st.frozensets(st.sampled_from(ids), max_size=3)) if ids else frozenset()
    server = Server(traced, blunt - traced)

    result = write_batch(inputs(count), server.send)

    bad = traced | blunt
    assert sorted(server.written) == sorted(set(ids) - bad)
    assert set(result.failed) == {f"t{object_id}" for object_id in bad}
    assert sorted(entry["id"] for entry in result.results) == sorted(set(ids) - bad)


def test_one_unnamed_culprit_in_a_hundred_costs_few_calls() -> None:
    server = Server(blunt=frozenset({"42"}))

    assert set(write_batch(inputs(100), server.send).failed) == {"t42"}
    assert server.calls <= 15


def test_a_refusal_that_names_its_culprit_is_not_halved() -> None:
    replies = iter(
        [
            Reply(404, {}, b'{"category":"OBJECT_NOT_FOUND","message":"gone","context":{"ids":["1"]}}'),
            Reply(200, {}, b'{"results":[{"id":"0"},{"id":"2"}]}'),
        ]
    )

    result = write_batch(inputs(3), lambda _body: next(replies))

    assert {trace: failure.category for trace, failure in result.failed.items()} == {"t1": "OBJECT_NOT_FOUND"}
    assert len(result.results) == 2


def test_a_single_context_value_is_read_as_one_name() -> None:
    reply = Reply(207, {}, b'{"results":[],"errors":[{"message":"gone","context":{"id":"12"}}]}')
    twelve = [BatchInput("a", {"id": "12"}, "12"), BatchInput("b", {"id": "1"}, "1")]

    assert set(write_batch(twelve, lambda _body: reply).failed) == {"a"}


def test_an_empty_batch_calls_nobody() -> None:
    assert write_batch([], Server().send).results == ()


@pytest.mark.parametrize("body", [b"", b"[]", b'{"results": 5}', b'{"results": [1]}', b"<html>"])
def test_an_answer_of_another_shape_is_said_to_be_so(body: bytes) -> None:
    with pytest.raises(UnexpectedReply):
        write_batch(inputs(1), lambda _body: Reply(200, {}, body))
