"""What an admin reads when an install does not go through: what happened and what to do, by the machine word of the cause."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from integration.admin.install_links import SIGN_IN
from integration.admin.pages import Problem
from integration.hubspot.manifest import APP_NAME, Manifest, Scope

_AGAIN: Final = "Start again from the install link. Nothing was changed in your account."

STATE_PROBLEMS: Final[Mapping[str, Problem]] = {
    "absent": Problem(
        "The install was not started here",
        "HubSpot sent you back without the word we gave it, so we cannot tell who started this install.",
        ("Start from the install link of this server, not from a copied callback address.",),
    ),
    "unreadable": Problem(
        "The install was not started here",
        "The word that came back from HubSpot was not made by this server.",
        (_AGAIN, "If it happens again, ask whoever runs this server whether its keys (LEADLIGHT_KEYS) were changed."),
    ),
    "expired": Problem(
        "That took too long",
        "An install must be finished within 15 minutes, and this one was started earlier.",
        (_AGAIN,),
    ),
    "replayed": Problem(
        "This page was used already",
        "Every install can come back here once, and this one did.",
        (
            "If you have just seen the success page, all is well: close this one.",
            "Otherwise start again from the install link.",
        ),
    ),
    "other_browser": Problem(
        "Another browser started this install",
        "For your safety an install must end in the browser where it began, with cookies allowed.",
        ("Start again from the install link in this browser.", "If it happens again, allow cookies for this site."),
    ),
}


_SIGN_IN_PROBLEMS: Final[Mapping[str, Problem]] = {
    "expired": Problem("That took too long", "A sign-in must be finished within 15 minutes.", ("Sign in again from /admin.",)),
    "replayed": Problem(
        "This sign-in was used already",
        "Every sign-in can come back here once, and this one did.",
        ("If you are signed in, go on from /admin.", "Otherwise sign in again there."),
    ),
    "other_browser": Problem(
        "Another browser started this sign-in",
        "For your safety a sign-in must end in the browser where it began, with cookies allowed.",
        ("Sign in again from /admin in this browser.", "If it happens again, allow cookies for this site."),
    ),
}


def state_refused(reason: str, purpose: str) -> Problem:
    """The page for a callback whose state does not hold."""
    special = _SIGN_IN_PROBLEMS.get(reason) if purpose == SIGN_IN else None
    return special or STATE_PROBLEMS[reason]


def nobody_named() -> Problem:
    """The code was good, but HubSpot did not say whose it is."""
    return Problem(
        "HubSpot did not say who you are",
        "Signing in needs HubSpot's word for your e-mail address, and it did not come.",
        ("Wait a minute, then sign in again from /admin.",),
        http_status=503,
    )


def access_denied(purpose: str) -> Problem:
    """The person said no, or may not say yes."""
    if purpose == SIGN_IN:
        return Problem(
            "You were not signed in",
            "HubSpot says that access was not given. Nothing was changed.",
            (
                "If you chose to cancel, there is nothing to do; you can sign in again from /admin.",
                "If HubSpot said that you may not connect apps, ask a Super Admin of your account for App Marketplace Access.",
            ),
            http_status=403,
        )
    return Problem(
        "The install was not approved",
        f"HubSpot says that access was not given. {APP_NAME} was not installed and nothing was changed.",
        (
            "If you chose to cancel, there is nothing to do.",
            "If HubSpot said that the app needs approval, a Super Admin of your account must approve it: send them the text below.",
        ),
        http_status=403,
        forward=(
            f"Hello, I would like to use {APP_NAME} in our HubSpot account. HubSpot asks a Super Admin (or somebody with App Marketplace "
            f"Access) to approve it. Please open the install link, read the rights it asks for, and approve. It enriches and scores "
            f"contacts and companies, and writes the results into properties of its own."
        ),
    )


def insufficient_scopes(lacking: Sequence[Scope]) -> Problem:
    return Problem(
        "Some necessary rights were not given",
        f"{APP_NAME} cannot work without the rights listed here, so the install was stopped.",
        (
            "Start again and leave every required right switched on.",
            "If HubSpot does not offer one of them, your user may not be allowed to give it: ask a Super Admin to install.",
        ),
        http_status=403,
        details=tuple(f"{scope.name}: {scope.reason}" for scope in lacking),
    )


def code_refused() -> Problem:
    return Problem(
        "HubSpot did not accept the install code",
        "The code that ends an install works once and only for a short time.",
        (_AGAIN,),
    )


def our_fault() -> Problem:
    return Problem(
        "This server is not set up rightly",
        "HubSpot does not accept this server's own credentials. It is not about your account.",
        ("Tell whoever runs this server to check HUBSPOT_CLIENT_ID and HUBSPOT_CLIENT_SECRET; then start again.",),
        http_status=500,
    )


def hubspot_unavailable() -> Problem:
    return Problem(
        "HubSpot did not answer",
        "The last step of the install needs an answer from HubSpot, and none came.",
        ("Wait a minute, then start again from the install link.",),
        http_status=503,
    )


def link_refused(reason: str) -> Problem:
    """A link to a portal's page that does not hold."""
    return Problem(
        "This link does not work any more" if reason in ("expired", "replayed") else "This link is not valid",
        "Links to a portal's pages are made for one purpose and end after a while.",
        (
            "To disconnect, ask whoever runs this server for a new link: `leadlight disconnect --portal` with the portal's id prints one.",
            "To see how an install stands, install again: it connects in place and nothing is made twice.",
        ),
        http_status=403,
    )


def not_set_up(manifest: Manifest) -> Problem:
    """No client id or secret: there is nothing to install yet."""
    return Problem(
        "This server is not connected to a HubSpot app yet",
        f"It has no client id or secret, so nobody can install {APP_NAME} from here.",
        (
            "Whoever runs this server sets HUBSPOT_CLIENT_ID and HUBSPOT_CLIENT_SECRET and starts it again.",
            f"The app in HubSpot must declare these scopes: {' '.join(manifest.asked_scopes)}.",
        ),
        http_status=404,
    )
