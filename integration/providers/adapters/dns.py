"""The DNS: who takes a company's mail, how its mail is protected, which services it proved its domain to. Free, at once.

Source: RFC 1035, 7208 (SPF), 7489 (DMARC), 7505 (null MX), https://www.rfc-editor.org (as in November 2026). Five questions to the machine's
own resolver, or to the servers of LEADLIGHT_PROVIDER_URL_DNS ("dns://192.0.2.53:53").
Limit: a service that once proved the domain may no longer be used; its record stays until somebody takes it away.
Limit: behind a filter such as Proofpoint the mail suite is seen only where SPF names it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Final

from integration.providers.adapter import Adapter, AdapterKit, Answer, Offer, Value
from integration.providers.base import Capability, Field, FieldValue, ProviderInfo, Subject
from integration.providers.dns_base import DnsCall, DnsEndpoint, DnsQuestion, DnsResolver
from integration.providers.mail_records import MailServer, find_mail_provider, load_mail_providers, read_email_security
from integration.providers.normalise import to_domain
from integration.providers.site.fingerprints import find_technologies_in_dns

NAME: Final = "dns"
TRUST: Final = {Field.MAIL_PROVIDER: 0.95, Field.EMAIL_SECURITY: 0.95, Field.TECHNOLOGIES: 0.75, Field.DOMAIN: 0.9}
INFO: Final = ProviderInfo(
    name=NAME,
    title="The domain's DNS records",
    capabilities=frozenset({Capability.COMPANY}),
    fields={Capability.COMPANY: frozenset(TRUST)},
    needs_key=False,
    usd_per_credit=Decimal(0),
    found_lifetime=timedelta(days=14),
    not_found_lifetime=timedelta(days=7),
    documentation_url="https://www.rfc-editor.org/rfc/rfc7208",
    addresses={NAME: "dns://"},
    known_limits=(
        "DKIM cannot be told; SPF includes are not followed.",
        "A proof of the domain stays after the service is given up.",
        "The tables of mail servers and marks are our own; the mail servers are unverified one by one.",
    ),
)


def build_adapter(kit: AdapterKit) -> Adapter:
    return Adapter(INFO, (DnsEndpoint(OFFER, RECORDS, DnsResolver(kit.addresses(INFO)[NAME]), kit.clock),))


def build_questions(subject: Subject) -> Sequence[DnsQuestion]:
    domain = subject.domain or ""
    return (
        DnsQuestion(domain, "MX"),
        DnsQuestion(domain, "TXT"),
        DnsQuestion(f"_dmarc.{domain}", "TXT"),
        DnsQuestion(domain, "NS"),
        DnsQuestion(f"www.{domain}", "CNAME"),
    )


def parse_records(subject: Subject, records: Mapping[DnsQuestion, tuple[str, ...]]) -> Answer:
    mx, txt, dmarc, ns, cname = (records[question] for question in build_questions(subject))
    servers = tuple(_mail_server(record) for record in mx)
    is_own = any(to_domain(server.host) == subject.domain for server in servers)
    technologies = find_technologies_in_dns(mx=[server.host for server in servers], txt=txt, ns=ns, cname=cname)
    found: dict[Field, FieldValue | None] = {
        Field.MAIL_PROVIDER: find_mail_provider(load_mail_providers(), servers, is_own=is_own),
        Field.EMAIL_SECURITY: read_email_security(txt, dmarc),
        Field.TECHNOLOGIES: technologies or None,
    }
    values = tuple(Value(name, value, TRUST[name]) for name, value in found.items() if value is not None)
    # The records are the domain's own, so they tell whose facts these are.
    return Answer((*values, Value(Field.DOMAIN, subject.domain or "", TRUST[Field.DOMAIN])) if values else ())


def _mail_server(record: str) -> MailServer:
    preference, _, host = record.partition(" ")
    return MailServer(int(preference), host)


def _accepts(subject: Subject) -> bool:
    return subject.kind == "company" and bool(subject.domain)


OFFER: Final = Offer(INFO, "records", Capability.COMPANY, TRUST, _accepts, requests=5)
RECORDS: Final = DnsCall(OFFER, build_questions, parse_records)
