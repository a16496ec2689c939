"""Settings: a tree of frozen dataclasses read once from the environment and passed down.

Does not read files, does not log, does nothing at import. Every problem is reported at once, by the name of the variable.
The table of variables in docs/settings.md is generated from `VARIABLES`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeVar
from urllib.parse import urlsplit

from cryptography.fernet import Fernet

from integration.core.errors import ConfigError

Parsed = TypeVar("Parsed")


class Secret(str):
    """A text that never shows itself: `repr` and tracebacks say only that it is set. Empty means "not configured"."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "Secret(set)" if self else "Secret(empty)"


@dataclass(frozen=True)
class Variable:
    """One environment variable: its name, what it is for, and the text used when it is absent."""

    name: str
    purpose: str
    default: str = ""


@dataclass(frozen=True)
class HubSpotSettings:
    app_id: str
    client_id: str
    client_secret: Secret
    api_base_url: str
    app_base_url: str
    requests_per_10_s: int
    searches_per_s: int
    accept_v1_signature: bool


@dataclass(frozen=True)
class ProviderSettings:
    """Addresses and limits of the enrichment providers.

    `addresses`: base addresses that differ from those the adapters declare, by the adapters' names for them. `chosen`: the only providers
    this installation uses; empty means all. `keep_days`: how long found answers of a provider are kept, where it is not what the adapter
    declares. `packages`: which package of a provider's licence this installation has, where the fields depend on it. `site_gateway`
    ("host:port") sends every fetch of a company's own site to one place; only demo, tests and benchmarks set it.
    """

    contact_address: str
    timeout_s: float
    rate_factor: float
    site_gateway: str = ""
    addresses: Mapping[str, str] = field(default_factory=dict)
    chosen: frozenset[str] = frozenset()
    keep_days: Mapping[str, int] = field(default_factory=dict)
    site_pages: int = 4
    packages: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class WebSettings:
    host: str
    port: int
    public_url: str
    processes: int
    threads: int
    metrics_token: Secret
    session_idle_min: float
    lead_file_mb: int = 500


@dataclass(frozen=True)
class WorkerSettings:
    processes: int
    concurrency: int
    provider_threads: int
    live_batches_per_portal: int
    backfill_batches_per_portal: int
    lease_s: float
    inbox_retention_days: int
    purge_after_days: int
    lead_file_days: int = 30


