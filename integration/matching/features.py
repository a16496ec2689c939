"""What two records are compared by: settled values of a contact or a company, small enough to be stored beside each record. Pure.

Takes values that are normal already (E.164 phones, registrable domains, ISO countries): how text becomes those is the caller's business.
A value that is missing is empty; nothing is guessed from what is missing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final, Self

from integration.core.folding import words

Words = tuple[str, ...]

_PLUS: Final = re.compile(r"\+.*$")
_DOTLESS: Final = frozenset({"gmail.com", "googlemail.com"})
_STREET_WORDS: Final = {
    "st": "street", "str": "street", "strasse": "street", "ave": "avenue", "av": "avenue", "blvd": "boulevard", "bvd": "boulevard", "rd": "road",
    "dr": "drive", "ln": "lane", "pl": "place", "sq": "square", "ct": "court", "hwy": "highway", "pkwy": "parkway", "n": "north", "s": "south",
    "e": "east", "w": "west", "ste": "suite", "fl": "floor", "cir": "circle", "cct": "circuit", "cl": "close", "cres": "crescent", "tce": "terrace",
}  # fmt: skip


@dataclass(frozen=True)
class Profile:
    """Shared by both kinds of record. Phones are E.164, domains registrable, `country` ISO alpha-2, the rest folded words."""

    emails: Words = ()
    phones: Words = ()
    linkedin: str = ""
    domains: Words = ()
    """Company domains: never one of a mailbox provider."""
    street: Words = ()
    postcode: str = ""
    city: Words = ()
    country: str = ""

    def as_json(self) -> dict[str, Any]:
        """Without what is empty."""
        stored = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in stored.items() if value}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """The inverse of `as_json`; names of an older version that are gone are left out."""
        known = {each.name for each in fields(cls)}
        return cls(**{name: _frozen(value) for name, value in stored.items() if name in known})


@dataclass(frozen=True)
class PersonProfile(Profile):
    """A contact. `employer` is the company's name without legal form; `born_on` and `numbers` (of registers) are compared where they are given."""

    first: Words = ()
    last: Words = ()
    employer: Words = ()
    born_on: str = ""
    numbers: Words = ()


@dataclass(frozen=True)
class CompanyProfile(Profile):
    """A company. `spellings` are its names, each without legal form, its main name first."""

    spellings: tuple[Words, ...] = ()
    legal_form: str = ""


def settled_email(address: str) -> str:
    """The mailbox an address leads to: lower case, without "+tag", at Google without dots; "" for what is no address."""
    local, at, host = address.strip().lower().rpartition("@")
    if not (at and local and host):
        return ""
    local = _PLUS.sub("", local) or local
    if host in _DOTLESS:
        local, host = local.replace(".", "") or local, "gmail.com"
    return f"{local}@{host}"


def settled_street(*parts: str) -> Words:
    """Words of a street address, abbreviations written out."""
    return tuple(_STREET_WORDS.get(word, word) for part in parts for word in words(part))


def settled_postcode(code: str) -> str:
    """Letters and digits only; of a US ZIP+4 the first five."""
    bare = "".join(words(code))
    return bare[:5] if bare.isdigit() and len(bare) == 9 else bare


def _frozen(value: object) -> Any:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return tuple(_frozen(each) for each in value)
    return value
