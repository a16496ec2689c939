"""BrasilAPI: Brazil's company register by CNPJ. Free, without a key.

Source: https://brasilapi.com.br/docs#tag/CNPJ and https://github.com/BrasilAPI/BrasilAPI (services/cnpj.js, pages/api/cnpj), read 2026-11.
It relays Minha Receita's answers; whatever goes wrong there is a 500 here, so a 500 is worth another try. No limit is published and crawling
is not wanted, hence one call a second. A 401 means that a request came past its own network, not that a key is wrong.
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
from integration.providers.cnpj_facts import UPSTREAM, WHOLE, answer_of, read_establishment
from integration.providers.http_base import HttpConversation, build_http_adapter
from integration.providers.http_exchange import ErrorRule, HttpProvider, Step
from integration.providers.json_reading import parse_object

NAME: Final = "brasil_api"
INFO: Final = ProviderInfo(
    name=NAME,
    title="BrasilAPI",
    capabilities=frozenset({Capability.COMPANY}),
    fields={Capability.COMPANY: frozenset(WHOLE)},
    needs_key=False,
    usd_per_credit=Decimal(0),
    found_lifetime=timedelta(days=30),
    not_found_lifetime=timedelta(days=7),
    documentation_url="https://brasilapi.com.br/docs#tag/CNPJ",
    addresses={NAME: "https://brasilapi.com.br/api"},
    known_limits=(
        "Asked only where the CNPJ is known, such as from the company's own site.",
        "No rate is published: one call a second is our own choice.",
        "Partners, their numbers and e-mail addresses are not read; of sole traders neither phone nor street.",
    ),
    upstream=UPSTREAM,
    is_register=True,
)
RULES: Final = (
    ErrorRule(ErrorClass.BLOCKED, 401),
    ErrorRule(ErrorClass.INVALID, 400),
    ErrorRule(ErrorClass.NOT_FOUND, 404),
    ErrorRule(ErrorClass.SERVER, 500),
)


def build_adapter(kit: AdapterKit) -> Adapter:
    return build_http_adapter(kit, INFO, HttpProvider(kit.addresses(INFO), RULES, ("message",)), (COMPANY,))


def look_up(subject: Subject) -> Generator[Step, ApiReply, Answer]:
    """One request, by the number."""
    cnpj = cnpj_among(subject.register_numbers) or ""
    reply = yield Step(ApiRequest("GET", f"/cnpj/v1/{cnpj}"))
    one = read_establishment(parse_object(reply.body, system=NAME), cnpj, system=NAME)
    return answer_of(one, WHOLE, f"{INFO.addresses[NAME]}/cnpj/v1/{cnpj}")


def _accepts(subject: Subject) -> bool:
    return subject.kind == "company" and cnpj_among(subject.register_numbers) is not None


COMPANY: Final = HttpConversation(Offer(INFO, "company", Capability.COMPANY, WHOLE, _accepts, rates=(Rate(1, 1.0),)), look_up)
