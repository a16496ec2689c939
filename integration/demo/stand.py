"""A whole installation on loopback: simulator and neighbours, a fresh database, web, worker and scheduler, each a process of its own.

The demo, the benchmarks and the scenario tests use it. It changes nothing in the product but addresses and limits, through settings.
"""

from __future__ import annotations

import secrets
import socket
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from sqlalchemy import Connection

from crm_cards.host.building import is_built
from integration.core.clock import system_clock
from integration.core.crypto import SecretBox, new_key
from integration.core.settings import Secret, Settings
from integration.db.migrate import migrate
from integration.db.session import Database
from integration.demo.children import Child, Children, wait_for_answer
from integration.demo.control import Control
from integration.demo.installer import install_as_admin
from integration.demo.reader import PortalReader
from integration.hubspot.portal_store import UNINSTALLED, PortalStore
from integration.pipeline.status_store import PortalStatus, StatusStore
from integration.project import declared_app
from integration.providers.keys_store import KeysStore
from simulator.neighbours.running import addresses_of, find_neighbours

APP_ID: Final = 31_337
PROVIDER_KEYS: Final[Mapping[str, str]] = {"apollo": "key-demo", "hunter": "key-demo"}
SENDER: Final[Mapping[str, object]] = {
    "sender_name": "Sample Rep",
    "sender_company": "Sample Seller",
    "sender_offer": "cleaner customer data",
}

_LOWEST_PORT: Final = 12_000
_PORTS: Final = 20_000


@dataclass(frozen=True)
class StandOptions:
    """How the stand behaves. `worker_processes` 0 starts no worker; tests start and kill their own.

    `cards_host`: the local record page too, if the cards are built; `fixtures` is its folder of recorded answers.
    `requests_per_10_s` is what HubSpot allows each portal and what the product believes to be allowed.
    """

    worker_processes: int = 1
    worker_concurrency: int = 8
    web_processes: int = 1
    hubspot_latency_ms: int = 0
    provider_latency_ms: int = 0
    requests_per_10_s: int = 110
    scheduler: bool = True
    optional_scopes: bool = True
    cards_host: bool = False
    providers: tuple[str, ...] = ("apollo", "hunter", "website")
    fixtures: Path | None = None
    extra_env: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Addresses:
    """Where everything answers."""

    hubspot: str
    apis: Mapping[str, str]
    """Of the providers' stand-ins, by the adapters' names for their addresses."""
    sites: str
    web: str
    cards: str


