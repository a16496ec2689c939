"""Profiles of the HubSpot project: what differs between a trial and a production app, so that an upload needs no edit by hand.

`hs project upload --profile NAME` reads `src/hsprofile.NAME.json`, fills its variables into the meta files, and the cards see them in their context.
Source: https://developers.hubspot.com/docs/developer-tooling/local-development/build-with-config-profiles (read 2026-12).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Final
from urllib.parse import urlsplit

from integration.core.errors import BadInput

VARIABLES: Final = ("PUBLIC_URL", "SUPPORT_EMAIL", "DOCUMENTATION_URL")
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


@dataclass(frozen=True)
class Profile:
    """One app at HubSpot: the account it is uploaded to, and where its backend answers (an https origin)."""

    name: str
    account_id: int
    public_url: str
    support_email: str
    documentation_url: str

    @property
    def path(self) -> PurePosixPath:
        """Its file in the project folder."""
        return PurePosixPath("src") / f"hsprofile.{self.name}.json"


LOCAL_PROFILE: Final = Profile(
    name="local",
    account_id=1,
    public_url="https://leadlight.example.com",
    support_email="support@leadlight.example.com",
    documentation_url="https://leadlight.example.com/docs",
)
"""For the checks and the local record page, which map the address to this machine. Nothing is uploaded with it."""


def parse_profile(*, name: str, account_id: int, public_url: str, support_email: str, documentation_url: str) -> Profile:
    """The profile, or BadInput that says what HubSpot would refuse. An empty `documentation_url` means the public address itself."""
    if not _NAME.fullmatch(name):
        raise BadInput(f"A profile's name is letters, digits, - and _; {name!r} is not.")
    if name == LOCAL_PROFILE.name:
        raise BadInput(f"The profile {name!r} is generated, for checks on this machine; choose another name.")
    if account_id < 1:
        raise BadInput("The account id is the number in the address of your HubSpot account.")
    if not _EMAIL.fullmatch(support_email):
        raise BadInput(f"The app's users need an address to write to; {support_email!r} is no e-mail address.")
    if documentation_url and not documentation_url.startswith("https://"):
        raise BadInput(f"HubSpot links only to https addresses; {documentation_url!r} is none.")
    origin = _origin(public_url)
    return Profile(name, account_id, origin, support_email, documentation_url or origin)


def render_profile(profile: Profile) -> dict[str, Any]:
    """The profile's file as JSON values."""
    values = (profile.public_url, profile.support_email, profile.documentation_url)
    return {"accountId": profile.account_id, "variables": dict(zip(VARIABLES, values, strict=True))}


def _origin(address: str) -> str:
    """`https://host[:port]`: HubSpot calls nothing else."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise BadInput(f"{address!r} is no address.") from None
    if parts.scheme != "https" or not host or parts.username or parts.query or parts.fragment or parts.path not in ("", "/"):
        raise BadInput(f"HubSpot calls https addresses without a path, such as https://leadlight.example.com; {address!r} is none.")
    if host == "localhost" or host.replace(".", "").isdecimal() or ":" in host:
        raise BadInput(f"HubSpot cannot reach {host}; give the app's public name.")
    return f"https://{host}{f':{port}' if port else ''}"
