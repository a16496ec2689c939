"""Public records with known duplicates, as the profiles the product compares. Reads a folder of entity-resolution sets; knows no verdicts of ours.

The sets and their sources: docs/duplicates.md. None of them is part of the project. Left out: the column `class` of Fodors-Zagats, which holds the
answer, and the marks `COL x VAL` that a serialisation left in the text of two sets.
"""

from __future__ import annotations

import csv
import gzip
import json
import re
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

from integration.core.company_names import company_name
from integration.core.folding import digits, words
from integration.matching.features import CompanyProfile, PersonProfile, Profile, settled_email, settled_postcode, settled_street
from integration.matching.names import person_name

_MARK: Final = re.compile(r"\bCOL \w+ VAL\b")
_WHOLE: Final = re.compile(r"^(\d+)\.0$")
_ANSWER: Final = "class"


class TextPair(NamedTuple):
    """Two whole records as words, and whether they are one."""

    left: tuple[str, ...]
    right: tuple[str, ...]
    same: bool


class ProfilePair(NamedTuple):
    """Two records as profiles, and whether they are one."""

    left: Profile
    right: Profile
    same: bool


@dataclass(frozen=True)
class Known:
    """A record and the true entity behind it. `side` keeps the two lists of a linking task apart."""

    profile: Profile
    entity: str
    side: str = ""

    @property
    def held_out(self) -> bool:
        """Half of the entities, chosen by a checksum, are never used for fitting."""
        return zlib.crc32(self.entity.encode()) % 2 == 1


def text_pairs(folder: Path, name: str, split: str) -> list[TextPair]:
    return [
        TextPair(_text(row["left"]), _text(row["right"]), bool(row["label"])) for row in _rows(folder / f"{name}_{split}.jsonl.gz")
    ]


def restaurants(folder: Path, split: str) -> list[ProfilePair]:
    """Fodors-Zagats: name, address, city, phone."""
    rows = _rows(folder / f"fodors_zagats_{split}.jsonl.gz")
    return [ProfilePair(_restaurant(row["left"]), _restaurant(row["right"]), bool(row["label"])) for row in rows]


def fortune(folder: Path) -> list[Known]:
    """The names of 2020 and of 2026, nothing else; the entity is the web domain, which is not shown to the comparer."""
    rows = list(_rows(folder / "fortune_2020_vs_2026_by_domain.jsonl.gz"))
    return [Known(_named(row[f"name_{year}"]), row["domain"], year) for year in ("2020", "2026") for row in rows]


def sites(folder: Path) -> list[Known]:
    """Chicago early-childhood sites: name, address, postcode, phone, address of mail and web."""
    return [Known(_site(row), row["cluster"]) for row in _rows(folder / "chicago_sites_clusters.jsonl.gz")]


def splink_people(folder: Path) -> list[Known]:
    """Made people with typing errors: names, birth date, city, e-mail."""
    return [Known(_splink_person(row), row["cluster"]) for row in _rows(folder / "splink_fake_1000.jsonl.gz")]


def febrl_people(folder: Path) -> list[Known]:
    """Two lists of 5,000 made Australians, every one of them in both: names, address, birth date, a number."""
    found = []
    for side in ("a", "b"):
        with gzip.open(folder / f"febrl4{side}.csv.gz", "rt", encoding="utf-8", newline="") as lines:
            found += [Known(_febrl_person(row), row["rec_id"].split("-")[1], side) for row in csv.DictReader(lines)]
    return found


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines)


def _text(record: Mapping[str, str]) -> tuple[str, ...]:
    cleaned = (_WHOLE.sub(r"\1", _MARK.sub(" ", value).strip()) for name, value in record.items() if name != _ANSWER)
    return words(" ".join(cleaned))


def _named(name: str) -> CompanyProfile:
    settled = company_name(name)
    return CompanyProfile(spellings=settled.spellings, legal_form=settled.legal_form)


def _restaurant(row: Mapping[str, str]) -> CompanyProfile:
    settled = company_name(row.get("name", "").replace("\\", ""))
    return CompanyProfile(
        spellings=settled.spellings,
        phones=_phones(row.get("phone", "")),
        street=settled_street(row.get("addr", "")),
        city=words(row.get("city", "")),
    )


def _site(row: Mapping[str, str]) -> CompanyProfile:
    settled = company_name(row["name"])
    return CompanyProfile(
        spellings=settled.spellings,
        legal_form=settled.legal_form,
        phones=_phones(row["phone"]),
        street=settled_street(row["address"]),
        postcode=settled_postcode(row["zip"]),
        emails=_mailboxes(row["email"]),
    )


def _splink_person(row: Mapping[str, str]) -> PersonProfile:
    name = person_name(row["first_name"], row["surname"])
    return PersonProfile(
        first=name.first, last=name.last, emails=_mailboxes(row["email"]), city=words(row["city"]), born_on=digits(row["dob"])
    )


def _febrl_person(row: Mapping[str, str]) -> PersonProfile:
    name = person_name(row["given_name"], row["surname"])
    return PersonProfile(
        first=name.first,
        last=name.last,
        street=settled_street(row["street_number"], row["address_1"]),
        city=words(row["suburb"]),
        postcode=settled_postcode(row["postcode"]),
        born_on=digits(row["date_of_birth"]),
        numbers=tuple(filter(None, (digits(row["soc_sec_id"]),))),
    )


def _phones(text: str) -> tuple[str, ...]:
    number = digits(text)
    return (number,) if len(number) >= 7 else ()


def _mailboxes(text: str) -> tuple[str, ...]:
    return tuple(filter(None, (settled_email(text),)))


Reader = Callable[[Path], Sequence[Known]]
