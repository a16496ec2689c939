"""Everything one simulated HubSpot holds: clock, apps, accounts, tokens, record of calls, faults, webhooks.

Plain Python without HTTP: tests drive it directly, the application (app.py) and the control API put it on the wire.
"""

import random
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Self

from simulator.apps import App
from simulator.clock import Clock
from simulator.families.account.state import Account
from simulator.families.oauth.state import Grant, OAuthState, TokenPair
from simulator.families.owners.state import Owner, Owners, default_owner
from simulator.families.pipelines.state import Pipelines
from simulator.families.timeline.state import Timeline
from simulator.faults import FaultBoard
from simulator.limiter import RateLimiter, RateLimits
from simulator.portal import Portal, PortalSettings
from simulator.recorder import Recorder
from simulator.webhooks.emitter import Emitter, EmitterClocks, Recipient
from simulator.webhooks.queue import WebhookSettings
from simulator.workflows.caller import WorkflowCaller
from simulator.workflows.enrolments import Enrolments


@dataclass(frozen=True)
class WorldSettings:
    """Switches of the whole simulator. `latency_ms` is added to every API answer; `keep_bodies` makes the record heavy.

    `seed` fixes what is random about deliveries. `recorded_calls` bounds the record.
    """

    limits: RateLimits = field(default_factory=RateLimits)
    webhooks: WebhookSettings = field(default_factory=WebhookSettings)
    access_token_life_s: int = 1800
    authorization_code_life_s: int = 300
    latency_ms: int = 0
    keep_bodies: bool = False
    recorded_calls: int = 200_000
    seed: int = 20260908


class World:
    """A simulated HubSpot. `close()` ends its webhook threads and frees calls that hang in a fault."""

    def __init__(self, settings: WorldSettings | None = None, *, clock: Clock | None = None) -> None:
        self.settings = settings or WorldSettings()
        self.clock = clock or Clock()
        self.apps: dict[int, App] = {}
        self.portals: dict[int, Portal] = {}
        self.accounts: dict[int, Account] = {}
        self.owners: dict[int, Owners] = {}
        self.pipelines: dict[int, Pipelines] = {}
        self.timelines: dict[int, Timeline] = {}
        self.oauth = OAuthState(self.clock)
        self.recorder = Recorder(self.settings.recorded_calls)
        self.faults = FaultBoard(time.monotonic)
        self.limiter = RateLimiter(time.monotonic)
        self.emitter = Emitter(
            self,
            EmitterClocks(time.monotonic, lambda: int(time.time() * 1000)),
            self.settings.webhooks,
            rng=random.Random(self.settings.seed),
        )
        self.workflows = WorkflowCaller(
            Enrolments(self.clock),
            self,
            wall_ms=lambda: int(time.time() * 1000),
            retry_scale=lambda: self.settings.webhooks.retry_scale,
            rng=random.Random(self.settings.seed),
        )
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def configure(self, settings: WorldSettings) -> None:
        """Use these settings from now on (the size of the record stays)."""
        self.settings = settings
        self.emitter.settings = settings.webhooks

    def register_app(self, app: App) -> App:
        """Register the app, or replace the registration with its id. Raises ValueError for a bad webhook address."""
        if app.webhook_target_url is not None and not app.webhook_target_url.startswith(("http://", "https://")):
            raise ValueError("webhook_target_url must be an http or https address")
        with self._lock:
            self.apps = {**self.apps, app.app_id: app}
        return app

    def find_app(self, client_id: str) -> App | None:
        """The app with this client id."""
        return next((app for app in self.apps.values() if app.client_id == client_id), None)

    def new_portal(
        self,
        portal_id: int,
        settings: PortalSettings | None = None,
        *,
        account: Account | None = None,
        owners: Sequence[Owner] = (),
    ) -> Portal:
        """A new account with default properties and pipelines, wired to the webhooks; without `owners` it has one, "501".

        Raises ValueError when the id is taken.
        """
        portal = Portal(portal_id, self.clock, settings or PortalSettings())
        portal.listeners.append(self.emitter.changed)
        directory = Owners(owners or (default_owner(portal_id, self.clock.now()),))
        portal.check_owners_with(lambda owner_id: directory.find(owner_id, archived=False) is not None)
        with self._lock:
            if portal_id in self.portals:
                raise ValueError(f"portal {portal_id} exists")
            self.accounts[portal_id] = account or Account()
            self.owners[portal_id] = directory
            self.pipelines[portal_id] = Pipelines(self.clock.now())
            self.timelines[portal_id] = Timeline()
            self.portals[portal_id] = portal
        return portal

    def install(self, app_id: int, portal_id: int, *, scopes: Iterable[str] | None = None, user_id: int | None = None) -> TokenPair:
        """Install the app without the consent page, by default with every scope it declares that the account can grant."""
        account, app = self.accounts[portal_id], self.apps[app_id]
        granted = sorted(app.declared_scopes - account.unavailable_scopes) if scopes is None else list(scopes)
        grant = Grant(app_id, portal_id, user_id or account.installer_user_id, tuple(granted))
        return self.oauth.install(grant, life_s=self.settings.access_token_life_s)

    def uninstall(self, app_id: int, portal_id: int) -> bool:
        """The app is gone from the account: tokens end, waiting webhooks are dropped. False when it was not installed."""
        found = self.oauth.uninstall(app_id, portal_id)
        self.emitter.drop(app_id, portal_id)
        return found

    def reset(self) -> None:
        """An empty HubSpot with the same settings: no app, no account, no token, no record, no fault."""
        self.faults.clear()
        self.limiter.forget()
        self.emitter.forget()
        self.workflows.enrolments.forget()
        self.recorder.forget()
        with self._lock:
            self.apps, self.portals, self.accounts, self.owners, self.pipelines = {}, {}, {}, {}, {}
            self.timelines = {}
            self.oauth = OAuthState(self.clock)

    def close(self) -> None:
        """Ends the threads of the webhooks and frees calls that hang."""
        self.faults.clear()
        self.emitter.close()
        self.workflows.close()

    def secret_of(self, app_id: int) -> str | None:
        """What the app's requests are signed with; None when it is not registered."""
        app = self.apps.get(app_id)
        return None if app is None else app.client_secret

    def recipients(self, portal_id: int) -> Iterator[Recipient]:
        """The apps installed in the account, with what they were granted."""
        for grant in self.oauth.installs():
            app = self.apps.get(grant.app_id)
            if grant.portal_id == portal_id and app is not None:
                yield Recipient(app, frozenset(grant.scopes))

    def is_sensitive(self, portal_id: int, object_type: str, property_name: str) -> bool:
        """True for a property whose values webhooks do not carry."""
        definition = self.portals[portal_id].schema(object_type).live.get(property_name)
        return definition is not None and definition.data_sensitivity != "non_sensitive"
