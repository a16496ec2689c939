"""Who asks: the identity that `hubspot.fetch` adds to the query and signs with the whole address.

Portal, user, e-mail address and app come from there and from nowhere else; whatever a card itself puts into the address or the body proves nothing.
Source: https://developers.hubspot.com/docs/apps/developer-platform/add-features/ui-extensions/fetching-data (read 2026-12).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask import Request

from integration.core.clock import Clock
from integration.core.errors import BadInput
from integration.core.settings import Settings
from integration.hubspot.signature import SIGNATURE_V3_HEADER, TIMESTAMP_HEADER
from integration.hubspot.signed_request import verify_signed

_LONGEST_ID: Final = 20
_LONGEST_EMAIL: Final = 320


@dataclass(frozen=True)
class Identity:
    """What HubSpot says of the sender. `email` is lower case, "" when it says none."""

    portal_id: int
    user_id: str
    email: str


def read_identity(received: Request, body: bytes, *, settings: Settings, clock: Clock) -> Identity:
    """The signed identity. Raises BadSignature, BadInput for a query without exactly one of each part, NotFound without a client secret."""
    verify_signed(
        received.environ,
        method=received.method,
        body=body,
        given=received.headers.get(SIGNATURE_V3_HEADER, ""),
        timestamp=received.headers.get(TIMESTAMP_HEADER, ""),
        secret=settings.hubspot.client_secret,
        public_url=settings.web.public_url,
        clock=clock,
    )
    if settings.hubspot.app_id and _only(received, "appId") != settings.hubspot.app_id:
        raise BadInput("The query names another app.", reason="wrong_app")
    return Identity(
        portal_id=int(_number(received, "portalId")),
        user_id=_number(received, "userId"),
        email=_only(received, "userEmail").strip().lower()[:_LONGEST_EMAIL],
    )


def _only(received: Request, name: str) -> str:
    """The one value of the parameter: HubSpot adds each once, so a second one was put there by somebody else."""
    given = received.args.getlist(name)
    if len(given) != 1:
        raise BadInput(f"The query must name {name} once; ask through hubspot.fetch, which adds it.", reason="no_identity")
    return given[0]


def _number(received: Request, name: str) -> str:
    text = _only(received, name)
    if not (text.isascii() and text.isdecimal()) or len(text) > _LONGEST_ID:
        raise BadInput(f"{name} must be a number.", reason="no_identity")
    return text
