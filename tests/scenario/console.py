"""A person at the admin console: signs in through HubSpot's consent page and sends the forms that pages show."""

from __future__ import annotations

from typing import Self
from urllib.parse import urljoin

import httpx2
from selectolax.lexbor import LexborHTMLParser, LexborNode

from integration.access.role_store import RoleStore
from integration.access.roles import Role
from integration.core.clock import system_clock
from integration.demo.stand import Stand

INSTALLER = 9001


class Console:
    """One browser at the console of one portal. Paths are below /admin/<portal_id>: `get("/runs")`, "" is the overview."""

    def __init__(self, stand: Stand, portal_id: int) -> None:
        self.stand = stand
        self.portal_id = portal_id
        self.home = f"{stand.addresses.web}/admin/{portal_id}"
        # Keeps no connection, so that there is nothing to close when a test ends.
        limits = httpx2.Limits(max_keepalive_connections=0)
        self.browser = httpx2.Client(follow_redirects=True, trust_env=False, timeout=60.0, limits=limits)

    def sign_in(self, user_id: int = INSTALLER) -> Self:
        """Through the sign-in page and HubSpot's consent page; the person of the default id has installed the app and is admin."""
        self.land(user_id)
        return self

    def land(self, user_id: int = INSTALLER, *, goes_to: str = "") -> httpx2.Response:
        """The page a sign-in ends on."""
        consent = self.browser.get(f"{self.stand.addresses.web}/admin/sign-in", params={"next": goes_to} if goes_to else None)
        form = LexborHTMLParser(consent.text).css_first("form")
        assert form is not None, f"no consent page was reached: {consent.status_code} {text_of(consent)}"
        target = urljoin(str(consent.url), form.attributes.get("action") or "")
        data = {"portal_id": str(self.portal_id), "user_id": str(user_id), "decision": "connect"}
        return self.browser.post(target, data=data)

    def get(self, path: str = "", **query: str | int) -> httpx2.Response:
        return self.browser.get(self.home + path, params=query or None)

    def post(self, path: str, form: dict[str, str] | None = None, *, back: str = "") -> httpx2.Response:
        """Send a form to an action with this session's token, without looking for it on a page first. Ends on the page after it."""
        data = {"csrf_token": self.csrf_token(), "back": f"/admin/{self.portal_id}{back}", **(form or {})}
        return self.browser.post(self.home + path, data=data)

    def csrf_token(self) -> str:
        page = LexborHTMLParser(self.get().text)
        field = page.css_first("input[name=csrf_token]")
        return (field.attributes.get("value") or "") if field else ""

    def forms(self, path: str) -> list[LexborNode]:
        """The forms of a page, but the frame's own."""
        return LexborHTMLParser(self.get(path).text).css("main form")


def let_in(stand: Stand, portal_id: int, user_id: int, role: Role) -> str:
    """Give a made-up person of the portal a role; their address."""
    email = email_of(portal_id, user_id)
    with stand.database.begin() as connection:
        RoleStore().grant(connection, portal_id=portal_id, email=email, role=role, by="command line", now=system_clock())
    return email


def email_of(portal_id: int, user_id: int = INSTALLER) -> str:
    """As the simulated HubSpot knows its users."""
    return f"user-{user_id}@portal-{portal_id}.example.com"


def text_of(response: httpx2.Response) -> str:
    """What a page says, without markup."""
    body = LexborHTMLParser(response.text).body
    return " ".join(body.text(separator=" ").split()) if body else ""


def notice_of(response: httpx2.Response) -> str:
    """The sentence after an action; "" when there is none."""
    notice = LexborHTMLParser(response.text).css_first(".notice")
    return " ".join(notice.text(separator=" ").split()) if notice else ""