@dataclass(frozen=True)
class Settings:
    """Everything the product can be told from outside. Build with `Settings.from_env(os.environ)`."""

    database_url: str
    data_dir: Path
    keys: tuple[Secret, ...] = field(repr=False)
    hubspot: HubSpotSettings
    providers: ProviderSettings
    web: WebSettings
    worker: WorkerSettings
    log_level: str

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Settings:
        """The settings in `env`. Raises ConfigError with every bad variable named."""
        read = _Reader(env)
        settings = cls(
            database_url=read.text(DATABASE_URL),
            data_dir=Path(read.text(DATA_DIR)),
            keys=read.keys(KEYS),
            hubspot=HubSpotSettings(
                app_id=read.text(HUBSPOT_APP_ID),
                client_id=read.text(HUBSPOT_CLIENT_ID),
                client_secret=Secret(read.text(HUBSPOT_CLIENT_SECRET)),
                api_base_url=read.address(HUBSPOT_API_URL),
                app_base_url=read.address(HUBSPOT_APP_URL),
                requests_per_10_s=read.whole_number(HUBSPOT_REQUESTS_PER_10_S, least=1),
                searches_per_s=read.whole_number(HUBSPOT_SEARCHES_PER_S, least=1),
                accept_v1_signature=read.switch(ACCEPT_V1_SIGNATURE),
            ),
            providers=ProviderSettings(
                contact_address=read.text(CONTACT_ADDRESS),
                timeout_s=read.number(PROVIDER_TIMEOUT_S, least=0.1),
                rate_factor=read.number(PROVIDER_RATE_FACTOR, least=0),
                site_gateway=read.text(SITE_GATEWAY),
                addresses={
                    name: read.address(one, schemes=("http", "https", "dns")) for name, one in read.family(PROVIDER_URL).items()
                },
                chosen=frozenset(part.strip() for part in read.text(PROVIDERS).split(",") if part.strip()),
                keep_days={name: read.whole_number(one, least=1) for name, one in read.family(PROVIDER_KEEP_DAYS).items()},
                site_pages=read.whole_number(SITE_PAGES, least=1),
                packages={name: read.text(one) for name, one in read.family(PROVIDER_PACKAGE).items()},
            ),
            web=WebSettings(
                host=read.text(WEB_HOST),
                port=read.whole_number(WEB_PORT, least=0),
                public_url=read.address(PUBLIC_URL),
                processes=read.whole_number(WEB_PROCESSES, least=1),
                threads=read.whole_number(WEB_THREADS, least=1),
                metrics_token=Secret(read.text(METRICS_TOKEN)),
                session_idle_min=read.number(SESSION_IDLE_MIN, least=1),
                lead_file_mb=read.whole_number(LEAD_FILE_MB, least=1),
            ),
            worker=WorkerSettings(
                processes=read.whole_number(WORKER_PROCESSES, least=1),
                concurrency=read.whole_number(WORKER_CONCURRENCY, least=1),
                provider_threads=read.whole_number(PROVIDER_THREADS, least=1),
                live_batches_per_portal=read.whole_number(LIVE_BATCHES, least=1),
                backfill_batches_per_portal=read.whole_number(BACKFILL_BATCHES, least=1),
                lease_s=read.number(LEASE_S, least=10),
                inbox_retention_days=read.whole_number(INBOX_RETENTION_DAYS, least=1),
                purge_after_days=read.whole_number(PURGE_AFTER_DAYS, least=0),
                lead_file_days=read.whole_number(LEAD_FILE_DAYS, least=1),
            ),
            log_level=read.one_of(LOG_LEVEL, ("debug", "info", "warning", "error")),
        )
        read.raise_problems()
        return settings


