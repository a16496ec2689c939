"""The Receita's open data in our own database: Brazil's company register without asking anybody. Free; needs `leadlight load-cnpj` once.

Source: https://arquivos.receitafederal.gov.br/dados/cnpj/ and https://github.com/cuducos/minha-receita (layout of the files), read 2026-11.
The independent fallback where BrasilAPI and Minha Receita, which are one source, do not answer; and the only one of the three that finds
companies by name: as candidates, since a name alone is nobody's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Final

from integration.core.clock import Clock
from integration.providers.adapter import Adapter, AdapterKit, Offer, OpenData
from integration.providers.base import Capability, ProviderInfo, ProviderReply, Subject
from integration.providers.cnpj import cnpj_among
from integration.providers.cnpj_facts import COUNTRY, UPSTREAM, WHOLE
from integration.providers.http_base import build_reply

NAME: Final = "receita_open_data"
INFO: Final = ProviderInfo(
    name=NAME,
    title="Receita Federal open data",
    capabilities=frozenset({Capability.COMPANY}),
    fields={Capability.COMPANY: frozenset(WHOLE)},
    needs_key=False,
    usd_per_credit=Decimal(0),
    found_lifetime=timedelta(days=30),
    not_found_lifetime=timedelta(days=7),
    documentation_url="https://arquivos.receitafederal.gov.br/dados/cnpj/",
    known_limits=(
        "Answers only where the files were loaded with `leadlight load-cnpj`; as old as the month that was loaded.",
        "Partners and e-mail addresses are not loaded; of sole traders neither phone nor street is told.",
    ),
    upstream=UPSTREAM,
    is_register=True,
)


def build_adapter(kit: AdapterKit) -> Adapter:
    return Adapter(INFO, (Table(OFFER, kit.open_data, kit.clock),))


@dataclass(frozen=True, eq=False)
class Table:
    """Asks the local copy about each subject."""

    offer: Offer
    open_data: OpenData | None
    clock: Clock

    def ask(self, subjects: Sequence[Subject], *, key: str, until: float) -> tuple[ProviderReply, ...]:  # noqa: ARG002 - a table of ours
        return tuple(self._answer(subject) for subject in subjects)

    def _answer(self, subject: Subject) -> ProviderReply:
        answer, cnpj = None, cnpj_among(subject.register_numbers)
        if self.open_data is not None and cnpj is not None:
            answer = self.open_data.find_number(cnpj)
        elif self.open_data is not None:
            answer = self.open_data.find_name(subject.company_name or "", subject.state, subject.city)
        if answer is None:
            return ProviderReply(NAME, "skipped", detail="the open data was never loaded here: see `leadlight load-cnpj`")
        return build_reply(self.offer, answer, self.clock)


def _accepts(subject: Subject) -> bool:
    is_brazilian = subject.country == COUNTRY or (subject.country is None and (subject.domain or "").endswith(".br"))
    return subject.kind == "company" and (
        cnpj_among(subject.register_numbers) is not None or bool(is_brazilian and subject.company_name)
    )


OFFER: Final = Offer(INFO, "company", Capability.COMPANY, WHOLE, _accepts)
