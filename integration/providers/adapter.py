"""What an adapter is made of: endpoints that answer subjects, and what each declares about price, pace and trust. No I/O here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Protocol

from integration.core.clock import Clock
from integration.core.outbound import Fetcher
from integration.core.outbound_session import ApiSession
from integration.core.settings import ProviderSettings
from integration.providers.base import Capability, ErrorClass, Field, FieldValue, ProviderInfo, ProviderReply, Subject
from integration.providers.usage import UsageEndpoint


@dataclass(frozen=True)
class Rate:
    """`calls` in each window of `seconds`."""

    calls: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Value:
    """One value as the provider gave it, in our vocabulary and normal form."""

    field: Field
    value: FieldValue
    confidence_ratio: float
    source_url: str | None = None


@dataclass(frozen=True)
class Answer:
    """What one provider says about one subject. Without values, candidates and error it is a real "not found".

    `about` and `candidates` (the values of each) are explained at `ProviderReply`.
    """

    values: tuple[Value, ...] = ()
    credits: Decimal = Decimal(0)
    error: ErrorClass | None = None
    detail: str = ""
    about: tuple[Value, ...] = ()
    candidates: tuple[tuple[Value, ...], ...] = ()


@dataclass(frozen=True)
class Offer:
    """What an endpoint declares.

    `fields`: each field it can fill with the confidence it usually gives. `credits`: the price of one subject found. `batch_size`:
    subjects one call takes. `accepts`: whether there is enough to ask with. `rates`: the vendor's limits for one key, or for this
    installation where no key is needed. `requests`: the most requests one call makes. `charges_misses`: whether a subject that was not
    found costs as much as one that was.
    """

    provider: ProviderInfo
    name: str
    capability: Capability
    fields: Mapping[Field, float]
    accepts: Callable[[Subject], bool]
    credits: Decimal = Decimal(0)
    batch_size: int = 1
    rates: tuple[Rate, ...] = ()
    requests: int = 1
    charges_misses: bool = False

    @property
    def question_prefix(self) -> str:
        return f"{self.provider.name}.{self.name}"

    @property
    def price_usd(self) -> Decimal:
        return self.credits * self.provider.usd_per_credit


class Endpoint(Protocol):
    """One question a provider can be asked."""

    @property
    def offer(self) -> Offer: ...

    def ask(self, subjects: Sequence[Subject], *, key: str, until: float) -> tuple[ProviderReply, ...]:
        """One reply for each subject, in order; failures are replies too. Ends before the monotonic moment `until`."""
        ...


@dataclass(frozen=True)
class Adapter:
    """One provider: its declaration and its endpoints, the cheapest first. `usage` None: its account cannot be asked about."""

    info: ProviderInfo
    endpoints: tuple[Endpoint, ...] = ()
    usage: UsageEndpoint | None = None


class OpenData(Protocol):
    """A local copy of a public register, asked in one short transaction for each question. Each answer is one establishment's values."""

    def find_number(self, cnpj: str) -> Answer | None:
        """None: nothing has been loaded. Without values: the register has no such number."""
        ...

    def find_name(self, name: str, state: str | None, city: str | None) -> Answer | None: ...


@dataclass(frozen=True)
class AdapterKit:
    """What adapters are built from. Session and fetcher need at least as many connections as the provider pool has threads.

    `open_data` None: this installation has no database at hand, as when the documentation is rendered.
    """

    settings: ProviderSettings
    session: ApiSession
    fetcher: Fetcher
    clock: Clock
    robots_lifetime: timedelta = field(default=timedelta(days=1))
    open_data: OpenData | None = None

    def addresses(self, info: ProviderInfo) -> Mapping[str, str]:
        """The provider's base addresses, those of the settings in place of the declared ones."""
        return {name: self.settings.addresses.get(name, declared) for name, declared in info.addresses.items()}