DATABASE_URL: Final = Variable("DATABASE_URL", "PostgreSQL 15 or newer. Empty: our own PostgreSQL starts in the data folder.")
DATA_DIR: Final = Variable("LEADLIGHT_DATA_DIR", "Folder of the embedded PostgreSQL.", ".leadlight")
KEYS: Final = Variable(
    "LEADLIGHT_KEYS", "Comma-separated Fernet keys; the first encrypts, all open. `leadlight new-key` makes one."
)
HUBSPOT_APP_ID: Final = Variable("HUBSPOT_APP_ID", "Our app's id, as in webhook events; used to drop echoes of our own writes.")
HUBSPOT_CLIENT_ID: Final = Variable("HUBSPOT_CLIENT_ID", "OAuth client id of the app.")
HUBSPOT_CLIENT_SECRET: Final = Variable(
    "HUBSPOT_CLIENT_SECRET", "OAuth client secret; also checks signatures. Empty closes the webhook endpoint."
)
HUBSPOT_API_URL: Final = Variable("HUBSPOT_API_URL", "Address of HubSpot's API.", "https://api.hubapi.com")
HUBSPOT_APP_URL: Final = Variable(
    "HUBSPOT_APP_URL", "Address of HubSpot's interface, for the consent page.", "https://app.hubspot.com"
)
HUBSPOT_REQUESTS_PER_10_S: Final = Variable(
    "HUBSPOT_REQUESTS_PER_10_S", "Calls in ten seconds for each portal. HubSpot refuses above 110 and recommends 100.", "100"
)
HUBSPOT_SEARCHES_PER_S: Final = Variable(
    "HUBSPOT_SEARCHES_PER_S", "Searches a second for each portal. HubSpot refuses above 5.", "4"
)
ACCEPT_V1_SIGNATURE: Final = Variable("LEADLIGHT_ACCEPT_V1_SIGNATURE", "yes: webhooks signed only with v1 are accepted too.", "no")
PROVIDERS: Final = Variable("LEADLIGHT_PROVIDERS", "Comma-separated names of the only providers to use. Empty: all there are.")
PROVIDER_URL: Final = Variable(
    "LEADLIGHT_PROVIDER_URL_<NAME>",
    "Another address for a provider's API, such as that of a proxy (for dns that of a resolver, dns://192.0.2.53); docs/providers.md lists the "
    "names with their addresses.",
)
PROVIDER_KEEP_DAYS: Final = Variable(
    "LEADLIGHT_PROVIDER_KEEP_DAYS_<NAME>",
    "Days the answers of a provider are kept, where your contract with it says other than docs/providers.md.",
)
PROVIDER_PACKAGE: Final = Variable(
    "LEADLIGHT_PROVIDER_PACKAGE_<NAME>",
    "The package of a provider's licence, where it decides which fields may be asked for; docs/providers.md names them.",
)
SITE_GATEWAY: Final = Variable("LEADLIGHT_SITE_GATEWAY", "host:port that answers for every company site. Demo and tests only.")
CONTACT_ADDRESS: Final = Variable(
    "LEADLIGHT_CONTACT",
    "Address or page shown in our User-Agent, so that site owners can reach you.",
    "https://example.com/leadlight-bot",
)
PROVIDER_TIMEOUT_S: Final = Variable("LEADLIGHT_PROVIDER_TIMEOUT_S", "Seconds one provider call may take.", "10")
SITE_PAGES: Final = Variable(
    "LEADLIGHT_SITE_PAGES",
    "How many pages of a company's own site are read at most, the home page included.",
    str(ProviderSettings.site_pages),
)
PROVIDER_RATE_FACTOR: Final = Variable(
    "LEADLIGHT_PROVIDER_RATE_FACTOR",
    "How much of the providers' documented rates one worker process uses, such as 2 for a plan with doubled rates. 0: no pace, for load tests.",
    "1",
)
WEB_HOST: Final = Variable("LEADLIGHT_WEB_HOST", "Address the web process binds.", "127.0.0.1")
WEB_PORT: Final = Variable("LEADLIGHT_WEB_PORT", "Port the web process binds.", "8000")
PUBLIC_URL: Final = Variable(
    "LEADLIGHT_PUBLIC_URL", "Address under which HubSpot reaches us; signatures are checked against it.", "http://localhost:8000"
)
WEB_PROCESSES: Final = Variable("LEADLIGHT_WEB_PROCESSES", "gunicorn processes.", "2")
WEB_THREADS: Final = Variable("LEADLIGHT_WEB_THREADS", "Threads of each gunicorn process.", "8")
METRICS_TOKEN: Final = Variable("LEADLIGHT_METRICS_TOKEN", "Bearer token of /metrics. Empty closes it to all but this machine.")
SESSION_IDLE_MIN: Final = Variable(
    "LEADLIGHT_SESSION_IDLE_MIN",
    "Minutes without a visit after which the console signs somebody out. Twelve hours end every session.",
    "30",
)
WORKER_PROCESSES: Final = Variable("LEADLIGHT_WORKER_PROCESSES", "Worker processes that `leadlight up` runs.", "2")
WORKER_CONCURRENCY: Final = Variable("LEADLIGHT_WORKER_CONCURRENCY", "Batches one worker process carries at once.", "8")
PROVIDER_THREADS: Final = Variable("LEADLIGHT_PROVIDER_THREADS", "Provider calls one worker process makes at once.", "192")
LIVE_BATCHES: Final = Variable(
    "LEADLIGHT_LIVE_BATCHES_PER_PORTAL", "Live batches of one portal at once, of each object type, over all workers.", "8"
)
BACKFILL_BATCHES: Final = Variable(
    "LEADLIGHT_BACKFILL_BATCHES_PER_PORTAL", "Backfill batches of one portal at once, of each object type, over all workers.", "4"
)
LEASE_S: Final = Variable(
    "LEADLIGHT_LEASE_S",
    "Seconds a batch holds its records; renewed every third of it while the batch runs. A killed worker's records wait as long at most.",
    "45",
)
INBOX_RETENTION_DAYS: Final = Variable("LEADLIGHT_INBOX_RETENTION_DAYS", "Days a raw webhook delivery is kept for replay.", "14")
PURGE_AFTER_DAYS: Final = Variable(
    "LEADLIGHT_PURGE_AFTER_DAYS",
    "Days after which everything stored about an account that disconnected or uninstalled is erased. Coming back sooner keeps the history.",
    "30",
)
LEAD_FILE_MB: Final = Variable(
    "LEADLIGHT_LEAD_FILE_MB", "The largest file of leads that may be uploaded, in millions of bytes.", "500"
)
LEAD_FILE_DAYS: Final = Variable(
    "LEADLIGHT_LEAD_FILE_DAYS",
    "Days an uploaded file of leads and its scores are kept. One whose columns nobody confirmed goes after a day.",
    "30",
)
LOG_LEVEL: Final = Variable("LEADLIGHT_LOG_LEVEL", "debug, info, warning or error.", "info")

