"""BuiltWith's stand-in over HTTP: refusals inside a 200, a price for every domain, credit headers, bulk jobs that are read once."""

import pytest

from tests.contract.neighbours.asking import Asker, known_domain, unknown_domain

DOMAIN = "/v26/api.json"


def test_sixteen_domains_are_answered_by_name_and_each_is_charged(builtwith: Asker):
    domains = [known_domain("builtwith"), unknown_domain("builtwith"), *(f"batch-{number}-made.example" for number in range(14))]
    answer = builtwith.get(DOMAIN, LOOKUP=",".join(domains), NOPII="yes")
    body = answer.json()
    assert [one["Lookup"] for one in body["Results"]] == domains
    assert body["Errors"] == []
    assert builtwith.ledger()["key-demo"]["credits_total"] == 16
    assert answer.headers["X-API-CREDITS-REMAINING"] == "9984"
    assert (answer.headers["X-RATELIMIT-LIMIT-PERSECOND"], answer.headers["X-RATELIMIT-LIMIT-CONCURRENT"]) == ("10", "8")


def test_a_known_domain_has_technologies_with_times_and_no_people_when_asked_without(builtwith: Asker):
    domain = known_domain("builtwith")
    (shy,) = builtwith.get(DOMAIN, LOOKUP=domain, NOPII="yes", LIVEONLY="yes").json()["Results"]
    (open_hearted,) = builtwith.get(DOMAIN, LOOKUP=domain).json()["Results"]
    technologies = shy["Result"]["Paths"][0]["Technologies"]
    assert technologies
    assert all(one["LastDetected"] > 10**12 and one["Name"] for one in technologies)
    assert (shy["Meta"]["Names"], len(open_hearted["Meta"]["Names"])) == ([], 1)


def test_an_unknown_domain_is_an_empty_result_that_costs_a_credit(builtwith: Asker):
    (result,) = builtwith.get(DOMAIN, LOOKUP=unknown_domain("builtwith")).json()["Results"]
    assert (result["Result"]["IsDB"], result["Result"]["Paths"], result["Meta"]) == ("False", [], None)
    assert builtwith.ledger()["key-demo"]["credits_total"] == 1


@pytest.mark.parametrize(
    ("key", "lookup", "code"),
    [("key-bad", "x.example", -2), (None, "x.example", -2), ("key-quota", "x.example", -3), ("key-plan", "x.example", -5),
     ("key-demo", "", -8), ("key-demo", "no domain", -8), ("key-demo", ",".join(f"d{n}.example" for n in range(17)), -8)],
)  # fmt: skip
def test_refusals_ride_in_a_200(builtwith: Asker, key: str | None, lookup: str, code: int):
    answer = builtwith.get(DOMAIN, key=key, LOOKUP=lookup)
    assert (answer.status, answer.json()["Results"], answer.json()["Errors"][0]["Code"]) == (200, None, code)
    assert builtwith.ledger().get("key-demo", {}).get("credits_total", 0) == 0


def test_too_fast_is_a_429_that_says_how_long_to_wait(builtwith: Asker):
    answer = [builtwith.get(DOMAIN, key="key-throttled", LOOKUP="x-made.example") for _ in range(3)][-1]
    assert answer.status == 429
    assert answer.json()["retryAfterSeconds"] >= 1
    assert "retry-after" not in {name.lower() for name in answer.headers}


def test_the_free_call_counts_groups_for_one_domain_and_costs_nothing(builtwith: Asker):
    body = builtwith.get("/free1/api.json", LOOKUP=known_domain("builtwith")).json()
    two = builtwith.get("/free1/api.json", LOOKUP="a-made.example,b-made.example").json()
    assert body["groups"][0]["live"] >= 0
    assert two["Errors"][0]["Code"] == -7
    assert builtwith.ledger()["key-demo"]["credits_total"] == 0


def test_a_long_list_becomes_a_job_whose_results_are_read_once(builtwith: Asker):
    lookups = [f"bulk-{number}-made.example" for number in range(20)]
    submitted = builtwith.ask("POST", "/v23/domain/bulk", body={"lookups": lookups, "options": {"noPii": True}})
    job = submitted.json()
    states = [builtwith.get(f"/v23/domain/bulk/{job['job_id']}").json() for _ in range(2)]
    first, second = (builtwith.get(states[1]["result_url"]) for _ in range(2))
    assert (submitted.status, job["status"], job["count"]) == (202, "queued", 20)
    assert [state["status"] for state in states] == ["running", "complete"]
    assert ([one["Lookup"] for one in first.json()["Results"]], second.status) == (lookups, 404)
    assert builtwith.ledger()["key-demo"]["credits"] == {"bulk_submit": 20}


def test_a_short_list_is_answered_at_once(builtwith: Asker):
    answer = builtwith.ask("POST", "/v23/domain/bulk", body={"lookups": ["one-made.example"]})
    assert (answer.status, len(answer.json()["Results"])) == (200, 1)


def test_the_account_tells_what_was_used(builtwith: Asker):
    builtwith.get(DOMAIN, LOOKUP=known_domain("builtwith"))
    assert builtwith.get("/usagev2/api.json").json() == {"used": "1", "remaining": "9999"}
