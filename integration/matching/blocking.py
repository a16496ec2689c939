"""Which records are worth comparing: two that share no key are never looked at. Pure.

A key that very many records share ("everybody called Smith, J.") says nothing and is passed over by those who look records up; therefore
each record has several keys of different kinds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from integration.core.folding import spelling_key
from integration.matching.features import CompanyProfile, PersonProfile, Profile
from integration.matching.names import call_names
from integration.matching.word_evidence import company_rarity

KEYS_LIMIT: Final = 24
"""Keys kept for one record, in the order in which they are made: the most telling kinds first."""
_TELLING: Final = 0.7
_WORDS: Final = 3
_NATIONAL_DIGITS: Final = 8
_LONGEST_ACRONYM: Final = 6
_SHORTEST_LOCAL: Final = 5
_ROLES: Final = frozenset({"info", "contact", "sales", "hello", "office", "admin", "support", "mail", "kontakt", "contato", "team"})


def block_keys(profile: Profile) -> tuple[str, ...]:
    """The record's keys, each once, each led by its kind ("d:example.com")."""
    made: Iterable[str] = ()
    if isinstance(profile, PersonProfile):
        made = _person_keys(profile)
    elif isinstance(profile, CompanyProfile):
        made = _company_keys(profile)
    return tuple(dict.fromkeys((*_shared_keys(profile), *made)))[:KEYS_LIMIT]


def _shared_keys(profile: Profile) -> Iterator[str]:
    yield from (f"e:{address}" for address in profile.emails)
    if profile.linkedin:
        yield f"l:{profile.linkedin}"
    yield from (f"p:{phone[-_NATIONAL_DIGITS:]}" for phone in profile.phones if len(phone) >= _NATIONAL_DIGITS)


def _person_keys(person: PersonProfile) -> Iterator[str]:
    firsts = sorted({min(call_names(word)) for word in person.first[:1]})
    lasts = [spelling_key(word) for word in person.last if len(word) > 1]
    yield from (f"n:{last}:{first[0]}" for last in lasts for first in firsts)
    yield from (f"g:{spelling_key(first)}:{last[:2]}" for first in firsts for last in lasts)
    names = sorted(spelling_key(word) for word in (*person.first[:1], *person.last[:1]) if len(word) > 1)
    if len(names) == 2:
        yield "x:" + ":".join(name[:4] for name in names)  # exchanged names meet here
    yield from (
        f"m:{local}"
        for address in person.emails
        if (local := address.partition("@")[0]) not in _ROLES and len(local) >= _SHORTEST_LOCAL
    )
    yield from (f"w:{domain}:{last[:3]}" for domain in person.domains for last in lasts)
    yield from (f"v:{domain}:{first[:3]}" for domain in person.domains for first in firsts)
    yield from (f"i:{number}" for number in person.numbers)
    if person.born_on:
        yield f"b:{person.born_on}"
    if person.postcode and firsts:
        yield f"z:{person.postcode}:{firsts[0][0]}"


def _company_keys(company: CompanyProfile) -> Iterator[str]:
    yield from (f"d:{domain}" for domain in company.domains)
    yield from (f"t:{label}" for domain in company.domains if len(label := domain.partition(".")[0]) >= 4)
    for name in company.spellings:
        joined = "".join(name)
        yield f"c:{spelling_key(joined)[:12]}"
        telling = sorted((word for word in name if company_rarity(word) >= _TELLING), key=lambda word: (-len(word), word))
        yield from (f"k:{spelling_key(word)}" for word in telling[:_WORDS])
        yield f"f:{spelling_key(joined)[:5]}"
        if len(name) == 1 and len(joined) <= _LONGEST_ACRONYM:
            yield f"a:{joined}"
        if len(name) > 1:
            yield "a:" + "".join(word[0] for word in name if company_rarity(word) > 0.1)[:_LONGEST_ACRONYM]
    numbers = [word for word in company.street if word[:1].isdigit()]
    if company.postcode and numbers:
        yield f"z:{company.postcode}:{numbers[0]}"
    yield from (f"s:{numbers[0]}:{word[:4]}" for word in company.street if numbers and word.isalpha() and len(word) > 3)
