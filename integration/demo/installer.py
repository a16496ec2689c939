"""Installs the app the way an admin does: our /install page, HubSpot's consent page, the button, our callback."""

from __future__ import annotations

from urllib.parse import urljoin

import httpx2
from selectolax.lexbor import LexborHTMLParser

from integration.core.errors import AppError


class InstallFailed(AppError):
    """A page of the installation answered otherwise than it should. The message carries what the page says."""

    default_reason = "install_failed"


def install_as_admin(web_url: str, portal_id: int, *, decision: str = "connect") -> str:
    """The text of the page the admin ends on. Raises InstallFailed when a page refuses."""
    with httpx2.Client(follow_redirects=True, trust_env=False, timeout=60.0) as browser:
        consent = browser.get(f"{web_url}/install")
        form = LexborHTMLParser(consent.text).css_first("form")
        if consent.status_code != 200 or form is None:
            raise InstallFailed(f"no consent page was reached: {consent.status_code} {_page_text(consent.text)}")
        target = urljoin(str(consent.url), form.attributes.get("action") or "")
        landed = browser.post(target, data={"portal_id": str(portal_id), "decision": decision})
        if landed.status_code != 200 and decision == "connect":
            raise InstallFailed(f"the installation ended with {landed.status_code}: {_page_text(landed.text)}")
        return _page_text(landed.text)


def _page_text(html: str) -> str:
    body = LexborHTMLParser(html).body
    return " ".join((body.text(separator=" ") if body else html).split())[:2000]
