"""Looks into the local HubSpot through a second app that only reads, so that nothing here counts as a call of ours."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from typing import Any, Final

import httpx2

from integration.demo.control import Control
from integration.hubspot.manifest import MANIFEST

_LOOKS: Final = 10
_LOOK_AGAIN_S: Final = 0.4


class PortalReader:
    """One for a simulator; installs the second app in each portal it is asked about. Thread-safe."""

    def __init__(self, control: Control, *, app_id: int, timeout_s: float = 30.0) -> None:
        self._control = control
        self._app_id = app_id
        self._client = httpx2.Client(base_url=control.base_url, trust_env=False, timeout=timeout_s)
        self._tokens: dict[int, str] = {}
        self._lock = threading.Lock()

    def close(self) -> None:
        self._client.close()

    def ask(self, portal_id: int, path: str, body: Mapping[str, object] | None = None) -> Any:
        """The simulator's answer to a GET, or to a POST of `body`. Raises httpx2.HTTPStatusError when it refuses."""
        headers = {"Authorization": f"Bearer {self._token(portal_id)}"}
        method = "GET" if body is None else "POST"
        for _ in range(_LOOKS):
            answer = self._client.request(method, path, headers=headers, json=body)
            if answer.status_code == 401:  # half an hour is over
                headers = {"Authorization": f"Bearer {self._token(portal_id, anew=True)}"}
            elif answer.status_code != 429:  # an account's searches are limited over all its apps
                break
            else:
                time.sleep(_LOOK_AGAIN_S)
        return answer.raise_for_status().json()

    def _token(self, portal_id: int, *, anew: bool = False) -> str:
        with self._lock:
            if anew or portal_id not in self._tokens:
                self._tokens[portal_id] = self._install(portal_id)
            return self._tokens[portal_id]

    def _install(self, portal_id: int) -> str:
        scopes = [scope.name for scope in MANIFEST.scopes]
        reader = {
            "app_id": self._app_id,
            "client_id": f"reader-{self._app_id}",
            "client_secret": "reader",
            "required_scopes": scopes,
        }
        self._control.post("/apps", reader)
        asked = {"app_id": self._app_id, "portal_id": portal_id}
        return str(self._control.post("/installs", asked)["access_token"])
