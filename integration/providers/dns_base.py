"""The base of adapters that ask the DNS: it resolves, classifies what goes wrong and makes the reply; the adapter only declares and reads.

Source: https://dnspython.readthedocs.io (dnspython 2.9, as in December 2026). An answer too long for a packet is asked for again over TCP, and a
server that is silent or fails is followed by the next, by the resolver itself.
Limit: names are resolved as the machine's resolver is set up; what a company's own view of the DNS hides is not seen.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import dns.exception
import dns.message
import dns.rdata
import dns.resolver

from integration.core.clock import Clock
from integration.providers.adapter import Answer, Offer
from integration.providers.base import ErrorClass, ProviderReply, Subject
from integration.providers.http_base import build_reply

TRY_S: Final = 1.5
LOOKUP_S: Final = 4.0
DEFAULT_PORT: Final = 53
_LEAST_S: Final = 0.1
# What a server's refusal means; every other word of its kind is a fault of the server.
RCODES: Final[Mapping[str, ErrorClass]] = {
    "REFUSED": ErrorClass.BLOCKED,
    "FORMERR": ErrorClass.INVALID,
    "NOTIMP": ErrorClass.INVALID,
}


@dataclass(frozen=True, slots=True)
class DnsQuestion:
    """A name and the kind of record asked for: MX, TXT, NS, CNAME."""

    name: str
    kind: str


class DnsFailure(Exception):
    """A question that got neither records nor the word that there are none."""

    def __init__(self, error: ErrorClass, detail: str) -> None:
        super().__init__(detail)
        self.error = error
        self.detail = detail


class DnsResolver:
    """Asks the servers of an address such as "dns://127.0.0.1:5353", or those of this machine for "dns://". Safe between threads."""

    def __init__(self, address: str) -> None:
        self._parts = urlsplit(address)
        self._resolver: dns.resolver.Resolver | None = None

    def resolve(self, question: DnsQuestion, until: float) -> tuple[str, ...] | None:
        """The records as texts, lower-case names without a last dot; None when the name does not exist. Raises DnsFailure.

        MX is "<preference> <host>". Cost: one question, before the monotonic moment `until`, four seconds at most.
        """
        lifetime = max(_LEAST_S, min(LOOKUP_S, until - time.monotonic()))
        try:
            answer = self._ready().resolve(
                f"{question.name}.", question.kind, raise_on_no_answer=False, search=False, lifetime=lifetime
            )
        except dns.resolver.NXDOMAIN:
            return None
        except dns.resolver.NoNameservers as error:
            raise _all_failed(error.kwargs.get("errors", ()), question) from error
        except dns.exception.Timeout as error:
            raise DnsFailure(ErrorClass.SERVER, f"no answer in time for {question.kind} of {question.name}") from error
        except dns.resolver.NoResolverConfiguration as error:
            raise DnsFailure(ErrorClass.SERVER, "this machine names no resolver") from error
        except dns.exception.DNSException as error:
            raise DnsFailure(ErrorClass.INVALID, f"{type(error).__name__} for {question.name}") from error
        return tuple(_text(record) for record in answer.rrset or ())

    def _ready(self) -> dns.resolver.Resolver:
        """Built at the first question, because a machine without a resolver must still start."""
        if self._resolver is None:
            resolver = dns.resolver.Resolver(configure=not self._parts.hostname)
            if self._parts.hostname:
                resolver.nameservers = [self._parts.hostname]
                resolver.port = self._parts.port or DEFAULT_PORT
            resolver.timeout = TRY_S
            self._resolver = resolver
        return self._resolver


@dataclass(frozen=True)
class DnsCall:
    """One endpoint as an adapter declares it. The first question says whether the name exists; `parse` gets the records of all of them."""

    offer: Offer
    build_questions: Callable[[Subject], Sequence[DnsQuestion]]
    parse: Callable[[Subject, Mapping[DnsQuestion, tuple[str, ...]]], Answer]


@dataclass(frozen=True, eq=False)
class DnsEndpoint:
    """A DNS call, ready to be asked."""

    offer: Offer
    call: DnsCall
    resolver: DnsResolver
    clock: Clock

    def ask(self, subjects: Sequence[Subject], *, key: str, until: float) -> tuple[ProviderReply, ...]:  # noqa: ARG002 - no key needed
        """One reply for each subject. A question that failed fails the whole: half an answer would be kept as a whole one."""
        return tuple(build_reply(self.offer, self._look_up(subject, until), self.clock) for subject in subjects)

    def _look_up(self, subject: Subject, until: float) -> Answer:
        found: dict[DnsQuestion, tuple[str, ...]] = {}
        try:
            for question in self.call.build_questions(subject):
                records = self.resolver.resolve(question, until)
                if records is None and not found:
                    return Answer(detail="there is no such domain")
                found[question] = records or ()
        except DnsFailure as failure:
            return Answer(error=failure.error, detail=failure.detail)
        return self.call.parse(subject, found)


def _all_failed(errors: Iterable[tuple[object, ...]], question: DnsQuestion) -> DnsFailure:
    """What it means that no server gave an answer: what the last of them said."""
    said = [one[3] for one in errors if len(one) > 3]
    last = said[-1] if said else ""
    unread = isinstance(last, dns.exception.DNSException) and not isinstance(last, dns.exception.Timeout)
    error = ErrorClass.MALFORMED if unread or isinstance(last, EOFError) else RCODES.get(str(last), ErrorClass.SERVER)
    word = str(last) if isinstance(last, str) else type(last).__name__
    return DnsFailure(error, f"{word} for {question.kind} of {question.name}")


def _text(record: dns.rdata.Rdata) -> str:
    """A record as text: strings of a TXT joined, names in lower case."""
    if strings := getattr(record, "strings", None):
        return b"".join(strings).decode("utf-8", "replace")
    return " ".join(part.rstrip(".").lower() for part in record.to_text().split(" "))
