"""Minha Receita: Brazil's company register by CNPJ, where BrasilAPI did not answer. Free, without a key.

Source: https://docs.minhareceita.org and https://github.com/cuducos/minha-receita (api/), read 2026-11.
It is the source BrasilAPI itself relays. So it offers only what every answer holds: once BrasilAPI has answered nothing is left to ask for
here, and it is asked when BrasilAPI's own edge is down.
Limit: whether the live service takes numbers with letters is not confirmed; its search by filters is not used.
"""

from __future__ import annotations

from collections.abc import Generator
from datetime import timedelta
from decimal import Decimal
from typing import Final

from integration.core.outbound_session import ApiReply, ApiRequest
from integration.providers.adapter import Adapter, AdapterKit, Answer, Offer, Rate
from integration.providers.base import Capability, ErrorClass, ProviderInfo, Subject
from integration.providers.cnpj import cnpj_among
from integration.providers.cnpj_facts import CORE, UPSTREAM, answer_of, read_establishment
from integration.providers.http_base import HttpConversation, build_http_adapter
from integration.providers.http_exchange import ErrorRule, HttpProvider, Step
from integration.providers.json_reading import parse_object

NAME: Final = "minha_receita"
INFO: Final = ProviderInfo(
    name=NAME,
    title="Minha Receita",
    capabilities=frozenset({Capability.COMPANY}),
    fields={Capability.COMPANY: frozenset(CORE)},
    needs_key=False,
    usd_per_credit=Decimal(0),
    found_lifetime=timedelta(days=30),
    not_found_lifetime=timedelta(days=7),
    documentation_url="https://docs.minhareceita.org",
    addresses={NAME: "https://minhareceita.org"},
    known_limits=(
        "Asked where BrasilAPI, which relays it, gave no answer.",
        "Whether the live service takes a CNPJ with letters is not confirmed.",
        "No rate is published: one call a second is our own choice.",
    ),
    upstream=UPSTREAM,
    is_register=True,
)
RULES: Final = (ErrorRule(ErrorClass.INVALID, 400), ErrorRule(ErrorClass.NOT_FOUND, 404), ErrorRule(ErrorClass.SERVER, 408))


def build_adapter(kit: AdapterKit) -> Adapter:
    return build_http_adapter(kit, INFO, HttpProvider(kit.addresses(INFO), RULES, ("message",)), (COMPANY,))


def look_up(subject: Subject) -> Generator[Step, ApiReply, Answer]:
    """One request, by the number."""
    cnpj = cnpj_among(subject.register_numbers) or ""
    reply = yield Step(ApiRequest("GET", f"/{cnpj}"))
    one = read_establishment(parse_object(reply.body, system=NAME), cnpj, system=NAME)
    return answer_of(one, CORE, f"{INFO.addresses[NAME]}/{cnpj}")


def _accepts(subject: Subject) -> bool:
    return subject.kind == "company" and cnpj_among(subject.register_numbers) is not None


COMPANY: Final = HttpConversation(Offer(INFO, "company", Capability.COMPANY, CORE, _accepts, rates=(Rate(1, 1.0),)), look_up)
