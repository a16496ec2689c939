"""Whether what a provider says is about the company or person it was asked about. Pure; the values come in normal form.

A company: accepted when a register number agrees, when the web domain agrees (the registrable one, or one that the provider says leads
here), or when the name agrees and more of country, city and phone agree than contradict. The name alone never suffices, another domain or
another number in the same register always refuses, and so does a name that agrees while place and phone rather contradict. What is neither
accepted nor refused is doubtful: only a person may say. So one more contradiction never turns a refusal into an acceptance.

A person: accepted when an e-mail address or the LinkedIn address agrees, or the name together with the employer's domain. Refused when the
LinkedIn addresses differ and no e-mail address agrees, and when an address agrees whose two names have nothing in common, as in a shared
mailbox. There is no doubtful person.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from integration.core.company_names import company_name
from integration.core.folding import digits, folded, spelling_key
from integration.matching.names import call_names, person_name
from integration.providers.base import Field, Finding

Values = frozenset[str]
Same = Callable[[str, str], bool]
_NOTHING: Final[Values] = frozenset()
_PHONE_DIGITS: Final = 7
"""How many digits a phone number needs to be told from others."""


class Ruling(StrEnum):
    ACCEPTED = "accepted"
    REFUSED = "refused"
    DOUBTFUL = "doubtful"


class Stance(StrEnum):
    FOR = "for"
    AGAINST = "against"
    SILENT = "silent"


_BY_STANCE: Final = {Stance.FOR: Ruling.ACCEPTED, Stance.AGAINST: Ruling.REFUSED}


@dataclass(frozen=True)
class Evidence:
    """What one anchor says, with a sentence part for the person who decides. The words about people quote no personal data."""

    anchor: str
    stance: Stance
    words: str


@dataclass(frozen=True)
class Verdict:
    """The ruling with the reason in plain words; `decisive`: an exact key agreed, not a sum of hints."""

    ruling: Ruling
    reason: str
    evidence: tuple[Evidence, ...]
    decisive: bool = False


@dataclass(frozen=True)
class CompanyAnchors:
    """What a company is told by. `aliases` are domains that lead to it. Any of them may be unknown."""

    names: Values = _NOTHING
    domains: Values = _NOTHING
    aliases: Values = _NOTHING
    register_numbers: Values = _NOTHING
    countries: Values = _NOTHING
    cities: Values = _NOTHING
    phones: Values = _NOTHING


@dataclass(frozen=True)
class PersonAnchors:
    """What a person is told by. `employers` are web domains."""

    emails: Values = _NOTHING
    linkedin_urls: Values = _NOTHING
    names: frozenset[tuple[str, str]] = frozenset()
    employers: Values = _NOTHING


def company_anchors(findings: Iterable[Finding], about: Iterable[Finding] = ()) -> CompanyAnchors:
    """The anchors among findings; domains in `about` are aliases, its other fields count like findings."""
    said, around = tuple(findings), tuple(about)
    own = _texts(said, Field.DOMAIN)
    every = (*said, *around)
    return CompanyAnchors(
        names=_texts(every, Field.COMPANY_NAME),
        domains=own,
        aliases=_texts(around, Field.DOMAIN) - own,
        register_numbers=_texts(every, Field.REGISTER_NUMBER),
        countries=_texts(every, Field.COUNTRY),
        cities=_texts(every, Field.CITY),
        phones=_texts(every, Field.COMPANY_PHONE),
    )


def person_anchors(findings: Iterable[Finding], about: Iterable[Finding] = ()) -> PersonAnchors:
    """The anchors among findings and the evidence beside them."""
    every = (*findings, *about)
    named = {one.field: str(one.value) for one in every if one.field in (Field.FIRST_NAME, Field.LAST_NAME)}
    full = (named.get(Field.FIRST_NAME, ""), named.get(Field.LAST_NAME, ""))
    return PersonAnchors(
        emails=_texts(every, Field.EMAIL),
        linkedin_urls=_texts(every, Field.PERSON_LINKEDIN_URL),
        names=frozenset({full}) if all(full) else frozenset(),
        employers=_texts(every, Field.DOMAIN),
    )


def judge_company(known: CompanyAnchors, claimed: CompanyAnchors) -> Verdict:
    """Whether the claimed company is the known one. See the module for the rule."""
    number, domain, name = _numbers(known, claimed), _domains(known, claimed), _names(known, claimed)
    hints = (
        _compared("country", known.countries, claimed.countries, _same_text),
        _compared("city", known.cities, claimed.cities, _same_city),
        _compared("phone", known.phones, claimed.phones, _same_phone),
    )
    ruling, reason, decisive = _exact_key(known, claimed, number, domain, name) or (*_by_hints(known, claimed, name, hints), False)
    return Verdict(ruling, reason, (number, domain, name, *hints), decisive)


def _exact_key(
    known: CompanyAnchors, claimed: CompanyAnchors, number: Evidence, domain: Evidence, name: Evidence
) -> tuple[Ruling, str, bool] | None:
    """What register number and domain decide, None when both are silent."""
    if number.stance is not Stance.SILENT:
        return _BY_STANCE[number.stance], number.words, number.stance is Stance.FOR
    if domain.stance is Stance.FOR and name.stance is Stance.AGAINST and not known.domains & claimed.domains:
        return Ruling.REFUSED, f"{domain.words}, but {name.words}", False
    if domain.stance is not Stance.SILENT:
        return _BY_STANCE[domain.stance], domain.words, domain.stance is Stance.FOR
    return None


def _by_hints(known: CompanyAnchors, claimed: CompanyAnchors, name: Evidence, hints: Sequence[Evidence]) -> tuple[Ruling, str]:
    agree, differ = _count(hints, Stance.FOR), _count(hints, Stance.AGAINST)
    if name.stance is Stance.AGAINST:
        return Ruling.REFUSED, name.words
    if name.stance is Stance.FOR and agree > differ:
        return Ruling.ACCEPTED, f"{name.words}, and more of country, city and phone agrees than contradicts"
    if differ > agree or not (known.names and claimed.names):
        return Ruling.REFUSED, "too little agrees, or more contradicts than agrees"
    return Ruling.DOUBTFUL, f"{name.words}, and nothing else decides"


def judge_person(known: PersonAnchors, claimed: PersonAnchors) -> Verdict:
    """Whether the claimed person is the known one. See the module for the rule."""
    email = _compared("e-mail address", known.emails, claimed.emails, _same_text, quoted=False)
    linkedin = _compared("LinkedIn address", known.linkedin_urls, claimed.linkedin_urls, _same_text, quoted=False)
    name = _person_names(known, claimed)
    employer = _compared("employer's domain", known.employers, claimed.employers, _same_text, quoted=False)
    evidence = (email, linkedin, name, employer)
    if email.stance is Stance.FOR and name.stance is not Stance.AGAINST:
        return Verdict(Ruling.ACCEPTED, email.words, evidence, decisive=True)
    if linkedin.stance is Stance.FOR:
        return Verdict(Ruling.ACCEPTED, linkedin.words, evidence, decisive=True)
    if linkedin.stance is Stance.AGAINST or name.stance is Stance.AGAINST:
        return Verdict(Ruling.REFUSED, linkedin.words if linkedin.stance is Stance.AGAINST else name.words, evidence)
    if name.stance is Stance.FOR and employer.stance is Stance.FOR:
        return Verdict(Ruling.ACCEPTED, f"{name.words}, and {employer.words}", evidence)
    return Verdict(Ruling.REFUSED, "neither an address nor name and employer together agree", evidence)


def name_stance(one: str, other: str) -> Stance:
    """FOR when the names are one but for legal forms, case, accents and blanks; SILENT when one holds the other
    or only the spelling differs; AGAINST otherwise."""
    here, there = company_name(one).spellings, company_name(other).spellings
    if not here or not there:
        return Stance.SILENT
    if {"".join(words) for words in here} & {"".join(words) for words in there}:
        return Stance.FOR
    alike = [({spelling_key(word) for word in left}, {spelling_key(word) for word in right}) for left in here for right in there]
    held = any(left <= right or right <= left for left, right in alike)
    return Stance.SILENT if held else Stance.AGAINST


def _numbers(known: CompanyAnchors, claimed: CompanyAnchors) -> Evidence:
    """Numbers contradict each other only within one register."""
    if known.register_numbers & claimed.register_numbers:
        return Evidence("register number", Stance.FOR, "the register number agrees")
    registers = {number.partition("-")[0] for number in known.register_numbers}
    if registers & {number.partition("-")[0] for number in claimed.register_numbers}:
        return Evidence("register number", Stance.AGAINST, "it has another number in the same register")
    return Evidence("register number", Stance.SILENT, "the register number is not known on both sides")


def _domains(known: CompanyAnchors, claimed: CompanyAnchors) -> Evidence:
    if known.domains & claimed.domains:
        return Evidence("domain", Stance.FOR, f"the domain {_list(known.domains & claimed.domains)} agrees")
    if known.domains & claimed.aliases:
        leads = f"{_list(known.domains & claimed.aliases)} leads to {_list(claimed.domains) or 'it'}"
        return Evidence("domain", Stance.FOR, leads)
    if known.domains and claimed.domains:
        return Evidence("domain", Stance.AGAINST, f"it has the domain {_list(claimed.domains)}, not {_list(known.domains)}")
    return Evidence("domain", Stance.SILENT, "the domain is not known on both sides")


def _names(known: CompanyAnchors, claimed: CompanyAnchors) -> Evidence:
    stances = {name_stance(one, other) for one in known.names for other in claimed.names}
    if Stance.FOR in stances:
        return Evidence("name", Stance.FOR, "the name agrees")
    if Stance.SILENT in stances:
        return Evidence("name", Stance.SILENT, f"the name {_list(claimed.names)} is similar")
    if stances:
        return Evidence("name", Stance.AGAINST, f"it is called {_list(claimed.names)}")
    return Evidence("name", Stance.SILENT, "the name is not known on both sides")


def _person_names(known: PersonAnchors, claimed: PersonAnchors) -> Evidence:
    stances = {_person_stance(one, other) for one in known.names for other in claimed.names}
    if Stance.FOR in stances:
        return Evidence("name", Stance.FOR, "the name agrees")
    if Stance.AGAINST in stances:
        return Evidence("name", Stance.AGAINST, "the name is another one")
    return Evidence("name", Stance.SILENT, "the name is not known on both sides, or agrees only in part")


def _person_stance(one: tuple[str, str], other: tuple[str, str]) -> Stance:
    here, there = person_name(*one), person_name(*other)
    same_last = bool(here.last) and here.last == there.last
    same_first = bool(here.first and there.first) and _same_first(here.first[0], there.first[0])
    if same_last and same_first:
        return Stance.FOR
    return Stance.SILENT if same_last or same_first else Stance.AGAINST


def _same_first(one: str, other: str) -> bool:
    if len(one) == 1 or len(other) == 1:
        return one[0] == other[0]
    return bool(call_names(one) & call_names(other) & {one, other})


def _compared(anchor: str, known: Values, claimed: Values, same: Same, *, quoted: bool = True) -> Evidence:
    if not known or not claimed:
        return Evidence(anchor, Stance.SILENT, f"the {anchor} is not known on both sides")
    if any(same(one, other) for one in known for other in claimed):
        return Evidence(anchor, Stance.FOR, f"the {anchor} agrees")
    seen = f" ({_list(claimed)}, not {_list(known)})" if quoted else ""
    return Evidence(anchor, Stance.AGAINST, f"the {anchor} is another one{seen}")


def _same_text(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()


def _same_city(one: str, other: str) -> bool:
    """Also when one holds the other: New York and New York City are one."""
    here, there = set(folded(one).split()), set(folded(other).split())
    return bool(here and there) and (here <= there or there <= here)


def _same_phone(one: str, other: str) -> bool:
    """The shorter number ends the longer one: country code and leading zero may be missing."""
    short, long = sorted((digits(one).lstrip("0"), digits(other).lstrip("0")), key=len)
    return len(short) >= _PHONE_DIGITS and long.endswith(short)


def _texts(findings: Iterable[Finding], name: Field) -> Values:
    found: set[str] = set()
    for one in findings:
        if one.field is name:
            found.update(str(value) for value in (one.value if isinstance(one.value, tuple) else (one.value,)))
    return frozenset(text for text in found if text.strip())


def _count(evidence: Iterable[Evidence], stance: Stance) -> int:
    return sum(1 for one in evidence if one.stance is stance)


def _list(values: Iterable[str]) -> str:
    return ", ".join(sorted(values))