class Stand:
    """Start with `with Stand(folder, database_url, options) as stand`; everything it started ends with the block."""

    def __init__(self, folder: Path, database_url: str, options: StandOptions | None = None) -> None:
        self.options = options or StandOptions()
        self.database_url = database_url
        self._folder = folder
        self._children = Children(folder / "logs")
        self._neighbours = find_neighbours()
        names = ("hubspot", "web", "cards", *self._neighbours)
        self._ports = dict(zip(names, _free_ports(len(names)), strict=True))
        self._secret = secrets.token_hex(16)
        self._key = new_key()
        self.addresses = self._addresses()
        self.env = self._environment()
        self.settings = Settings.from_env(self.env)
        self.control = Control(self.addresses.hubspot)
        self._reader = PortalReader(self.control, app_id=APP_ID + 1)
        self.database = Database(database_url, pool_size=2, application_name="leadlight-stand")
        self._workers_started = 0

    def __enter__(self) -> Self:
        with ExitStack() as undo:
            undo.callback(self.stop)
            self._start()
            undo.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def stop(self) -> None:
        self.control.close()
        self._reader.close()
        self._children.stop()
        self.database.close()

    def check(self) -> None:
        """Raises ChildFailed when a process that should run has ended."""
        for child in self._children.running:
            child.check()

    def start_worker(self) -> Child:
        """One more worker process."""
        self._workers_started += 1
        return self._children.start(f"worker-{self._workers_started}", "worker", env=self.env)

    def kill(self, child: Child) -> None:
        """End a process of ours at once, as a crash would; `check` does not complain of it."""
        self._children.running.remove(child)
        child.kill()

    def restart_web(self) -> None:
        """Start the web process again after it was killed, and wait until it answers."""
        self.web = self._children.start("web", "web", env=self.env)
        wait_for_answer(f"{self.addresses.web}/readyz", self.web)

    def add_portal(self, portal_id: int, *, settings: Mapping[str, object] | None = None) -> None:
        """A new, empty HubSpot account, with one owner."""
        self.control.post("/seed", {"portals": [{"portal_id": portal_id, "settings": dict(settings or {})}]})

    def install(
        self,
        portal_id: int,
        *,
        keys: Mapping[str, str] = PROVIDER_KEYS,
        preferences: Mapping[str, object] = SENDER,
        dry_run: bool = False,
    ) -> None:
        """Install the app as an admin does, through the OAuth pages, and say go for writing unless it shall stay dry.

        Choices and provider keys are there before the first record is read.
        """
        chosen = preferences if dry_run else {"dry_run": False, **preferences}
        with self.database.begin() as connection:
            self._choose(connection, portal_id, chosen)
            store = KeysStore(SecretBox(self.settings.keys))
            for provider, key in keys.items():
                store.save(connection, portal_id=portal_id, provider=provider, key=Secret(key))
        install_as_admin(self.addresses.web, portal_id)

    def leadlight(self, *arguments: str, stdin: str = "") -> str:
        """Run a `leadlight` command of this installation; its standard output. Raises ChildFailed when it refuses."""
        return self._children.run(*arguments, env=self.env, stdin=stdin)

    def status(self, portal_id: int) -> PortalStatus:
        """What `leadlight status` would tell, without the price of a process."""
        with self.database.begin() as connection:
            return StatusStore().find(connection, portal_id=portal_id, now=system_clock())

    def listen(self, *, on: bool) -> None:
        """Switch our app's webhook subscriptions off or on: what happens in between is never told to the product."""
        self.control.post("/apps", self._app(subscribed=on))

    def ask(self, portal_id: int, path: str, body: Mapping[str, object] | None = None) -> Any:
        """The simulator's answer to a GET, or to a POST of `body`, with a token of a second app that only looks.

        Our own app's limits and record of calls stay untouched.
        """
        return self._reader.ask(portal_id, path, body)

    def _choose(self, connection: Connection, portal_id: int, preferences: Mapping[str, object]) -> None:
        """Store choices, also of a portal that is not there yet: as one that left, whose choices wait for its return."""
        portals, now = PortalStore(), system_clock()
        if portals.find(connection, portal_id=portal_id) is None:
            portals.connect(connection, portal_id=portal_id, scopes=(), now=now)
            portals.set_state(connection, portal_id=portal_id, state=UNINSTALLED, reason="not_here_yet", now=now)
        portals.save_preferences(connection, portal_id=portal_id, preferences=preferences)

    def _start(self) -> None:
        outside = self._children.start(
            "hubspot", "simulator", "--json", "--hubspot-only",
            "--port", str(self._ports["hubspot"]), "--latency-ms", str(self.options.hubspot_latency_ms),
            env={},
        )  # fmt: skip
        neighbours = self._children.start(
            "neighbours", "simulator", "--json", "--neighbours-only", "--provider-latency-ms", str(self.options.provider_latency_ms),
            *(f"--{name.replace('_', '-')}-port={self._ports[name]}" for name in self._neighbours),
            env={},
        )  # fmt: skip
        migrate(self.database)
        wait_for_answer(f"{self.addresses.hubspot}/_control/clock", outside)
        self.control.patch("/settings", {"limits": {"burst_per_window": self.options.requests_per_10_s}})
        self.listen(on=True)
        self.web = self._children.start("web", "web", env=self.env)
        for _ in range(self.options.worker_processes):
            self.start_worker()
        if self.options.scheduler:
            self._children.start("scheduler", "scheduler", env=self.env)
        if self.has_cards:
            self._start_cards()
        wait_for_answer(f"{self.addresses.web}/readyz", self.web)
        neighbours.check()

    @property
    def has_cards(self) -> bool:
        """Whether the local record page runs: it was asked for, and the cards are built."""
        return self.options.cards_host and is_built()

    def _start_cards(self) -> None:
        recorded = ("--fixtures", str(self.options.fixtures)) if self.options.fixtures else ()
        child = self._children.start("cards", "cards-host", "--port", str(self._ports["cards"]), *recorded, env=self.env)
        wait_for_answer(self.addresses.cards, child)

    def _app(self, *, subscribed: bool) -> dict[str, object]:
        """Our app as the developer registers it, from the same declarations as app.json."""
        app = declared_app()
        return {
            "app_id": APP_ID,
            "name": "Leadlight",
            "client_id": self.settings.hubspot.client_id,
            "client_secret": self._secret,
            "redirect_urls": [self.addresses.web + path for path in app.redirect_paths],
            "required_scopes": list(app.required_scopes),
            "optional_scopes": list(app.optional_scopes),
            "webhook_target_url": self.addresses.web + app.webhook_path,
            "subscriptions": [
                {"type": item.subscription_type, **({"property_name": item.property_name} if item.property_name else {})}
                for item in (app.subscriptions if subscribed else ())
            ],
            "event_types": [{"uid": event.uid, **event.config} for event in app.event_types],
        }

    def _addresses(self) -> Addresses:
        host = "http://127.0.0.1"
        ports = self._ports
        return Addresses(
            hubspot=f"{host}:{ports['hubspot']}",
            apis=addresses_of(self._neighbours, {name: f"{host}:{ports[name]}" for name in self._neighbours}),
            sites=f"127.0.0.1:{ports['sites']}",
            web=f"http://localhost:{ports['web']}",
            cards=f"{host}:{ports['cards']}",
        )

    def _environment(self) -> dict[str, str]:
        options = self.options
        return {
            "DATABASE_URL": self.database_url,
            "LEADLIGHT_DATA_DIR": str(self._folder),
            "LEADLIGHT_KEYS": self._key,
            "HUBSPOT_APP_ID": str(APP_ID),
            "HUBSPOT_CLIENT_ID": "leadlight-stand",
            "HUBSPOT_CLIENT_SECRET": self._secret,
            "HUBSPOT_API_URL": self.addresses.hubspot,
            "HUBSPOT_APP_URL": self.addresses.hubspot,
            "HUBSPOT_REQUESTS_PER_10_S": str(options.requests_per_10_s),
            **{f"LEADLIGHT_PROVIDER_URL_{name.upper()}": address for name, address in self.addresses.apis.items()},
            "LEADLIGHT_PROVIDERS": ",".join(options.providers),
            "LEADLIGHT_SITE_GATEWAY": self.addresses.sites,
            "LEADLIGHT_WEB_HOST": "127.0.0.1",
            "LEADLIGHT_WEB_PORT": str(self._ports["web"]),
            "LEADLIGHT_PUBLIC_URL": self.addresses.web,
            "LEADLIGHT_WEB_PROCESSES": str(options.web_processes),
            "LEADLIGHT_WORKER_CONCURRENCY": str(options.worker_concurrency),
            "PROMETHEUS_MULTIPROC_DIR": str(self._metrics_folder()),
            **options.extra_env,
        }

    def _metrics_folder(self) -> Path:
        folder = self._folder / "metrics"
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("*.db"):
            old.unlink()
        return folder


def _free_ports(count: int) -> list[int]:
    """Free ports below those that the system gives to connections going out, so that none is taken before a server listens on it."""
    found: list[int] = []
    while len(found) < count:
        port = _LOWEST_PORT + secrets.randbelow(_PORTS)
        with socket.socket() as one:
            try:
                one.bind(("127.0.0.1", port))
            except OSError:
                continue
        if port not in found:
            found.append(port)
    return found
