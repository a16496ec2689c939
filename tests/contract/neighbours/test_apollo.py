"""Apollo's stand-in over HTTP: shapes, prices, refusals, rate headers."""

import json
from typing import Any

import pytest

from simulator.neighbours.apollo import build_app
from simulator.neighbours.settings import NeighbourSettings
from simulator.server import serve
from tests.contract.neighbours.asking import Asker, known_domain, known_email, unknown_domain

ORGANIZATION_FIELDS = {
    "id", "name", "primary_domain", "website_url", "linkedin_url", "phone", "founded_year", "industry", "industries", "keywords",
    "estimated_num_employees", "city", "state", "country", "short_description",
}  # fmt: skip
SINGLE_ONLY = {"annual_revenue", "annual_revenue_printed", "technology_names", "current_technologies", "total_funding"}


def test_known_organisation_is_returned_whole_and_costs_one_credit(apollo: Asker):
    answer = apollo.get("/organizations/enrich", domain=f"https://www.{known_domain('apollo')}/about")
    organization = answer.json()["organization"]
    assert answer.status == 200
    assert organization["primary_domain"] == known_domain("apollo")
    assert set(organization) >= ORGANIZATION_FIELDS | SINGLE_ONLY
    assert apollo.ledger()["key-demo"] == {
        "calls": {"organizations_enrich": 1}, "credits": {"organizations_enrich": 1}, "credits_total": 1,
    }  # fmt: skip


def test_unknown_organisation_is_an_empty_200_and_costs_nothing(apollo: Asker):
    for domain in (unknown_domain("apollo"), "nobody.example"):
        answer = apollo.get("/organizations/enrich", domain=domain)
        assert (answer.status, answer.json()) == (200, {"organization": None})
    assert apollo.ledger()["key-demo"]["credits_total"] == 0


def test_the_same_question_has_the_same_answer(apollo: Asker):
    first, second = (apollo.get("/organizations/enrich", domain=known_domain("apollo")).data for _ in range(2))
    assert first == second


def test_bulk_organisations_keep_order_count_the_missing_and_return_less(apollo: Asker):
    details = [{"domain": known_domain("apollo")}, {"domain": "nobody.example"}, {"domain": known_domain("apollo")}]
    body = apollo.ask("POST", "/organizations/bulk_enrich", body={"details": details}).json()
    assert [item and item["primary_domain"] for item in body["organizations"]] == [known_domain("apollo"), None] * 1 + [
        known_domain("apollo")
    ]
    assert (body["missing_records"], body["unique_enriched_records"], body["total_requested_records"]) == (1, 1, 3)
    assert not SINGLE_ONLY & set(body["organizations"][0])
    assert apollo.ledger()["key-demo"]["credits"] == {"organizations_bulk_enrich": 1}


def test_bulk_organisations_read_domains_from_the_query(apollo: Asker):
    body = apollo.ask(
        "POST", "/organizations/bulk_enrich", **dict[str, Any]({"domains[]": [known_domain("apollo"), "nobody.example"]})
    ).json()
    assert (body["total_requested_domains"], body["total_requested_records"]) == (2, None)
    assert body["organizations"][1] is None


def test_person_is_found_by_address_and_by_name(apollo: Asker):
    email = known_email("apollo")
    number, domain = email.split("@")[0].rpartition(".")[2], email.split("@")[1]
    by_email = apollo.ask("POST", "/people/match", email=email).json()
    by_name = apollo.ask("POST", "/people/match", first_name="Sample", last_name=f"Contact {number}", domain=domain).json()
    assert by_email["person"] == by_name["person"]
    assert by_email["person"]["organization"]["primary_domain"] == domain
    assert set(by_email["person"]["organization"]) >= SINGLE_ONLY
    assert isinstance(by_email["request_id"], int)


def test_person_nobody_knows_is_a_null_and_free(apollo: Asker):
    answer = apollo.ask("POST", "/people/match", email=known_email("apollo", known=False))
    assert (answer.status, answer.json()["person"]) == (200, None)
    assert apollo.ledger()["key-demo"]["credits_total"] == 0


def test_person_parameters_in_the_body_are_not_read(apollo: Asker):
    assert apollo.ask("POST", "/people/match", body={"email": known_email("apollo")}).status == 422


def test_phone_reveal_needs_a_public_webhook(apollo: Asker):
    answer = apollo.ask("POST", "/people/match", email=known_email("apollo"), reveal_phone_number="true")
    assert answer.status == 422
    assert "webhook_url" in answer.json()["error"]


