"""Puts the local record page together from settings and serves it on this machine."""

from __future__ import annotations

import json
import signal
import threading
from pathlib import Path
from typing import Final

from flask import Flask
from werkzeug.serving import make_server

from crm_cards.host.carrier import Carrier
from crm_cards.host.fetch_rules import FetchRules
from crm_cards.host.records import LocalRecords
from crm_cards.host.server import WORKSPACE, HostParts, create_host
from integration.core.clock import system_clock
from integration.core.settings import Settings
from integration.demo.control import Control
from integration.demo.reader import PortalReader

LOOPBACK: Final = "127.0.0.1"
_READER: Final = 2
"""Added to our app's id: the reader is an app of its own, beside the one the demo looks through."""
_PROFILE: Final = WORKSPACE / "hubspot_project" / "src" / "hsprofile.local.json"


def build_host(settings: Settings, built: Path, *, fixtures: Path | None = None) -> Flask:
    """The application over the local HubSpot of the settings. The checked-in profile `local` says which public address stands for ours."""
    variables = json.loads(_PROFILE.read_text(encoding="utf-8"))["variables"]
    public_url = variables["PUBLIC_URL"]
    rules = FetchRules(
        permitted=(public_url,),
        local={public_url: settings.web.public_url},
        secret=settings.hubspot.client_secret,
        clock=system_clock,
    )
    control = Control(settings.hubspot.app_base_url)
    reader = PortalReader(control, app_id=int(settings.hubspot.app_id) + _READER)
    return create_host(
        HostParts(
            app_id=settings.hubspot.app_id,
            portal_pages=settings.hubspot.app_base_url,
            variables=variables,
            carrier=Carrier(rules),
            records=LocalRecords(control, reader),
            built=built,
            fixtures=fixtures,
        )
    )


def serve(app: Flask, port: int) -> None:
    """Until Ctrl-C or SIGTERM, on loopback only."""
    server = make_server(LOOPBACK, port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    thread.start()
    ended.wait()
    server.shutdown()
    thread.join()
