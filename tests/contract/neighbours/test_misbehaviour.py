"""What the magic keys do to the wire, the same for every keyed provider; and that many slow calls at once stay cheap."""

import json
import threading
import time

import pytest
import urllib3

from simulator.neighbours.apollo import build_app
from simulator.neighbours.running import build_neighbours
from simulator.neighbours.settings import NeighbourSettings
from simulator.server import serve
from tests.contract.neighbours.asking import Asker, known_domain

ENOUGH = {"apollo": "/organizations/enrich", "hunter": "/companies/find"}


@pytest.fixture(params=["apollo", "hunter"])
def asked(request: pytest.FixtureRequest):
    asker: Asker = request.getfixturevalue(request.param)

    def ask(key: str):
        return asker.get(ENOUGH[request.param], key=key, domain=known_domain(request.param))

    return ask


def test_slow_key_takes_its_time_and_is_whole(asked):
    started = time.monotonic()
    answer = asked("key-slow")
    assert time.monotonic() - started >= 0.25
    assert json.loads(answer.data)


def test_cut_key_breaks_off_in_the_body(asked):
    with pytest.raises(urllib3.exceptions.ProtocolError):
        asked("key-cut")


def test_hanging_key_never_answers(asked):
    with pytest.raises(urllib3.exceptions.ProtocolError):
        asked("key-hang")


def test_invalid_json_key_says_json_and_is_not(asked):
    answer = asked("key-invalid-json")
    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    with pytest.raises(json.JSONDecodeError):
        json.loads(answer.data)


def test_html_key_answers_200_with_a_web_page(asked):
    answer = asked("key-html")
    assert (answer.status, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")


def test_down_key_fails_with_503_and_500_in_turn(asked):
    assert [asked("key-down").status for _ in range(3)] == [503, 500, 503]


def test_reset_forgets_calls_and_lets_hung_requests_go():
    with serve(build_app(NeighbourSettings(hang_s=30))) as server:
        asker = Asker(f"{server.base_url}/api/v1", server.base_url)
        ended: list[float] = []
        started = time.monotonic()

        def hang() -> None:
            with pytest.raises(urllib3.exceptions.ProtocolError):
                asker.get("/users/api_profile", key="key-hang")
            ended.append(time.monotonic() - started)

        thread = threading.Thread(target=hang)
        thread.start()
        while "key-hang" not in asker.ledger():
            time.sleep(0.01)
        asker.control("POST", "reset")
        thread.join(5)
        assert ended[0] < 5
        assert asker.ledger() == {}
        asker.close()


def test_three_hundred_slow_calls_at_once_take_little_longer_than_one():
    with serve(build_app(NeighbourSettings(latency_ms=300, rates_enforced=False))) as server:
        asker = Asker(f"{server.base_url}/api/v1", server.base_url)
        statuses: list[int] = []

        def ask() -> None:
            statuses.append(asker.get("/organizations/enrich", domain="bench-7-made.example").status)

        threads = [threading.Thread(target=ask) for _ in range(300)]
        started = time.monotonic()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        took = time.monotonic() - started
        asker.close()
    assert statuses == [200] * 300
    assert took < 5


def test_stopping_does_not_wait_for_hung_requests():
    running = build_neighbours(NeighbourSettings(hang_s=30))
    asker = Asker(running.base_urls["apollo"], running.servers["apollo"].base_url)

    def hang() -> None:
        with pytest.raises(urllib3.exceptions.HTTPError):
            asker.get("/users/api_profile", key="key-hang")

    thread = threading.Thread(target=hang)
    thread.start()
    while "key-hang" not in asker.ledger():
        time.sleep(0.01)
    started = time.monotonic()
    running.stop()
    thread.join(5)
    assert time.monotonic() - started < 1.5
    asker.close()


def test_every_charged_call_stands_by_itself_in_the_account_of_its_key(apollo: Asker):
    domain = known_domain("apollo")
    apollo.get("/organizations/enrich", domain=domain)
    apollo.get("/organizations/enrich", domain="nobody.example")
    details = [{"domain": domain}, {"domain": "nobody.example"}]
    apollo.ask("POST", "/organizations/bulk_enrich", body={"details": details})
    apollo.get("/organizations/enrich", key="key-demo-other", domain=domain)
    charges = apollo.control("GET", "charges?key=key-demo").json()
    assert [(one["operation"], one["credits"], one["balance"]) for one in charges] == [
        ("organizations_enrich", 1, 9_999), ("organizations_bulk_enrich", 1, 9_998),
    ]  # fmt: skip
    assert [one["at"] for one in charges] == sorted(one["at"] for one in charges)
    assert len(apollo.control("GET", "charges?key=key-demo-other").json()) == 1
    assert apollo.control("GET", "charges").json() == []
