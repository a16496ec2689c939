"""Web and mail addresses to registrable company domains: "https://www.shop.example.co.uk/a" and "x@example.co.uk" both give "example.co.uk".

Addresses at mailbox providers give none: a company must never be made of gmail.com, nor of one of its misspellings or look-alikes. A page or
a subdomain at a shared host (a profile, a shop, a help desk) tells no company either, though the host's bare domain does. Universities and
authorities are organisations like others; addresses that say of themselves that they belong to students or alumni tell no employer.
Limit: the lists are our own and never complete; an access provider that is not on them looks like a company.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from integration.core.folding import folded
from integration.providers.normalise import host_of, to_domain

_FREE_MAIL_FILE: Final = Path(__file__).with_name("free_mail_domains.txt")
_SHARED_HOSTS_FILE: Final = Path(__file__).with_name("shared_host_domains.txt")
_FAMILIES: Final = frozenset(
    {
        "gmail", "googlemail", "yahoo", "ymail", "rocketmail", "hotmail", "outlook", "gmx", "aol", "yandex", "icloud", "protonmail", "tutanota",
        "rediffmail", "fastmail", "hushmail", "mailinator", "yopmail", "guerrillamail",
    }
)  # fmt: skip
"""Mailbox providers under whatever public suffix: yahoo.co.uk, gmx.at, and the mistyped gmail.con."""
_NO_STAFF: Final = frozenset({"alumni", "alumnos", "alum", "student", "students", "stud"})


def company_domain(address: str) -> str | None:
    """The registrable domain of a web address or bare host name, lower case, in its ASCII form; None when it tells no company."""
    registrable = to_domain(address)
    if registrable is None or is_free_mail(registrable):
        return None
    return None if registrable in _listed(_SHARED_HOSTS_FILE) and not _is_bare(address, registrable) else registrable


def email_domain(email: str) -> str | None:
    """The company domain behind a mail address; None for mailbox providers and for what is no address."""
    local, at, host = email.strip().rpartition("@")
    if not (at and local) or "/" in host or ":" in host or _NO_STAFF & set(host.lower().split(".")[:-1]):
        return None
    return company_domain(host)


def is_free_mail(registrable: str) -> bool:
    """Whether a registrable domain is a mailbox provider's, or only looks like it in another alphabet."""
    label, _, suffix = registrable.partition(".")
    plain = _in_latin(label)
    return plain in _FAMILIES or not {registrable, f"{plain}.{suffix}"}.isdisjoint(_listed(_FREE_MAIL_FILE))


def _in_latin(label: str) -> str:
    """The label as a reader sees it: "xn--gmil-..." with a Cyrillic "a" is "gmail"."""
    if not label.startswith("xn--"):
        return label
    try:
        return folded(label.removeprefix("xn--").encode("ascii").decode("punycode")).replace(" ", "-")
    except UnicodeError:
        return label


def _is_bare(address: str, registrable: str) -> bool:
    path = urlsplit(address if "//" in address else f"//{address}").path
    return host_of(address.strip()) in (registrable, f"www.{registrable}") and path.strip("/ ") == ""


@cache
def _listed(file: Path) -> frozenset[str]:
    lines = file.read_text(encoding="utf-8").splitlines()
    return frozenset(line.strip() for line in lines if line.strip() and not line.startswith("#"))
