"""What is kept of results, erased on request, and moved after a merge."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final, Literal

import pytest

from integration.core.errors import BadPayload
from integration.hubspot.objects import COMPANIES, CONTACTS
from integration.jobs.dead_letter_store import DeadLetterEntry, DeadLetterStore
from integration.pipeline.jobs import PipelineJobs
from integration.pipeline.remembering import completed
from integration.providers.base import ErrorClass, Field, ProviderReply
from integration.providers.cache_store import CacheStore, NewAnswer
from integration.providers.questions import Enrichment, question_id
from tests.factories import NOW, finding
from tests.unit.pipeline.conftest import DIGEST_KEYS, PORTAL, Stand

_OUTCOMES: Final[tuple[tuple[str, Literal["found", "not_found"]], ...]] = (
    ("101", "found"),
    ("101", "not_found"),
    ("102", "found"),
)


def test_what_a_provider_no_longer_says_is_forgotten(stand: Stand) -> None:
    stand.queue("9001", object_type=COMPANIES)
    stand.run(COMPANIES)
    stand.providers.answers["sample-works.com"] = {Field.INDUSTRY: "Retail"}
    stand.queue("9001", object_type=COMPANIES)
    stand.run(COMPANIES)
    assert stand.rows("SELECT field, value FROM finding") == [("industry", "Retail")]


def test_a_provider_that_fails_does_not_take_back_what_it_said(stand: Stand) -> None:
    stand.queue("101")
    stand.queue("9001", object_type=COMPANIES)
    stand.run()
    stand.run(COMPANIES)
    stand.providers.silent = True
    stand.queue("101")
    stand.queue("9001", object_type=COMPANIES)
    assert stand.run().counts == {"unchanged": 1}
    assert stand.run(COMPANIES).counts == {"unchanged": 1}
    assert stand.rows("SELECT chosen, count(*) FROM finding GROUP BY 1") == [(True, 4)]


def test_a_stored_value_of_a_silent_provider_gives_way_to_a_surer_one_of_today() -> None:
    old = finding(Field.INDUSTRY, "Retail", provider="apollo", confidence_ratio=0.8)
    new = finding(Field.INDUSTRY, "Software", provider="website", confidence_ratio=0.9)
    failed, found = ProviderReply("apollo", "failed"), ProviderReply("website", "found", (new,))
    answer = completed(Enrichment({Field.INDUSTRY: new}, replies=(failed, found)), [old], as_of=NOW)
    assert (answer.findings[Field.INDUSTRY], answer.alternatives) == (new, {Field.INDUSTRY: (old,)})
    spoke = completed(Enrichment(replies=(ProviderReply("apollo", "not_found"), failed)), [old], as_of=NOW)
    assert spoke.findings == {}
    forbidden = completed(Enrichment(replies=(ProviderReply("apollo", "failed", error=ErrorClass.LEGAL_BLOCK),)), [old], as_of=NOW)
    assert forbidden.findings == {}


def _jobs(stand: Stand) -> PipelineJobs:
    return PipelineJobs(stand.database, stand.runner(), stand.clock)


def test_erasing_a_person_leaves_only_that_something_was_written(stand: Stand) -> None:
    stand.hubspot.add("contacts", "102", firstname="Sample", lastname="Contact 102", email="sample.102@sample-works.com")
    for email, name in (("sample.101@sample-works.com", "Contact 101"), ("sample.102@sample-works.com", "Contact 102")):
        stand.providers.answers[email] = {Field.PHONE: f"+49 30 {name[-3:]}", Field.SENIORITY: "vp"}
    stand.queue("101", "102")
    stand.run()
    stand.queue("101")
    with stand.database.begin() as connection:
        cached = [
            NewAnswer(
                "apollo",
                question_id("apollo.people", f"email|sample.{number}@sample-works.com"),
                outcome,
                (),
                NOW + timedelta(days=1),
            )
            for number, outcome in _OUTCOMES
        ]
        cached.append(replace(cached[1], provider="hunter"))
        CacheStore(DIGEST_KEYS).save(connection, portal_id=PORTAL, answers=cached, now=NOW)
        letter = DeadLetterEntry(PORTAL, "record", "refused", "Sample", None, CONTACTS, "101", {"email": "sample.101"})
        DeadLetterStore().save(connection, [letter])
    for _ in range(2):
        _jobs(stand).erase({"portal_id": PORTAL, "object_type": CONTACTS, "object_id": "101"})
    for table in ("finding", "score", "brief", "draft", "note"):
        kept = {row[0] for row in stand.rows(f"SELECT object_id FROM {table}")}  # noqa: S608
        assert kept == {"102"}
    assert stand.waiting() == []
    with stand.database.begin() as connection:
        left = CacheStore(DIGEST_KEYS).find(connection, portal_id=PORTAL, questions=[one.question for one in cached], now=NOW)
    assert set(left) == {cached[2].question}, "found or not found: nothing that was asked about the person is kept"
    assert stand.rows("SELECT count(*) FROM provider_cache") == [(1,)]
    assert stand.rows("SELECT payload, detail FROM dead_letter") == [({}, "erased")]
    assert stand.rows("SELECT DISTINCT value_before, value_after, source_url FROM ledger WHERE object_id = '101'") == [
        (None, None, None)
    ]
    assert stand.rows("SELECT count(*) > 3 FROM ledger WHERE object_id = '101' AND outcome = 'written'") == [(True,)]
    assert stand.rows("SELECT count(*) > 3 FROM ledger WHERE object_id = '102' AND value_after IS NOT NULL") == [(True,)]


def test_after_a_merge_the_survivor_has_what_it_lacked_and_keeps_what_it_had(stand: Stand) -> None:
    stand.hubspot.add("contacts", "102", firstname="Sample", lastname="Contact 102", email="sample.102@gmail.com")
    stand.queue("101", "102")
    stand.run()
    own = stand.rows("SELECT headline FROM brief WHERE object_id = '102'")
    with stand.database.begin() as connection:
        connection.exec_driver_sql("DELETE FROM draft WHERE object_id = '102'")
    for _ in range(2):
        _jobs(stand).move_history({"portal_id": PORTAL, "object_type": CONTACTS, "from_id": "101", "to_id": "102"})
    for table in ("finding", "score", "brief", "draft", "note", "ledger"):
        assert stand.rows(f"SELECT count(*) FROM {table} WHERE object_id = '101'") == [(0,)]  # noqa: S608
    assert stand.rows("SELECT headline FROM brief") == own
    assert stand.rows("SELECT object_id, state FROM draft") == [("102", "drafted")]
    assert stand.rows("SELECT object_id, purpose FROM note ORDER BY 2") == [("102", "brief"), ("102", "draft")]


def test_moving_a_record_onto_itself_changes_nothing(stand: Stand) -> None:
    stand.queue("101")
    stand.run()
    _jobs(stand).move_history({"portal_id": PORTAL, "object_type": CONTACTS, "from_id": "101", "to_id": "101"})
    assert stand.rows("SELECT object_id FROM brief") == [("101",)]


def test_a_job_without_its_arguments_says_which_one_is_missing(stand: Stand) -> None:
    with pytest.raises(BadPayload, match="object_id"):
        _jobs(stand).erase({"portal_id": PORTAL, "object_type": CONTACTS})


def test_erasing_cuts_a_persons_events_out_of_deliveries(stand: Stand) -> None:
    about, other = (
        '{"subscriptionType":"contact.creation","objectId":101}',
        '{"subscriptionType":"contact.creation","objectId":1012}',
    )
    with stand.database.begin() as connection:
        for body in (f"[{about},{other}]", f"[{other}]", "unreadable 101"):
            connection.exec_driver_sql("INSERT INTO delivery (portal_id, body) VALUES (%s, %s)", (PORTAL, body.encode()))
        connection.exec_driver_sql("INSERT INTO delivery (portal_id, body) VALUES (%s, %s)", (PORTAL + 1, f"[{about}]".encode()))
    _jobs(stand).erase({"portal_id": PORTAL, "object_type": CONTACTS, "object_id": "101"})
    bodies = [bytes(row[0]).decode() for row in stand.rows("SELECT body FROM delivery ORDER BY id")]  # type: ignore[call-overload]
    assert bodies == [f"[{other}]", f"[{other}]", "unreadable 101", f"[{about}]"]
