"""The identity gate on a real database: what passes, what is asked, and how an answer is remembered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import pytest

from integration.core.errors import BadInput, Conflict, NotFound
from integration.db.session import Database
from integration.hubspot.objects import COMPANIES
from integration.jobs.request import JobRequest
from integration.pipeline.identity.counting import gate_counts
from integration.pipeline.identity.deciding import ReviewDesk, chosen_name
from integration.pipeline.identity.gate import GatedEnricher
from integration.pipeline.identity.review_store import ReviewStore
from integration.pipeline.identity.reviews import Review, ReviewState, Standing, from_json, to_json
from integration.pipeline.ports import Question
from integration.pipeline.worklist_store import WorklistStore
from integration.providers.base import Candidate, FactSheet, Field, FieldValue, Finding, ProviderReply, Subject
from integration.providers.merge import merge_findings
from integration.providers.questions import Enrichment
from tests.factories import NOW

PORTAL = 4242
NAMESAKE = Subject("company", company_name="Sample Works")


def said(provider: str, **values: FieldValue) -> tuple[Finding, ...]:
    return tuple(Finding(Field(name), value, provider, NOW, 0.8) for name, value in values.items())


def reply(provider: str, *, about: Sequence[Finding] = (), **values: FieldValue) -> ProviderReply:
    return ProviderReply(provider, "found", said(provider, **values), about=tuple(about))


def search(*domains: str, **values: FieldValue) -> ProviderReply:
    found = tuple(
        Candidate(said("apollo", company_name="Sample Works", domain=one, founded_year=1990, **values)) for one in domains
    )
    return ProviderReply("apollo", "found", candidates=found)


@dataclass
class Told:
    """Answers every question the same; `remembered` is what a failed provider said earlier."""

    replies: tuple[ProviderReply, ...] = ()
    remembered: tuple[Finding, ...] = ()
    asked: list[Question] = field(default_factory=list)

    def enrich(self, _portal_id: int, questions: Sequence[Question]) -> Mapping[str, Enrichment]:
        self.asked += questions
        return {one.key: self._answer(one) for one in questions}

    def _answer(self, question: Question) -> Enrichment:
        findings = [*question.known, *(one for reply in self.replies for one in reply.findings), *self.remembered]
        chosen, others = merge_findings(findings, as_of=NOW)
        return Enrichment(chosen, others, self.replies)


class Deferred:
    def __init__(self) -> None:
        self.requests: list[JobRequest] = []

    def defer(self, _connection: object, request: JobRequest) -> bool:
        self.requests.append(request)
        return True


@dataclass
class Desk:
    """The gate with everything around it, and the moves a person makes."""

    database: Database
    told: Told = field(default_factory=Told)
    store: ReviewStore = field(default_factory=ReviewStore)
    deferred: Deferred = field(default_factory=Deferred)

    def ask(self, subject: Subject, *known: Finding, object_id: str | None = "501") -> Enrichment:
        gate = GatedEnricher(self.told, self.database, lambda: NOW)
        return gate.enrich(PORTAL, [Question("one", subject, known, object_id)])["one"]

    def review(self, object_type: str = COMPANIES, object_id: str = "501") -> Review | None:
        with self.database.begin() as connection:
            return self.store.find(connection, portal_id=PORTAL, object_type=object_type, object_id=object_id)

    def decide(self, choice: str | None, seen: str | None = None) -> Review:
        with self.database.begin() as connection:
            return ReviewDesk(WorklistStore(), self.deferred).decide(
                connection,
                portal_id=PORTAL,
                object_type=COMPANIES,
                object_id="501",
                choice=choice,
                by="a@example.com",
                now=NOW,
                seen=seen,
            )

    def reopen(self) -> Review:
        with self.database.begin() as connection:
            return ReviewDesk(WorklistStore(), self.deferred).reopen(
                connection, portal_id=PORTAL, object_type=COMPANIES, object_id="501", by="a@example.com", now=NOW
            )


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    yield Desk(database)


def values(answer: Enrichment) -> dict[str, FieldValue]:
    return {name.value: one.value for name, one in answer.findings.items() if one.provider != "hubspot"}


def test_an_answer_with_the_domain_asked_for_passes_untouched_and_leaves_no_trace(desk: Desk) -> None:
    desk.told = Told((reply("apollo", domain="sample-works.com", industry="Software"),))
    answer = desk.ask(Subject("company", domain="sample-works.com"))
    assert values(answer) == {"domain": "sample-works.com", "industry": "Software"}
    assert answer.replies == desk.told.replies
    assert desk.review() is None


def test_an_answer_about_another_company_is_refused_counted_and_kept_with_its_reason(desk: Desk) -> None:
    desk.told = Told(
        (reply("apollo", domain="stranger.com", industry="Mining"), reply("website", domain="sample-works.com", city="Bonn"))
    )
    answer = desk.ask(Subject("company", domain="sample-works.com"))
    assert values(answer) == {"domain": "sample-works.com", "city": "Bonn"}
    assert (answer.replies[0].outcome, answer.replies[0].held_back, answer.replies[0].findings) == ("not_found", "refused", ())
    assert gate_counts([FactSheet(COMPANIES, "501", NOW, {}, replies=answer.replies)]) == {"identity_refused": 1}
    review = desk.review()
    assert review is not None
    assert (review.state, review.offered) == (ReviewState.REFUSED_BY_RULE, ())
    assert "stranger.com" in review.candidates[0].reason
    assert review.candidates[0].text("industry") == "", "facts about a stranger are not kept"


def test_a_refusal_that_is_over_is_withdrawn(desk: Desk) -> None:
    desk.told = Told((reply("apollo", domain="stranger.com"),))
    desk.ask(Subject("company", domain="sample-works.com"))
    desk.told = Told((reply("apollo", domain="sample-works.com"),))
    desk.ask(Subject("company", domain="sample-works.com"))
    review = desk.review()
    assert review is not None
    assert (review.state, review.candidates) == (ReviewState.WITHDRAWN, ())


def test_a_mailbox_providers_domain_tells_no_company(desk: Desk) -> None:
    desk.told = Told((reply("apollo", domain="gmail.com", industry="Mail"),))
    assert values(desk.ask(Subject("company", domain="gmail.com"))) == {}


def test_namesakes_are_asked_about_once_and_other_fields_go_on(desk: Desk) -> None:
    desk.told = Told((search("one.com", "two.com"), ProviderReply("website", "skipped")))
    known = Finding(Field.INDUSTRY, "Software", "hubspot", NOW, 1.0)
    answer = desk.ask(NAMESAKE, known)
    assert answer.findings[Field.INDUSTRY] is known
    assert values(answer) == {}
    assert [one.held_back for one in answer.replies] == ["asked", ""]
    first = desk.review()
    assert first is not None
    assert [one.key for one in first.offered] == ["domain:one.com", "domain:two.com"]
    desk.told.replies = (search("two.com", "one.com"),)
    desk.ask(NAMESAKE)
    assert desk.review() == first, "the same candidates in another order are the same question"


def test_a_chosen_candidate_is_used_at_once_and_also_when_nobody_names_it_any_more(desk: Desk) -> None:
    desk.told = Told((search("one.com", "two.com"),))
    desk.ask(NAMESAKE)
    review = desk.decide("domain:two.com")
    assert (review.state, chosen_name(review)) == (ReviewState.ACCEPTED, "Sample Works")
    assert review.refused_tokens == {"domain:one.com"}
    assert len(desk.deferred.requests) == 1
    expected = {"company_name": "Sample Works", "domain": "two.com", "founded_year": 1990}
    assert values(desk.ask(NAMESAKE)) == expected
    desk.told = Told((ProviderReply("apollo", "failed"),))
    assert values(desk.ask(NAMESAKE)) == expected
    desk.told = Told((search("three.com"),))
    assert values(desk.ask(NAMESAKE)) == expected
    assert desk.review() == replace(review, opened_at=NOW, decided_at=NOW, decided_by="a@example.com")


def test_a_domain_typed_in_later_beats_an_earlier_choice(desk: Desk) -> None:
    desk.told = Told((search("one.com", "two.com"),))
    desk.ask(NAMESAKE)
    desk.decide("domain:two.com")
    desk.told = Told((reply("website", domain="one.com", city="Bonn"),))
    assert values(desk.ask(replace(NAMESAKE, domain="one.com"))) == {"domain": "one.com", "city": "Bonn"}


def test_a_refused_candidate_is_never_offered_again_and_a_new_one_opens_the_question(desk: Desk) -> None:
    desk.told = Told((search("one.com", "two.com"),))
    desk.ask(NAMESAKE)
    assert desk.decide(None).state is ReviewState.REJECTED
    assert values(desk.ask(NAMESAKE)) == {}
    refused = desk.review()
    assert refused is not None
    assert refused.state is ReviewState.REJECTED
    desk.told = Told((search("one.com", "three.com"),))
    desk.ask(NAMESAKE)
    again = desk.review()
    assert again is not None
    assert (again.state, [one.key for one in again.offered], again.decided_by) == (ReviewState.OPEN, ["domain:three.com"], None)
    assert again.refused_tokens == {"domain:one.com", "domain:two.com"}


def test_a_pass_that_began_before_the_answer_does_not_undo_it(desk: Desk) -> None:
    desk.told = Told((search("one.com", "two.com"),))
    desk.ask(NAMESAKE)
    before = desk.review()
    assert before is not None
    desk.decide(None)
    late = replace(before, candidates=tuple(replace(one, reason="later") for one in before.candidates))
    with desk.database.begin() as connection:
        desk.store.save(connection, portal_id=PORTAL, object_type=COMPANIES, changes=[(before, late), (None, before)], now=NOW)
    review = desk.review()
    assert review is not None
    assert review.state is ReviewState.REJECTED


def test_an_answer_to_a_question_that_changed_or_is_answered_is_refused(desk: Desk) -> None:
    with pytest.raises(NotFound):
        desk.decide(None)
    desk.told = Told((search("one.com"),))
    desk.ask(NAMESAKE)
    with pytest.raises(Conflict):
        desk.decide("domain:one.com", seen="another")
    with pytest.raises(BadInput):
        desk.decide("domain:two.com")
    with pytest.raises(Conflict):
        desk.reopen()
    desk.decide("domain:one.com")
    with pytest.raises(Conflict):
        desk.decide("domain:one.com")


def test_a_question_asked_again_withholds_the_facts_and_offers_everything_again(desk: Desk) -> None:
    desk.told = Told((search("one.com", "two.com"),))
    desk.ask(NAMESAKE)
    desk.decide("domain:two.com")
    assert desk.reopen().state is ReviewState.OPEN
    assert values(desk.ask(NAMESAKE)) == {}
    review = desk.review()
    assert review is not None
    assert {one.standing for one in review.candidates} == {Standing.OFFERED}


def test_a_company_without_a_record_is_never_asked_about(desk: Desk) -> None:
    desk.told = Told((search("one.com", "two.com"),))
    answer = desk.ask(NAMESAKE, object_id=None)
    assert (values(answer), answer.replies[0].held_back) == ({}, "refused")
    with desk.database.begin() as connection:
        assert desk.store.counts(connection, portal_id=PORTAL) == {}


def test_what_was_remembered_goes_only_when_it_contradicts(desk: Desk) -> None:
    silent = (ProviderReply("apollo", "failed"),)
    desk.told = Told(silent, remembered=said("apollo", employee_count=12))
    assert values(desk.ask(Subject("company", domain="sample-works.com"))) == {"employee_count": 12}
    desk.told = Told(silent, remembered=said("apollo", employee_count=12, domain="before-the-move.com"))
    assert values(desk.ask(Subject("company", domain="sample-works.com"))) == {}


def test_a_person_found_by_name_and_employer_vouches_for_the_check_of_the_address_found(desk: Desk) -> None:
    subject = Subject("person", domain="sample-works.com", first_name="Sample", last_name="One")
    known = (Finding(Field.FIRST_NAME, "Sample", "hubspot", NOW, 1.0), Finding(Field.LAST_NAME, "One", "hubspot", NOW, 1.0))
    checked = reply("hunter", about=said("hunter", email="s.one@sample-works.com"), email_status="valid")
    found = reply(
        "hunter",
        about=said("hunter", first_name="Sample", last_name="One", domain="sample-works.com"),
        email="s.one@sample-works.com",
    )
    for replies in ((found, checked), (checked, found)):
        desk.told = Told(replies)
        assert values(desk.ask(subject, *known)) == {"email": "s.one@sample-works.com", "email_status": "valid"}
    desk.told = Told((checked,))
    assert values(desk.ask(subject, *known)) == {}


def test_a_wrong_person_is_refused_without_keeping_a_word_about_them(desk: Desk) -> None:
    subject = Subject("person", email="s.one@sample-works.com", first_name="Sample", last_name="One")
    desk.told = Told((reply("apollo", first_name="Hidden", last_name="Stranger", email="hidden@stranger.com", job_title="CEO"),))
    assert values(desk.ask(subject)) == {}
    review = desk.review("contacts")
    assert review is not None
    assert review.state is ReviewState.REFUSED_BY_RULE
    assert not any(word in str(to_json(review.candidates)) for word in ("idden", "tranger", "CEO"))


def test_candidates_survive_the_database_as_they_are(desk: Desk) -> None:
    desk.told = Told((search("one.com", technologies=("HubSpot", "Stripe")),))
    desk.ask(NAMESAKE)
    review = desk.review()
    assert review is not None
    assert from_json(to_json(review.candidates)) == review.candidates
    assert review.candidates[0].text("technologies") == "HubSpot, Stripe"
