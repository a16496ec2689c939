"""A small HTTP client for the neighbours: one request, no retries, no redirects followed."""

import json
from typing import Any
from urllib.parse import urlencode

import urllib3

from simulator.data.demo import load_companies
from simulator.neighbours.facts import Glasses


class Asker:
    """Asks one stand-in. `key` goes into the key headers of all providers."""

    def __init__(self, base_url: str, root_url: str) -> None:
        self.base_url = base_url
        self.root_url = root_url
        self.pool = urllib3.PoolManager(retries=False, timeout=urllib3.Timeout(connect=2, read=5), maxsize=400, block=False)

    def ask(self, method: str, path: str, *, key: str | None = "key-demo", body: object = None, **query: Any):
        target = f"{self.base_url}{path}" + (f"?{urlencode(query, doseq=True)}" if query else "")
        headers = {"x-api-key": key, "X-cb-user-key": key, "Authorization": f"API {key}"} if key else {}
        if body is not None:
            headers["content-type"] = "application/json"
        return self.pool.request(method, target, headers=headers, body=None if body is None else json.dumps(body))

    def get(self, path: str, *, key: str | None = "key-demo", **query: Any):
        return self.ask("GET", path, key=key, **query)

    def visit(self, host: str, path: str = "/", **headers: str):
        return self.pool.request("GET", f"{self.root_url}{path}", headers={"Host": host} | headers, redirect=False)

    def control(self, method: str, name: str, body: object = None):
        return self.pool.request(method, f"{self.root_url}/_control/{name}", json=body) if body else self.pool.request(
            method, f"{self.root_url}/_control/{name}"
        )  # fmt: skip

    def ledger(self):
        return self.control("GET", "ledger").json()

    def close(self) -> None:
        self.pool.clear()


def known_domain(source: str) -> str:
    """A demo domain the source knows."""
    return next(company.domain for company in load_companies() if Glasses(source).knows(company.domain))


def unknown_domain(source: str) -> str:
    """A demo domain the source does not know."""
    return next(company.domain for company in load_companies() if not Glasses(source).knows(company.domain))


def known_email(source: str, *, known: bool = True) -> str:
    """A synthetic address at a domain the source knows; the person is known or not, as asked."""
    domain = known_domain(source)
    addresses = (f"sample.contact.{number:03d}@{domain}" for number in range(1, 200))
    return next(address for address in addresses if Glasses(source).knows(address) is known)
