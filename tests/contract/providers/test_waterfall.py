"""The waterfall as a whole: stand-ins over HTTP, real PostgreSQL. Outcomes, rows and what the providers charged."""

from __future__ import annotations

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select, text

from integration.core.clock import system_clock
from integration.core.outbound_session import ApiRequest, ApiSession
from integration.db.models import CreditCharge, ProviderCacheRow
from integration.providers.base import ErrorClass, Field, Finding, ProviderReply, Subject
from integration.providers.cache_store import CacheStore
from integration.providers.flight_store import FlightStore
from integration.providers.gates import Gates
from integration.providers.questions import Enrichment, identities, identity_id, question_id, question_ids_of, suppression_ids
from integration.providers.waterfall import Enricher
from tests.contract.providers.conftest import PORTAL, Ask, Bench

# Invented firms of the stand-ins: any <name>-made.example is one.
COMPANY = Subject("company", domain="north-wind-made.example")
# Keys whose calls go out and bring no answer that can be read.
UNANSWERED = {"key-invalid-json", "key-cut", "key-hang", "key-slow"}


def person(number: int, domain: str = "north-wind-made.example") -> Subject:
    return Subject("person", email=f"sample.contact.{number:03d}@{domain}", domain=domain)


def ask_one(enricher: Enricher, subject: Subject, *known: Finding) -> Enrichment:
    return enricher.enrich(PORTAL, [Ask("one", subject, known)])["one"]


def reply_of(answer: Enrichment, provider: str) -> ProviderReply:
    return next(reply for reply in answer.replies if reply.provider == provider)


def ledger(bench: Bench, provider: str, key: str) -> dict[str, object]:
    session = ApiSession(system="test", timeout_s=3, user_agent="test")
    base = bench.neighbours.servers[provider].base_url
    reply = session.send(ApiRequest("GET", f"{base}/_control/ledger"), until=time.monotonic() + 3, wait_s=lambda _: None)
    session.close()
    return dict(json.loads(reply.body).get(key, {}))


def charges(bench: Bench) -> dict[str, tuple[int, Decimal]]:
    with bench.database.begin() as connection:
        rows = connection.execute(select(CreditCharge.provider, CreditCharge.calls, CreditCharge.credits))
        return {row.provider: (row.calls, row.credits) for row in rows}


def test_company_is_filled_from_its_site_and_from_apollo(bench: Bench) -> None:
    bench.use_keys(apollo="key-demo")
    answers = bench.enricher().enrich(
        PORTAL, [Ask(str(number), Subject("company", domain=f"firm-{number}-made.example")) for number in range(20)]
    )
    providers = {finding.provider for answer in answers.values() for finding in answer.findings.values()}
    assert providers == {"website", "apollo"}
    assert {one.findings[Field.PAGE_TITLE].provider for one in answers.values() if Field.PAGE_TITLE in one.findings} == {"website"}
    assert {one.findings[Field.INDUSTRY].provider for one in answers.values() if Field.INDUSTRY in one.findings} == {"apollo"}


def test_without_a_key_the_provider_is_skipped_and_says_so(bench: Bench) -> None:
    answer = ask_one(bench.enricher(), COMPANY)
    assert reply_of(answer, "apollo").outcome == "skipped"
    assert "no key" in reply_of(answer, "apollo").detail
    assert "apollo" not in charges(bench)


def test_second_pass_is_answered_from_the_cache_and_costs_nothing(bench: Bench) -> None:
    bench.use_keys(apollo="key-demo-cache")
    subjects = [Ask(str(number), Subject("company", domain=f"cached-{number}-made.example")) for number in range(40)]
    first = bench.enricher().enrich(PORTAL, subjects)
    used = ledger(bench, "apollo", "key-demo-cache")
    second = bench.enricher().enrich(PORTAL, subjects)
    assert ledger(bench, "apollo", "key-demo-cache") == used
    assert {key: _values(answer) for key, answer in first.items()} == {key: _values(answer) for key, answer in second.items()}
    apollo = [reply for answer in second.values() for reply in answer.replies if reply.provider == "apollo"]
    assert {reply.outcome for reply in apollo} == {"found", "not_found"}
    assert all(reply.cached and reply.credits == 0 for reply in apollo)


