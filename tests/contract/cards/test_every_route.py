"""What holds for every address that pages inside HubSpot ask, whoever writes the next one: the tests walk over what discovery finds."""

from __future__ import annotations

import json
import threading
import time
from datetime import timedelta

from sqlalchemy import create_engine, func, select

from crm_cards.api import ANSWER_LIMIT_BYTES, BODY_LIMIT_BYTES
from crm_cards.base import Question
from integration.core.clock import system_clock
from integration.db.models import AuditRow
from integration.db.models.worklist import WorkItemRow
from integration.hubspot.signature import TIMESTAMP_HEADER
from tests.contract.cards.conftest import (
    ABSENT,
    OURS,
    REP,
    STRANGER,
    THEIRS,
    Cards,
    arguments,
    body_for,
    data_of,
    new_request_id,
    refusal_of,
    sign,
)
from tests.contract.cards.known import know
from tests.contract.console.rows import MARK, OBJECT_ID, fill, snapshot

SCRIPT = "<script>alert('sample')</script>\"><img src=x onerror=alert(1)>"


def everything(cards: Cards) -> dict[str, list[str]]:
    with cards.parts.database.begin() as connection:
        return {table: rows for portal_id in (OURS, THEIRS) for table, rows in _told(connection, portal_id)}


def _told(connection: object, portal_id: int) -> list[tuple[str, list[str]]]:
    ignored = ("card_request", "rate_window", "owner", "oauth_token")
    return [(f"{portal_id}.{name}", rows) for name, rows in snapshot(connection, portal_id).items() if name not in ignored]  # type: ignore[arg-type]


def test_discovery_finds_the_record_routes(cards: Cards) -> None:
    found = {route.endpoint for route in cards.routes}
    assert {"record", "record_progress", "record_enrich", "record_undo", "run"} <= found
    assert {route.rule for route in cards.routes if "object_type" in route.rule} == {
        route.rule for route in cards.routes if route.rule.startswith("record/<object_type>/<object_id>")
    }


def test_nobody_but_hubspot_is_answered_and_nothing_happens(cards: Cards) -> None:
    before, now = everything(cards), system_clock()
    for route in cards.routes:
        method = "GET" if isinstance(route, Question) else "POST"
        body = b"" if method == "GET" else json.dumps({"request_id": new_request_id(), **body_for()}).encode()
        uri = cards.uri(cards.path(route))
        good = sign(method, uri, body)
        other = cards.uri(cards.path(route), portalId=THEIRS)
        refused = {
            "no signature": (uri, {}),
            "another secret": (uri, sign(method, uri, body, secret="not-the-secret")),
            "an old signature": (uri, sign(method, uri, body, at=now - timedelta(minutes=6))),
            "a signature from the future": (uri, sign(method, uri, body, at=now + timedelta(minutes=6))),
            "a time that was not signed": (uri, good | {TIMESTAMP_HEADER: str(int(now.timestamp() * 1000) - 1)}),
            "v1 alone": (uri, {name: value for name, value in good.items() if "v3" not in name.lower()}),
            "a signature for another portal": (other, good),
            "a signature for another method": (uri, sign("PUT", uri, body)),
            "something added to the query": (f"{uri}&portalId={THEIRS}", good),
        }
        if body:
            refused["a signature of another body"] = (uri, sign(method, uri, body + b" "))
        for why, (address, headers) in refused.items():
            answer = cards.http.request(method, address, content=body or None, headers=headers)
            assert answer.status_code == 401, f"{route.endpoint}: {why}"
            assert answer.headers["Cache-Control"] == "no-store"
            assert "sample" not in answer.text.lower(), f"{route.endpoint}: {why} tells something"
    assert everything(cards) == before


def test_a_signed_query_without_one_whole_identity_is_refused(cards: Cards) -> None:
    broken: tuple[dict[str, object], ...] = (
        {"appId": 1}, {"appId": None}, {"portalId": None}, {"portalId": "12x"}, {"portalId": "9" * 30}, {"userId": None}, {"userEmail": None},
    )  # fmt: skip
    for route in cards.routes:
        for identity in broken:
            assert cards.send(route, cards.path(route), **identity).status_code == 400, f"{route.endpoint}: {identity}"


