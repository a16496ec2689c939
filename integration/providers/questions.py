"""Who is asked about, in a form that makes equal questions equal: for the cache, for sharing one call, for forgetting a person."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final, Protocol

from integration.providers.base import Field, Finding, ProviderInfo, ProviderReply, Subject

SUPPRESSION: Final = "suppressed"


class Question(Protocol):
    """One subject of a batch. `key` names its answer; `known` are findings nobody has to pay for again."""

    @property
    def key(self) -> str: ...
    @property
    def subject(self) -> Subject: ...
    @property
    def known(self) -> tuple[Finding, ...]: ...


@dataclass(frozen=True)
class Source:
    """What a provider is as a source: whose data it passes on, and whether that is a public register."""

    upstream: str
    is_register: bool = False


@dataclass(frozen=True)
class Weighing:
    """How findings are weighed beyond what they say of themselves: `sources` by provider; a provider without one stands for itself.

    `trust` is how often a provider was right about a field on this portal's own records, 0 to 1, where that was observed.
    """

    sources: Mapping[str, Source] = field(default_factory=dict)
    trust: Mapping[tuple[str, Field], float] = field(default_factory=dict)

    def upstream_of(self, provider: str) -> str:
        known = self.sources.get(provider)
        return provider if known is None else known.upstream

    def is_register(self, provider: str) -> bool:
        known = self.sources.get(provider)
        return known is not None and known.is_register


@dataclass(frozen=True)
class PlanStep:
    """Why a channel ("apollo.company") was asked: what was expected of it for which fields, and what the alternatives were.

    `round_number` counts from 1. `because`: "gain" (worth more than it costs), "pin" (an admin's order), "explore" (to learn how good it
    is), "no key" (it would have been next, and cannot be asked). `gain_usd` is the expected worth of new certainty, `price_usd` the most
    the lookup can cost; `alternatives` are the other channels with their own expected gain after costs, the best first.
    """

    channel: str
    round_number: int
    because: str
    fields: tuple[Field, ...]
    gain_usd: float = 0.0
    price_usd: Decimal = Decimal(0)
    alternatives: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class Enrichment:
    """The chosen finding of each field, the ones that lost, what every provider answered, and why each was asked.

    `weighing` is how they were weighed, so that whoever adds or removes a finding weighs the rest in the same way.
    """

    findings: Mapping[Field, Finding] = field(default_factory=dict)
    alternatives: Mapping[Field, tuple[Finding, ...]] = field(default_factory=dict)
    replies: tuple[ProviderReply, ...] = ()
    weighing: Weighing = field(default_factory=Weighing)
    asked_because: tuple[PlanStep, ...] = ()

    def every_finding(self) -> list[Finding]:
        """The chosen ones and those that lost."""
        return [*self.findings.values(), *(one for found in self.alternatives.values() for one in found)]


def identities(subject: Subject) -> tuple[str, ...]:
    """The ways to name a subject, the surest first; empty when it cannot be told from others."""
    company = (subject.domain or subject.company_name or "").casefold()
    if subject.kind == "company":
        company = company or next(iter(subject.register_numbers), "").casefold()
        return (f"company|{company}",) if company else ()
    found = [f"email|{subject.email.casefold()}"] if subject.email else []
    found += [f"linkedin|{subject.linkedin_url.casefold()}"] if subject.linkedin_url else []
    if subject.first_name and subject.last_name and company:
        found.append(f"name|{subject.first_name.casefold()}|{subject.last_name.casefold()}|{company}")
    return tuple(found)


def identity_id(identity: str) -> str:
    """A hash that stands for an identity. It hides nothing from who tries addresses, so it is stored only as a keyed digest."""
    return hashlib.sha256(identity.encode("utf-8", "replace")).hexdigest()[:40]


def question_id(prefix: str, identity: str) -> str:
    """The cache key of one endpoint's question about one identity: "<whom>.<what>", so that all about one identity are found together."""
    return f"{identity_id(identity)}.{hashlib.sha256(prefix.encode()).hexdigest()[:16]}"


def suppression_ids(subject: Subject) -> tuple[str, ...]:
    """The cache keys under which a person who may not be processed is remembered. Companies are never suppressed."""
    return () if subject.kind == "company" else tuple(question_id(SUPPRESSION, identity) for identity in identities(subject))


def question_ids_of(subject: Subject, prefixes: Sequence[str]) -> tuple[str, ...]:
    """Every cache key that may hold an answer about the subject, for erasing it."""
    return tuple(question_id(prefix, identity) for prefix in prefixes for identity in identities(subject))


def with_findings(subject: Subject, findings: Mapping[Field, Finding]) -> Subject:
    """The subject with what providers found where nothing was known, so that the next provider can be asked with it.

    Of a company the domain is never taken over: it tells whom we ask about, and an answer may be about another one.
    """
    if subject.kind == "company":
        return replace(
            subject,
            company_name=subject.company_name or _text(findings, Field.COMPANY_NAME),
            country=subject.country or _text(findings, Field.COUNTRY),
            state=subject.state or _text(findings, Field.STATE),
            city=subject.city or _text(findings, Field.CITY),
            register_numbers=tuple(dict.fromkeys((*subject.register_numbers, *_texts(findings, Field.REGISTER_NUMBER)))),
        )
    return replace(
        subject,
        email=subject.email or _text(findings, Field.EMAIL),
        first_name=subject.first_name or _text(findings, Field.FIRST_NAME),
        last_name=subject.last_name or _text(findings, Field.LAST_NAME),
        linkedin_url=subject.linkedin_url or _text(findings, Field.PERSON_LINKEDIN_URL),
    )


def _texts(findings: Mapping[Field, Finding], name: Field) -> tuple[str, ...]:
    value = findings[name].value if name in findings else ()
    return value if isinstance(value, tuple) else (str(value),)


def _text(findings: Mapping[Field, Finding], name: Field) -> str | None:
    return str(findings[name].value) if name in findings else None


def sources_of(providers: Iterable[ProviderInfo]) -> dict[str, Source]:
    """What each provider declares itself to be as a source."""
    return {one.name: Source(one.upstream or one.name, one.is_register) for one in providers}