def _values(answer: Enrichment) -> dict[Field, object]:
    return {name: finding.value for name, finding in answer.findings.items() if name is not Field.EMAIL_STATUS}


def test_credits_counted_are_the_credits_the_provider_charged(bench: Bench) -> None:
    bench.use_keys(apollo="key-demo-credits", hunter="key-demo-credits")
    bench.enricher().enrich(PORTAL, [Ask(str(number), person(number)) for number in range(40)])
    counted = charges(bench)
    for provider in ("apollo", "hunter"):
        charged = ledger(bench, provider, "key-demo-credits")
        assert counted[provider][1] == charged["credits_total"]
        assert counted[provider][0] == sum(charged["calls"].values())  # type: ignore[attr-defined]
    assert counted["apollo"][0] == 4


def test_equal_companies_of_a_batch_are_asked_about_once(bench: Bench) -> None:
    bench.use_keys(apollo="key-demo-dedupe")
    answers = bench.enricher().enrich(PORTAL, [Ask(str(number), COMPANY) for number in range(30)])
    assert len({tuple(answer.findings) for answer in answers.values()}) == 1
    assert ledger(bench, "apollo", "key-demo-dedupe")["calls"] == {"organizations_enrich": 1}


def test_equal_questions_of_concurrent_workers_share_one_call(bench: Bench) -> None:
    bench.use_keys(apollo="key-demo-flight")
    workers = [bench.enricher(threads=4) for _ in range(6)]
    answers: list[Enrichment] = []
    threads = [threading.Thread(target=lambda own=worker: answers.append(ask_one(own, COMPANY))) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ledger(bench, "apollo", "key-demo-flight")["calls"] == {"organizations_enrich": 1}
    assert {answer.findings[Field.INDUSTRY].value for answer in answers if Field.INDUSTRY in answer.findings} != set()


def test_a_worker_that_died_while_asking_holds_nobody_up_for_ever(bench: Bench) -> None:
    bench.use_keys(apollo="key-demo-orphan")
    enricher = bench.enricher(batch_s=2.0)
    store, now = FlightStore(), system_clock()
    question = question_id("apollo.company", identities(COMPANY)[0])
    with bench.database.begin() as connection:
        dead = store.claim(
            connection, portal_id=PORTAL, questions=[question], owner="dead", now=now, until=now + timedelta(seconds=4)
        )
    assert dead == {question}
    assert reply_of(ask_one(enricher, COMPANY), "apollo").error is ErrorClass.PENDING
    time.sleep(2.5)
    assert reply_of(ask_one(enricher, COMPANY), "apollo").outcome == "found"


def test_known_fields_are_not_bought_and_the_lean_bulk_call_is_enough(bench: Bench) -> None:
    bench.use_keys(apollo="key-demo-lean")
    rich = (Field.ANNUAL_REVENUE_USD, Field.TECHNOLOGIES, Field.LATEST_FUNDING_STAGE, Field.LATEST_FUNDING_ON)
    known = tuple(Finding(name, "known", "hubspot", system_clock(), 1.0) for name in rich)
    questions = [Ask(str(number), Subject("company", domain=f"lean-{number}-made.example"), known) for number in range(20)]
    bench.enricher().enrich(PORTAL, questions)
    assert ledger(bench, "apollo", "key-demo-lean")["calls"] == {"organizations_bulk_enrich": 2}


def test_what_a_person_typed_into_the_crm_wins(bench: Bench) -> None:
    bench.use_keys(apollo="key-demo")
    typed = Finding(Field.INDUSTRY, "Falconry", "hubspot", system_clock(), 1.0)
    assert ask_one(bench.enricher(), COMPANY, typed).findings[Field.INDUSTRY] is typed


def test_person_without_address_gets_one_found_and_then_verified(bench: Bench) -> None:
    bench.use_keys(hunter="key-demo")
    people = [
        Ask(
            str(number), Subject("person", first_name="Sample", last_name=f"Contact {number:03d}", domain="north-wind-made.example")
        )
        for number in range(1, 21)
    ]
    answers = bench.enricher().enrich(PORTAL, people)
    found = [answer for answer in answers.values() if Field.EMAIL in answer.findings]
    assert len(found) > 10
    assert all(Field.EMAIL_STATUS in answer.findings for answer in found)


@pytest.mark.parametrize(
    ("key", "error"),
    [
        ("key-bad", ErrorClass.AUTH),
        ("key-quota", ErrorClass.QUOTA),
        ("key-scope", ErrorClass.SCOPE),
        ("key-plan", ErrorClass.PLAN),
        ("key-invalid-json", ErrorClass.MALFORMED),
        ("key-cut", ErrorClass.SERVER),
        ("key-down", ErrorClass.SERVER),
        ("key-hang", ErrorClass.SERVER),
        ("key-slow", ErrorClass.SERVER),
    ],
)
def test_failing_provider_is_not_cached_and_leaves_the_others_alone(bench: Bench, key: str, error: ErrorClass) -> None:
    bench.use_keys(apollo=key)
    answer = ask_one(bench.enricher(batch_s=5.0), COMPANY)
    assert reply_of(answer, "apollo").error is error
    assert reply_of(answer, "website").outcome == "found"
    assert charges(bench).get("apollo", (0, 0))[1] == (1 if key in UNANSWERED else 0), "what nobody answered may have been charged"
    with bench.database.begin() as connection:
        assert connection.execute(select(func.count()).where(ProviderCacheRow.provider == "apollo")).scalar_one() == 0


def test_asking_again_after_a_failure_pays_for_no_answer_twice(bench: Bench) -> None:
    bench.use_keys(apollo="key-demo-again", hunter="key-down")
    questions = [Ask(str(number), person(number)) for number in range(20)]
    first = bench.enricher().enrich(PORTAL, questions)
    assert {reply.error for answer in first.values() for reply in answer.replies if reply.provider == "hunter"} == {
        ErrorClass.SERVER
    }
    charged = ledger(bench, "apollo", "key-demo-again")
    bench.use_keys(hunter="key-demo-again")
    second = bench.enricher().enrich(PORTAL, questions)
    asked = {reply.outcome for answer in second.values() for reply in answer.replies if reply.provider == "hunter"}
    assert asked
    assert asked <= {"found", "not_found"}
    assert ledger(bench, "apollo", "key-demo-again") == charged


def test_html_instead_of_an_answer_is_a_failure(bench: Bench) -> None:
    bench.use_keys(apollo="key-html")
    reply = reply_of(ask_one(bench.enricher(), COMPANY), "apollo")
    assert reply.outcome == "failed"
    assert reply.error in (ErrorClass.BLOCKED, ErrorClass.SERVER, ErrorClass.MALFORMED)


def test_hanging_provider_does_not_hold_the_batch_beyond_its_limit(bench: Bench) -> None:
    bench.use_keys(apollo="key-hang")
    started = time.monotonic()
    answers = bench.enricher(batch_s=2.0, threads=4).enrich(PORTAL, [Ask(str(number), person(number)) for number in range(100)])
    assert time.monotonic() - started < 3.0
    assert len(answers) == 100
    assert all(reply_of(answer, "apollo").outcome == "failed" for answer in answers.values())


def test_refused_key_is_left_alone_after_the_first_refusals(bench: Bench) -> None:
    bench.use_keys(hunter="key-quota")
    enricher = bench.enricher(threads=2)
    enricher.enrich(PORTAL, [Ask(str(number), person(number)) for number in range(30)])
    before = ledger(bench, "hunter", "key-quota")["calls"]
    answer = ask_one(enricher, person(99))
    assert reply_of(answer, "hunter").error is ErrorClass.QUOTA
    assert ledger(bench, "hunter", "key-quota")["calls"] == before


def test_legal_block_suppresses_the_person_for_good(bench: Bench) -> None:
    bench.use_keys(apollo="key-demo")
    subject = next(one for one in map(person, range(50)) if _apollo_leaves_status_open(bench, one))
    bench.use_keys(hunter="key-legal")
    enricher = bench.enricher()
    answer = ask_one(enricher, subject)
    assert reply_of(answer, "hunter").error is ErrorClass.LEGAL_BLOCK
    assert answer.findings == {}
    bench.use_keys(hunter="key-demo")
    again = ask_one(bench.enricher(), subject)
    assert [(reply.outcome, reply.provider) for reply in again.replies] == [("skipped", "leadlight")]
    with bench.database.begin() as connection:
        store = CacheStore(bench.digest_keys)
        assert store.find(connection, portal_id=PORTAL, questions=_ids(subject), now=system_clock()) == {}
        assert len(store.find(connection, portal_id=PORTAL, questions=suppression_ids(subject), now=system_clock())) >= 1
        assert enricher.forget(connection, PORTAL, [subject]) == 0


def _ids(subject: Subject) -> tuple[str, ...]:
    return question_ids_of(subject, ("apollo.people", "hunter.verifier", "hunter.finder"))


def test_forgotten_subject_is_erased_and_asked_about_again(bench: Bench) -> None:
    bench.use_keys(apollo="key-demo-forget")
    enricher = bench.enricher()
    ask_one(enricher, COMPANY)
    with bench.database.begin() as connection:
        assert enricher.forget(connection, PORTAL + 1, [COMPANY]) == 0
        assert enricher.forget(connection, PORTAL, [COMPANY]) >= 2  # the site, Apollo, and the registers that know the name
    ask_one(enricher, COMPANY)
    assert ledger(bench, "apollo", "key-demo-forget")["calls"] == {"organizations_enrich": 2}


def _apollo_leaves_status_open(bench: Bench, subject: Subject) -> bool:
    answer = ask_one(bench.enricher(), subject)
    return reply_of(answer, "apollo").outcome == "found" and Field.EMAIL_STATUS not in answer.findings


def test_keys_of_one_portal_serve_no_other(bench: Bench) -> None:
    bench.use_keys(apollo="key-demo")
    other = bench.enricher().enrich(PORTAL + 1, [Ask("one", COMPANY)])["one"]
    assert reply_of(other, "apollo").outcome == "skipped"


def test_cached_answers_end_with_their_lifetime(bench: Bench) -> None:
    bench.use_keys(apollo="key-demo-expiry")
    ask_one(bench.enricher(), COMPANY)
    later = replace(bench.kit, clock=lambda: system_clock() + timedelta(days=31))
    ask_one(replace(bench, kit=later, closers=bench.closers).enricher(), COMPANY)
    assert ledger(bench, "apollo", "key-demo-expiry")["calls"] == {"organizations_enrich": 2}


def test_a_slow_pace_tells_when_to_come_again_instead_of_waiting_for_ever(bench: Bench) -> None:
    bench.use_keys(hunter="key-demo")
    started = time.monotonic()
    answers = bench.enricher(gates=Gates(0.1)).enrich(PORTAL, [Ask(str(number), person(number)) for number in range(60)])
    assert time.monotonic() - started < 6.0
    replies = [reply_of(answer, "hunter") for answer in answers.values()]
    later = [reply for reply in replies if reply.waits_for == "pace"]
    assert 0 < len(later) < 60
    moments = [reply.waits_until for reply in later]
    assert len(set(moments)) == len(later), "they do not all come back at once"
    assert all(reply.outcome in ("found", "not_found") for reply in replies if not reply.waits_for)


def test_all_workers_share_one_pace(bench: Bench) -> None:
    bench.use_keys(hunter="key-demo")
    workers = [bench.enricher(gates=Gates(0.1)) for _ in range(4)]

    def ask(number: int) -> int:
        asked = [Ask(str(one), person(1000 + 60 * number + one)) for one in range(30)]
        return sum(not reply_of(answer, "hunter").waits_for for answer in workers[number].enrich(PORTAL, asked).values())

    with ThreadPoolExecutor(4) as pool:
        through = sum(pool.map(ask, range(4)))
    assert 1 <= through <= 15 * 0.1 * 4 + 4, "four workers get what one would"


def test_a_refused_key_closes_the_gate_for_every_worker(bench: Bench) -> None:
    bench.use_keys(hunter="key-bad")
    ask_one(bench.enricher(), person(1))
    refused = reply_of(ask_one(bench.enricher(), person(2)), "hunter")
    assert (refused.error, "not asked" in refused.detail) == (ErrorClass.AUTH, True)


def test_stored_answers_hold_no_readable_identity(bench: Bench) -> None:
    bench.use_keys(hunter="key-demo")
    ask_one(bench.enricher(), person(7))
    with bench.database.begin() as connection:
        dump = connection.execute(text("select string_agg(question || provider || outcome, ' ') from provider_cache")).scalar_one()
    assert "sample.contact" not in (dump or "")
    assert identity_id(identities(person(7))[0]) not in dump, "whoever tries addresses must not find the person by their plain hash"