def test_a_doubled_portal_is_refused_though_it_is_signed(cards: Cards) -> None:
    for route in cards.routes:
        answer = cards.send(route, f"{cards.path(route)}?portalId={THEIRS}")
        assert answer.status_code == 400, route.endpoint


def test_a_portal_without_the_app_is_told_so_and_one_that_was_erased_alike(cards: Cards) -> None:
    for route in cards.routes:
        for portal_id in (ABSENT, 10**18):
            assert refusal_of(cards.send(route, cards.path(route), portalId=portal_id))[0] == "unknown_portal", route.endpoint


def test_no_route_shows_or_touches_anything_of_another_portal(cards: Cards) -> None:
    with cards.parts.database.begin() as connection:
        connection.exec_driver_sql(f"DELETE FROM oauth_token WHERE portal_id = {THEIRS}")  # noqa: S608
        fill(connection, THEIRS)
        before = snapshot(connection, THEIRS)
    values = {"object_type": "contacts", "object_id": OBJECT_ID, "run_id": MARK}
    for route in cards.routes:
        answer = cards.send(route, cards.path(route, **values))
        assert answer.status_code == 200, f"{route.endpoint}: {answer.status_code}"
        assert MARK not in answer.text, route.endpoint
        if arguments(route):
            assert refusal_of(answer)[0] in ("not_visible", "bad_payload", "bad_input"), f"{route.endpoint}: {answer.text[:200]}"
        with cards.parts.database.begin() as connection:
            assert snapshot(connection, THEIRS) == before, route.endpoint


def test_guessed_ids_are_answered_alike_word_for_word(cards: Cards) -> None:
    hidden_known = know(cards, "880001", owner_user=STRANGER)
    hidden_unknown = cards.contact(owner_user=STRANGER)
    not_there = [str(990_000 + number) for number in range(20)]
    for route in (route for route in cards.routes if "object_id" in arguments(route)):
        answers = {
            cards.send(route, cards.path(route, object_id=object_id), userId=REP).text
            for object_id in (hidden_known, hidden_unknown, *not_there)
        }
        assert len(answers) == 1, f"{route.endpoint}: {answers}"
        assert "not_visible" in answers.pop(), route.endpoint


def test_what_cannot_be_a_record_is_refused_in_the_envelope(cards: Cards) -> None:
    for route in (route for route in cards.routes if "object_id" in arguments(route)):
        for object_type, object_id in (
            ("contacts", "12x"),
            ("contacts", "9" * 40),
            ("contacts", "-1"),
            ("tickets", "1"),
            ("0-5", "1"),
        ):
            path = cards.path(route, object_type=object_type, object_id=object_id)
            assert refusal_of(cards.send(route, path))[0] in (
                "unknown_type",
                "bad_record_id",
                "bad_payload",
                "bad_input",
            ), path


def test_a_body_that_is_too_large_or_no_json_object_does_nothing(cards: Cards) -> None:
    before = everything(cards)
    for command in cards.commands:
        path = cards.path(command)
        assert cards.tell(path, b"{" + b" " * BODY_LIMIT_BYTES + b"}").status_code == 413, command.endpoint
        for raw, reason in (
            (b"", "not_json"),
            (b"{", "not_json"),
            (b"[" * 100_000, "not_json"),
            (b"[]", "not_an_object"),
            (b'"x"', "not_an_object"),
        ):
            assert refusal_of(cards.tell(path, raw))[0] == reason, f"{command.endpoint}: {raw[:10]!r}"
    assert everything(cards) == before


def test_a_command_without_a_usable_request_id_does_nothing(cards: Cards) -> None:
    before = everything(cards)
    for command in cards.commands:
        for key in (None, "", "short", "x" * 65, "with blank", 12345678, ["request-1"], "né-request"):
            body = json.dumps({**body_for(), **({} if key is None else {"request_id": key})}).encode()
            assert refusal_of(cards.tell(cards.path(command), body))[0] == "bad_payload", f"{command.endpoint}: {key!r}"
    assert everything(cards) == before


