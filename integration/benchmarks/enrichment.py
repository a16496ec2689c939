"""How fast one worker process asks: 1,000 companies, five providers that take 300 ms for an answer, everything else the product's own.

The stand-ins share the machine with the worker, its database with both. Every company is new, so nothing comes from the cache, and each
provider is asked about each company (Apollo and BuiltWith for several at once, as they allow). Memory is the peak of this process.
"""

from __future__ import annotations

import json
import resource
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from integration.app import Parts, build_parts
from integration.benchmarks.ground import PORTAL_ID, fresh_database
from integration.core.crypto import new_key
from integration.core.settings import Secret, Settings
from integration.db.session import Database
from integration.demo.children import Child, ChildFailed, Children
from integration.hubspot.portal_store import PortalStore
from integration.providers.base import Finding, Subject
from integration.providers.questions import Enrichment

COMPANIES: Final = 1_000
PROVIDERS: Final = ("apollo", "builtwith", "crunchbase", "gleif", "wikidata")
LATENCY_MS: Final = 300
BATCH: Final = 100
CONCURRENCY: Final = 8
_START_S: Final = 30.0


@dataclass(frozen=True)
class _Question:
    key: str
    subject: Subject
    known: tuple[Finding, ...] = ()


def run() -> dict[str, float | int | str]:
    """Companies a second, peak memory in MB, and what the lookups came to. Takes about half a minute."""
    with tempfile.TemporaryDirectory() as folder, fresh_database("enrichment") as database, ExitStack() as held:
        children = Children(Path(folder))
        held.callback(children.stop)
        addresses = _start_neighbours(children)
        parts = build_parts(_settings(addresses, database, folder), database, held)
        with database.begin() as connection:
            _open_portal(connection, parts)
        batches = [
            [_Question(str(number), _company(number)) for number in range(start, start + BATCH)]
            for start in range(0, COMPANIES, BATCH)
        ]
        began = time.monotonic()
        with ThreadPoolExecutor(CONCURRENCY) as pool:
            answers = [answer for batch in pool.map(lambda one: _enrich(parts, one), batches) for answer in batch]
        return _figures(answers, time.monotonic() - began)


def _enrich(parts: Parts, batch: list[_Question]) -> list[Enrichment]:
    return list(parts.enricher.enrich(PORTAL_ID, batch).values())


def _company(number: int) -> Subject:
    domain = f"bench-{number}-made.example"
    return Subject("company", domain=domain, company_name=f"Bench {number} Made-up", country="US")


def _start_neighbours(children: Children) -> dict[str, str]:
    child = children.start(
        "neighbours", "simulator", "--neighbours-only", "--json", "--provider-latency-ms", str(LATENCY_MS), env={}
    )
    until = time.monotonic() + _START_S
    while time.monotonic() < until:
        child.check()
        addresses = _announced(child)
        if addresses:
            return addresses
        time.sleep(0.1)
    raise ChildFailed(f"the stand-ins did not start within {_START_S:g} s:\n{child.tail()}")


def _announced(child: Child) -> dict[str, str]:
    """The addresses the child has printed, none while it has not."""
    lines = [line for line in child.log.read_text(encoding="utf-8").splitlines() if line.startswith("{")]
    return dict(json.loads(lines[-1])) if lines else {}


def _settings(addresses: dict[str, str], database: Database, folder: str) -> Settings:
    urls = {f"LEADLIGHT_PROVIDER_URL_{name.upper()}": url for name, url in addresses.items() if name != "sites"}
    return Settings.from_env(
        {
            **urls,
            "DATABASE_URL": database.url,
            "LEADLIGHT_DATA_DIR": folder,
            "LEADLIGHT_KEYS": new_key(),
            "LEADLIGHT_PROVIDERS": ",".join(PROVIDERS),
            "LEADLIGHT_PROVIDER_RATE_FACTOR": "0",
            "LEADLIGHT_SITE_GATEWAY": addresses["sites"].removeprefix("http://"),
        }
    )


def _open_portal(connection: Connection, parts: Parts) -> None:
    PortalStore().connect(connection, portal_id=PORTAL_ID, scopes=(), now=parts.clock())
    for adapter in parts.adapters:
        if adapter.info.needs_key:
            parts.keys.save(connection, portal_id=PORTAL_ID, provider=adapter.info.name, key=Secret("key-demo"))


def _figures(answers: list[Enrichment], seconds: float) -> dict[str, float | int | str]:
    outcomes = Counter(reply.outcome for answer in answers for reply in answer.replies)
    asked = {reply.provider for answer in answers for reply in answer.replies if reply.latency_s}
    return {
        "companies_per_s": round(len(answers) / seconds, 1),
        "rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        "seconds": round(seconds, 2),
        "companies": len(answers),
        "providers_asked": len(asked),
        "latency_ms": LATENCY_MS,
        "found": outcomes["found"],
        "not_found": outcomes["not_found"],
        "failed": outcomes["failed"],
        "skipped": outcomes["skipped"],
        "worker_processes": 1,
    }