VARIABLES: Final = tuple(value for value in list(globals().values()) if isinstance(value, Variable))


class _Reader:
    """Reads variables one by one and remembers what was wrong."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = env
        self._problems: list[str] = []

    def raise_problems(self) -> None:
        if self._problems:
            raise ConfigError(self._problems)

    def text(self, variable: Variable) -> str:
        return self._env.get(variable.name, variable.default).strip()

    def family(self, variable: Variable) -> dict[str, Variable]:
        """The variables that are set and begin like this one, whose name ends in a placeholder; by what stands in its place, lower case."""
        stem = variable.name.partition("<")[0]
        return {
            name.removeprefix(stem).lower(): Variable(name, variable.purpose)
            for name, value in self._env.items()
            if name.startswith(stem) and value.strip()
        }

    def address(self, variable: Variable, schemes: tuple[str, ...] = ("http", "https")) -> str:
        value = self.text(variable).rstrip("/")
        parts = urlsplit(value)
        if parts.scheme not in schemes or not parts.netloc or parts.query:
            self._problems.append(f"{variable.name} must be an address such as https://example.com, not {value!r}")
        return value

    def whole_number(self, variable: Variable, *, least: int) -> int:
        return self._parsed(variable, int, f"a whole number of at least {least}", least)

    def number(self, variable: Variable, *, least: float) -> float:
        return self._parsed(variable, float, f"a number of at least {least}", least)

    def switch(self, variable: Variable) -> bool:
        return self.one_of(variable, ("yes", "no")) == "yes"

    def one_of(self, variable: Variable, allowed: tuple[str, ...]) -> str:
        value = self.text(variable).lower()
        if value not in allowed:
            self._problems.append(f"{variable.name} must be {' or '.join(allowed)}, not {value!r}")
        return value

    def keys(self, variable: Variable) -> tuple[Secret, ...]:
        keys = tuple(Secret(part.strip()) for part in self.text(variable).split(",") if part.strip())
        for position, key in enumerate(keys, start=1):
            try:
                Fernet(key)
            except ValueError:
                self._problems.append(f"{variable.name}: key {position} is not a Fernet key; make one with `leadlight new-key`")
        return keys

    def _parsed(self, variable: Variable, parse: Callable[[str], Parsed], wanted: str, least: float) -> Parsed:
        text = self.text(variable)
        try:
            value = parse(text)
            good = float(value) >= least  # type: ignore[arg-type]
        except ValueError:
            good = False
            value = parse("0")
        if not good:
            self._problems.append(f"{variable.name} must be {wanted}, not {text!r}")
        return value
