"""A CRM record as the comparer wants it: phones in E.164, registrable domains, country codes, folded words. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from integration.core.company_names import company_name
from integration.core.countries import country_code
from integration.core.folding import digits, words
from integration.hubspot.objects import COMPANIES, CONTACTS, CrmRecord
from integration.matching.features import CompanyProfile, PersonProfile, Profile, settled_email, settled_postcode, settled_street
from integration.matching.names import person_name
from integration.pipeline.domains import company_domain, email_domain
from integration.providers.normalise import to_linkedin_url, to_phone

COMPARED_TYPES: Final = (CONTACTS, COMPANIES)
_FEWEST_DIGITS: Final = 7


def profile_of(record: CrmRecord) -> Profile:
    """What the record is compared by. Raises KeyError for a type that is not compared."""
    return {CONTACTS: _person, COMPANIES: _company}[record.object_type](record)


def profile_type(object_type: str) -> type[Profile]:
    """The class of `profile_of` for this type of record."""
    return {CONTACTS: PersonProfile, COMPANIES: CompanyProfile}[object_type]


def _person(record: CrmRecord) -> PersonProfile:
    country = country_code(_of(record, "country")) or ""
    name = person_name(_of(record, "firstname"), _of(record, "lastname"))
    addresses = (_of(record, "email"), *_of(record, "hs_additional_emails").split(";"))
    return PersonProfile(
        first=name.first,
        last=name.last,
        emails=_each(settled_email(address) for address in addresses),
        phones=_phones(country, _of(record, "phone"), _of(record, "mobilephone")),
        linkedin=to_linkedin_url(_of(record, "hs_linkedin_url")) or "",
        domains=_each((*(email_domain(address) for address in addresses), company_domain(_of(record, "website")))),
        employer=company_name(_of(record, "company"), country).words,
        city=words(_of(record, "city")),
        postcode=settled_postcode(_of(record, "zip")),
        country=country,
    )


def _company(record: CrmRecord) -> CompanyProfile:
    country = country_code(_of(record, "country")) or ""
    name = company_name(_of(record, "name"), country)
    return CompanyProfile(
        spellings=name.spellings,
        legal_form=name.legal_form,
        phones=_phones(country, _of(record, "phone")),
        linkedin=to_linkedin_url(_of(record, "linkedin_company_page")) or "",
        domains=_each((company_domain(_of(record, "domain")), company_domain(_of(record, "website")))),
        street=settled_street(_of(record, "address")),
        city=words(_of(record, "city")),
        postcode=settled_postcode(_of(record, "zip")),
        country=country,
    )


def _of(record: CrmRecord, name: str) -> str:
    return record.text(name) or ""


def _each(values: Iterable[str | None]) -> tuple[str, ...]:
    """The values there are, each once, in order."""
    return tuple(dict.fromkeys(value for value in values if value))


def _phones(country: str, *texts: str) -> tuple[str, ...]:
    """In E.164 where the number's country is known, else its digits without leading zeros."""
    return _each(to_phone(text, country or None) or _bare_number(text) for text in texts)


def _bare_number(text: str) -> str:
    number = digits(text).lstrip("0")
    return number if len(number) >= _FEWEST_DIGITS else ""


def described(profile: Profile) -> str:
    """How a person knows the record, from what it is compared by: "Sample Contact · sample@example.com"; "" when it says nothing."""
    if isinstance(profile, PersonProfile):
        return " · ".join(filter(None, (" ".join((*profile.first, *profile.last)).title(), *profile.emails[:1])))
    if isinstance(profile, CompanyProfile):
        return " · ".join(filter(None, (" ".join(profile.spellings[0]).title() if profile.spellings else "", *profile.domains[:1])))
    return ""
