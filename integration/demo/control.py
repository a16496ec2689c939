"""A small client for the simulator's control interface: seed, act as a person, read counts and the record of calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Self

import httpx2


class Control:
    """Speaks to one simulator. Every method raises httpx2.HTTPStatusError when the simulator refuses."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self._client = httpx2.Client(base_url=base_url, trust_env=False, timeout=120.0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self._client.close()

    def post(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        answer = self._client.post(f"/_control{path}", json=dict(body or {})).raise_for_status()
        return answer.json() if answer.content else None

    def get(self, path: str, **parameters: str | int) -> Any:
        return self._client.get(f"/_control{path}", params=parameters).raise_for_status().json()

    def patch(self, path: str, body: Mapping[str, Any]) -> Any:
        answer = self._client.patch(f"/_control{path}", json=dict(body)).raise_for_status()
        return answer.json() if answer.content else None

    def delete(self, path: str) -> None:
        self._client.delete(f"/_control{path}").raise_for_status()

    def act(self, portal_id: int, body: Mapping[str, Any]) -> list[str]:
        """Do something as a person in HubSpot's interface; the ids of the records touched."""
        touched: Sequence[str] = self.post(f"/portals/{portal_id}/actor", body)["object_ids"]
        return list(touched)

    def drain(self, timeout_s: float = 60.0) -> bool:
        """Wait until no webhook waits or is under way."""
        return bool(self.post("/drain", {"timeout_s": timeout_s})["idle"])
