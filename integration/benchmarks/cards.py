"""How fast a record's card is answered: 20 cards at once over 200 portals and 100,000 scored records, against gunicorn with the whole application.

The second part is the bad day: HubSpot takes calls and never answers, nobody works, and one card in three is of a record or deal that HubSpot
would have to be asked about. Clients sign their requests beforehand; they run on the same machine and no part of that is taken off.
"""

from __future__ import annotations

import http.client
import os
import random
import statistics
import threading
import time
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlencode

from flask import Flask

from integration.benchmarks import cards_data_store as data
from integration.benchmarks.ground import fresh_database
from integration.benchmarks.serving import SERVER, THREADS, free_port, gunicorn, silent_server
from integration.core.clock import system_clock
from integration.core.crypto import new_key
from integration.core.settings import Settings
from integration.hubspot.signature import signature_headers
from integration.web_app import create_app

CLIENTS: Final = 20
ROUND_S: Final = 12.0
DEGRADED_S: Final = 6.0
_SECRET: Final = "sample-secret-of-the-benchmark"  # noqa: S105  signs sample data on this machine only
_APP_ID: Final = "777001"
_ADDRESSES_EACH: Final = 60
"""Signed addresses a client takes turns with; a signature is good for five minutes."""


def run() -> dict[str, float | int | str]:
    """Median and 95th percentile in ms of a contact's whole card, cards a second, and the same of the bad day. Takes about two minutes."""
    with fresh_database("cards") as database:
        key, port = new_key(), free_port()
        data.fill(database, key)
        with database.begin() as connection:
            records = data.count(connection)
        with silent_server() as hubspot, gunicorn(__name__, port, _environment(database.url, key, port, hubspot), path="/healthz"):
            _drive(port, seconds=2.0, degraded=False)
            good = _drive(port, seconds=ROUND_S, degraded=False)
            bad = _drive(port, seconds=DEGRADED_S, degraded=True)
    return {
        "p50_ms": round(statistics.median(good.took_ms), 1),
        "p95_ms": round(_percentile(good.took_ms, 0.95), 1),
        "requests_per_s": round(len(good.took_ms) / good.seconds, 1),
        "degraded_p50_ms": round(statistics.median(bad.took_ms), 1),
        "degraded_p95_ms": round(_percentile(bad.took_ms, 0.95), 1),
        "degraded_max_ms": round(max(bad.took_ms), 1),
        "errors": good.errors + bad.errors,
        "scored_records": records,
        "portals": data.PORTALS,
        "clients": CLIENTS,
        "answer_bytes": good.answer_bytes,
        "server": SERVER,
    }


@dataclass
class Outcome:
    """What the clients saw. `errors` are answers without the envelope, or with a refusal that was not due."""

    took_ms: list[float] = field(default_factory=list)
    errors: int = 0
    seconds: float = 0.0
    answer_bytes: int = 0


def build_app() -> Flask:
    """The application gunicorn serves: the product's own, whole."""
    return create_app(Settings.from_env(os.environ))


def _drive(port: int, *, seconds: float, degraded: bool) -> Outcome:
    outcome, lock = Outcome(), threading.Lock()
    lanes = [_addresses(port, number, degraded=degraded) for number in range(CLIENTS)]
    until = time.perf_counter() + seconds

    def client(asked: list[tuple[str, dict[str, str], bool]]) -> None:
        took_ms, errors, size = [], 0, 0
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        turn = 0
        while (started := time.perf_counter()) < until:
            target, headers, is_known = asked[turn % len(asked)]
            turn += 1
            connection.request("GET", target, headers=headers)
            answer = connection.getresponse()
            body = answer.read()
            took_ms.append((time.perf_counter() - started) * 1000)
            expected = b'{"ok": true' if is_known else b'{"ok": false'
            errors += answer.status != http.HTTPStatus.OK or not body.startswith(expected)
            size = max(size, len(body))
        connection.close()
        with lock:
            outcome.took_ms += took_ms
            outcome.errors += errors
            outcome.answer_bytes = max(outcome.answer_bytes, size)

    threads = [threading.Thread(target=client, args=(lane,)) for lane in lanes]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    outcome.seconds = time.perf_counter() - began
    return outcome


def _addresses(port: int, client: int, *, degraded: bool) -> list[tuple[str, dict[str, str], bool]]:
    """Target, signed headers, and whether the card is there. On the bad day every third is of a record or deal that HubSpot must be asked about."""
    rng = random.Random(client)  # noqa: S311  sample data, no secret
    made = []
    for number in range(_ADDRESSES_EACH):
        portal_id, record = data.FIRST_PORTAL + rng.randrange(data.PORTALS), rng.randrange(1, data.RECORDS_EACH + 1)
        is_known = not (degraded and number % 3 == 0)
        kind, object_id = ("contacts", record) if is_known else (rng.choice(("contacts", "deals")), 90_000_000 + record)
        identity = {
            "userId": data.USER + 1,
            "portalId": portal_id,
            "userEmail": "sample.1@portal.example.com",
            "appId": _APP_ID,
        }
        target = f"/cards/record/{kind}/{object_id}?{urlencode(identity)}"
        uri = f"http://127.0.0.1:{port}{target}"
        headers = signature_headers(secret=_SECRET, method="GET", uri=uri, body=b"", clock=system_clock)
        made.append((target, headers, is_known))
    return made


def _environment(database_url: str, key: str, port: int, hubspot: str) -> dict[str, str]:
    return {
        "DATABASE_URL": database_url,
        "LEADLIGHT_KEYS": key,
        "LEADLIGHT_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "LEADLIGHT_WEB_THREADS": str(THREADS),
        "HUBSPOT_APP_ID": _APP_ID,
        "HUBSPOT_CLIENT_ID": "sample",
        "HUBSPOT_CLIENT_SECRET": _SECRET,
        "HUBSPOT_API_URL": hubspot,
    }


def _percentile(values: list[float], share: float) -> float:
    return sorted(values)[int(len(values) * share)]
