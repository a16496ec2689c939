"""What a visitor of the console reads when something does not go through: what happened, and what to do now."""

from __future__ import annotations

from integration.admin.pages import Problem
from integration.core.errors import AppError, BadInput, NotAllowed, NotFound, ReauthRequired, UpstreamError
from integration.hubspot.manifest import APP_NAME


def for_error(error: AppError) -> Problem:
    """The page for an error we raised on purpose."""
    if isinstance(error, NotFound):
        return not_found()
    if isinstance(error, NotAllowed):
        return Problem("This is not yours to do", error.message, ("Go back, or ask an admin of this portal.",), http_status=403)
    if isinstance(error, ReauthRequired):
        return Problem(
            "HubSpot has ended the connection",
            error.message,
            ("An admin of the HubSpot account opens the install link again; nothing that was chosen here is lost.",),
            http_status=502,
        )
    if isinstance(error, UpstreamError):
        return Problem(
            "HubSpot did not answer as it should",
            error.message,
            ("Wait a minute and load this page again. Nothing was changed.", "If it stays so, look at the doctor page."),
            http_status=error.http_status,
        )
    if isinstance(error, BadInput):
        return Problem("That does not fit", error.message, ("Go back and try it differently.",), http_status=error.http_status)
    return Problem("This did not work", error.message, ("Go back and try again.",), http_status=error.http_status)


def for_http(status: int) -> Problem:
    """The page for a refusal of the web server itself."""
    if status == 404:
        return not_found()
    if status == 405:
        return Problem("This page takes no such request", "The address is for a form.", ("Go to the overview.",), http_status=405)
    if status == 413:
        return Problem("That is too much at once", "The form is larger than this server takes.", ("Send less.",), http_status=413)
    return Problem("This did not work", "The request could not be read.", ("Go back and try again.",), http_status=status)


def not_found() -> Problem:
    """The same for what never was, what is gone, and what belongs to somebody else."""
    return Problem(
        "There is no such page",
        "It may have been removed, the address may be mistyped, or it belongs to a portal you are not signed in to.",
        ("Go to the overview.", "To look at another portal, sign out and sign in to that one."),
        http_status=404,
    )


def our_fault() -> Problem:
    return Problem(
        "Something went wrong on our side",
        "It is in the log of this server, with the time and the address.",
        ("Try again.", "If it happens again, tell whoever runs this server when it happened."),
        http_status=500,
    )


def no_role(email: str, portal_id: int, admins: tuple[str, ...]) -> Problem:
    """Signed in rightly, without a role."""
    if admins:
        asked = f"Ask one of these admins to let you in on the Members page: {', '.join(admins)}."
    else:
        asked = (
            "The portal has no admin yet. Whoever may install apps in the HubSpot account opens the install link again and becomes "
            f"admin; or whoever runs this server runs: leadlight member --portal {portal_id} --email {email} --role admin"
        )
    return Problem(
        "You have no access yet",
        f"HubSpot says you are {email} of portal {portal_id}. {APP_NAME} lets in only people whom an admin has given a role.",
        (asked, "Then sign in again."),
        http_status=403,
    )


def no_role_any_more(message: str) -> Problem:
    return Problem(
        "You have no access any more",
        message,
        ("If that is a mistake, ask an admin of the portal to let you in.",),
        http_status=403,
    )