def test_a_repeated_request_gets_the_same_answer_and_another_one_under_its_id_is_refused(cards: Cards) -> None:
    record = know(cards, cards.contact(owner_user=REP), owner_user=REP)
    key, path = new_request_id(), f"record/contacts/{record}/enrich"
    first, second = cards.tell(path, {}, request_id=key), cards.tell(path, {}, request_id=key)
    assert data_of(first) == data_of(second)
    assert generation(cards, record) == 1, "the record was named once"
    assert audits(cards, "enrich") == 1
    assert refusal_of(cards.tell(path, {"more": 1}, request_id=key))[0] == "reused_id"
    assert refusal_of(cards.tell(path.replace("enrich", "undo"), {"property": "x"}, request_id=key))[0] == "reused_id"
    assert refusal_of(cards.tell(path, {}, request_id=key, userId="9102"))[0] == "reused_id"
    assert data_of(cards.tell(path, {})) != data_of(first), "a new id is a new command"
    assert generation(cards, record) == 2


def test_two_requests_with_one_id_at_once_have_one_effect(cards: Cards) -> None:
    record = know(cards, cards.contact(owner_user=REP), owner_user=REP)
    key, answers = new_request_id(), []
    threads = [
        threading.Thread(target=lambda: answers.append(cards.tell(f"record/contacts/{record}/enrich", {}, request_id=key).json()))
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    good = [answer["data"] for answer in answers if answer["ok"]]
    assert good, "one of them was carried out"
    assert all(one == good[0] for one in good)
    assert {answer["error"]["reason"] for answer in answers if not answer["ok"]} <= {"still_at_work"}
    assert generation(cards, record) == 1
    assert audits(cards, "enrich") == 1


def test_scripts_in_every_stored_text_come_back_as_plain_data(cards: Cards) -> None:
    record = know(cards, "880101", owner_user=REP, words=SCRIPT)
    answer = cards.ask(f"record/contacts/{record}")
    assert answer.headers["Content-Type"].startswith("application/json")
    view = data_of(answer)
    assert view["headline"] == view["next_step"]["text"] == view["draft"]["steps"][0]["body"] == SCRIPT
    assert view["provenance"]["facts"][0]["value"] == SCRIPT
    for route in cards.questions:
        told = cards.ask(cards.path(route, object_id=record))
        assert told.headers["Content-Type"].startswith("application/json"), route.endpoint


def test_no_answer_is_larger_than_hubspot_lets_through(cards: Cards) -> None:
    record = know(cards, "880201", owner_user=REP, words="ü\x01" * 200_000)
    answer = cards.ask(f"record/contacts/{record}")
    assert data_of(answer)["headline"].endswith("…")
    assert len(answer.content) < ANSWER_LIMIT_BYTES
    for route in cards.questions:
        told = cards.ask(cards.path(route, object_id=record))
        assert len(told.content) < ANSWER_LIMIT_BYTES, route.endpoint


def test_a_database_that_cannot_be_used_is_answered_quickly_with_503(cards: Cards) -> None:
    cards.parts.database.close()
    cards.parts.database.engine = create_engine("postgresql+psycopg://nobody@127.0.0.1:9/none")
    for route in cards.routes:
        started = time.monotonic()
        answer = cards.send(route, cards.path(route))
        assert answer.status_code == 503, route.endpoint
        assert time.monotonic() - started < 2.0, route.endpoint
        assert "psycopg" not in answer.text


def generation(cards: Cards, record: str) -> int:
    with cards.parts.database.begin() as connection:
        query = select(WorkItemRow.generation).where(WorkItemRow.portal_id == OURS, WorkItemRow.object_id == record)
        return connection.execute(query).scalar_one()


def audits(cards: Cards, action: str) -> int:
    with cards.parts.database.begin() as connection:
        query = select(func.count()).select_from(AuditRow).where(AuditRow.portal_id == OURS, AuditRow.action == action)
        return connection.execute(query).scalar_one()