def test_bulk_people_count_matches_and_credits(apollo: Asker):
    details = [{"email": known_email("apollo")}, {"email": "nobody@nobody.example"}]
    body = apollo.ask("POST", "/people/bulk_match", body={"details": details}).json()
    assert (body["unique_enriched_records"], body["missing_records"], body["credits_consumed"]) == (1, 1, 1)
    assert body["matches"][0]["email_status"]
    assert body["matches"][1] is None
    assert not SINGLE_ONLY & set(body["matches"][0]["organization"])


@pytest.mark.parametrize("path", ["/people/bulk_match", "/organizations/bulk_enrich"])
def test_bulk_calls_refuse_too_many_and_none_in_their_own_shape(apollo: Asker, path: str):
    many = apollo.ask("POST", path, body={"details": [{"email": f"a{n}@b.example", "domain": f"b{n}.example"} for n in range(11)]})
    assert (many.status, many.json()["error_code"]) == (400, "RECORD_LIMIT_EXCEEDED")
    bad: tuple[object, ...] = ({"details": []}, {}, {"details": "x"}, [1])
    for body in bad:
        empty = apollo.ask("POST", path, body=body)
        assert (empty.status, empty.json()["status"], empty.json()["error_code"]) == (422, "failed", "INVALID_REQUEST")


def test_account_pages_report_what_was_charged(apollo: Asker):
    apollo.get("/organizations/enrich", domain=known_domain("apollo"))
    usage = apollo.ask("POST", "/usage_stats/credit_usage_stats").json()["credit_usage_stats"]["lead_credit"]
    calls = apollo.ask("POST", "/usage_stats/api_usage_stats").json()
    assert (usage["consumed"], usage["left_over"]) == (1, 9_999)
    assert calls['["api/v1/organizations", "enrich"]']["minute"]["consumed"] == 1
    assert apollo.get("/users/api_profile").json()["num_credits_remaining"] == 9_999


@pytest.mark.parametrize("key", [None, "key-bad", "whatever", "key-legal"])
def test_bad_key_is_a_plain_text_401_without_rate_headers(apollo: Asker, key: str | None):
    answer = apollo.get("/organizations/enrich", key=key, domain="x.example")
    assert (answer.status, answer.headers["content-type"]) == (401, "text/plain; charset=utf-8")
    assert b"Invalid API key" in answer.data
    assert "x-rate-limit-minute" not in answer.headers


def test_scope_plan_and_credit_refusals_have_apollos_bodies(apollo: Asker):
    scope = apollo.get("/organizations/enrich", key="key-scope", domain="x.example")
    plan = apollo.get("/organizations/enrich", key="key-plan", domain="x.example")
    quota = apollo.get("/organizations/enrich", key="key-quota", domain="x.example")
    assert (scope.status, scope.json()["error_code"]) == (403, "API_INACCESSIBLE")
    assert "api/v1/organizations/enrich" in scope.json()["error"]
    assert (plan.status, list(plan.json())) == (403, ["message"])
    assert (quota.status, quota.json()["error"]) == (422, "Insufficient credits. Please upgrade your plan.")


def test_throttled_key_gets_429_with_retry_after_once_its_calls_are_used(apollo: Asker):
    answers = [apollo.get("/organizations/enrich", key="key-throttled", domain="x.example") for _ in range(3)]
    assert [answer.status for answer in answers] == [200, 200, 429]
    assert answers[1].headers["x-minute-requests-left"] == "0"
    assert 1 <= int(answers[2].headers["retry-after"]) <= 60
    assert "2 times per minute" in answers[2].json()["message"]


def test_window_opens_again_when_its_time_is_over():
    now = [100.0]
    with serve(build_app(NeighbourSettings(clock_s=lambda: now[0]))) as server:
        asker = Asker(f"{server.base_url}/api/v1", server.base_url)
        first = asker.get("/users/api_profile")
        assert (first.headers["x-rate-limit-minute"], first.headers["x-minute-usage"]) == ("200", "1")
        assert (first.headers["x-rate-limit-24-hour"], first.headers["x-hourly-requests-left"]) == ("2000", "399")
        enrich = asker.get("/organizations/enrich", domain="x.example").headers
        assert (enrich["x-rate-limit-minute"], enrich["x-rate-limit-hourly"]) == ("1000", "")
        assert "x-hourly-usage" not in enrich
        for _ in range(199):
            asker.get("/users/api_profile")
        assert asker.get("/users/api_profile").headers["retry-after"] == "60"
        now[0] += 60
        assert asker.get("/users/api_profile").status == 200
        asker.close()


def test_a_missing_parameter_is_named(apollo: Asker):
    answer = apollo.get("/organizations/enrich")
    assert (answer.status, json.loads(answer.data)) == (422, {"error": "Required parameter 'domain' missing"})
