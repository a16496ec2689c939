"""Web and mail addresses to registrable company domains: "https://www.shop.example.co.uk/a" and "x@example.co.uk" both give "example.co.uk".

Addresses at mailbox providers give none: a company must never be made of gmail.com.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

from integration.providers.normalise import to_domain

_FREE_MAIL_FILE: Final = Path(__file__).with_name("free_mail_domains.txt")


@cache
def _free_mail() -> frozenset[str]:
    lines = _FREE_MAIL_FILE.read_text(encoding="utf-8").splitlines()
    return frozenset(line.strip() for line in lines if line.strip() and not line.startswith("#"))


def company_domain(address: str) -> str | None:
    """The registrable domain of a web address or bare host name, lower case, in its ASCII form; None when there is none."""
    registrable = to_domain(address)
    return None if registrable in _free_mail() else registrable


def email_domain(email: str) -> str | None:
    """The company domain behind a mail address; None for mailbox providers and for what is no address."""
    local, at, host = email.strip().rpartition("@")
    return company_domain(host) if at and local and "/" not in host and ":" not in host else None
