"""The account page: how the connection stands, how it ends, when what is stored goes, and whom we must leave alone."""

from __future__ import annotations

from typing import Final

from flask import Response

from integration.access.roles import Role
from integration.admin.console.base import Action, ConsoleParts, Form, MenuGroup, Outcome, Page, Routes, Visit, address, render
from integration.core.crypto import SecretBox
from integration.core.errors import BadInput
from integration.hubspot.portal_store import Portal
from integration.pipeline.people import identity_of_email
from integration.pipeline.people_store import PeopleStore
from integration.pipeline.record_state_store import RecordStateStore
from integration.providers.digest_key_store import DigestKeyStore

_WHY: Final = {
    "disconnected_by_admin": "an admin disconnected it here",
    "invalid_grant": "HubSpot ended the authorisation, most likely because the app was uninstalled there",
    "not_installed": "the app was uninstalled in HubSpot",
}


def routes(parts: ConsoleParts) -> Routes:
    account = _Account(parts)
    return (
        Page("account", "account", account.show, menu="Account & privacy", group=MenuGroup.SET_UP, position=90),
        Action("account/disconnect", "account_disconnect", account.disconnect, Role.ADMIN),
        Action("account/erase", "account_erase", account.erase, Role.ADMIN),
        Action("account/lift", "account_lift", account.lift, Role.ADMIN),
    )


class _Account:
    def __init__(self, parts: ConsoleParts) -> None:
        self._parts = parts
        self._people = PeopleStore(DigestKeyStore(SecretBox(parts.settings.keys)))

    def show(self, visit: Visit) -> Response:
        portal, manifest = visit.portal, self._parts.manifest
        with self._parts.database.begin() as connection:
            erased_count = RecordStateStore().erased_count(connection, portal.portal_id)
            recognised_count = self._people.recognised_count(connection, portal_id=portal.portal_id)
        return render(
            visit,
            "account.html",
            title="Account and privacy",
            why=_reason(portal),
            switched_off=manifest.switched_off(portal.scopes),
            lacking=manifest.lacking(portal.scopes),
            erased_by=self._parts.disconnector.erased_by(portal),
            purge_after_days=self._parts.disconnector.purge_after_days,
            erased_count=erased_count,
            recognised_count=recognised_count,
        )

    def disconnect(self, visit: Visit, form: Form) -> Outcome:
        clean_up, erase_now = form.get("clean_up") == "yes", form.get("erase_now") == "yes"
        if erase_now:
            _require_confirmation(visit, form)
        farewell = self._parts.disconnector.run(visit.portal_id, clean_up=clean_up, erase_now=erase_now)
        words = ["The account is disconnected. Tokens and provider keys are erased."]
        if farewell.properties_removed:
            words.append("Our properties are removed from HubSpot; you can restore them there for 90 days.")
        if farewell.clean_up_problem:
            words.append(
                f"Our properties could not be removed: {farewell.clean_up_problem} Delete their group in HubSpot, Settings, Properties."
            )
        words.append(_when_erased(farewell.erased_at is None, self._parts.disconnector.purge_after_days))
        return Outcome(
            " ".join(words),
            address(visit, "account"),
            "account_disconnected",
            f"portal {visit.portal_id}",
            {"clean_up": clean_up, "erase_now": erase_now},
        )

    def erase(self, visit: Visit, form: Form) -> Outcome:
        _require_confirmation(visit, form)
        self._parts.disconnector.erase_now(visit.portal_id)
        return Outcome(_when_erased(True, 0), address(visit, "account"), "account_erasure_asked", f"portal {visit.portal_id}")

    def lift(self, visit: Visit, form: Form) -> Outcome:
        """The address is compared by its keyed digest and stored nowhere, the audit log included."""
        identity = identity_of_email(form.get("email", ""))
        if identity is None:
            raise BadInput("That is no e-mail address. Type it as it stood on the contact, such as name@example.com.")
        with self._parts.database.begin() as connection:
            count = self._people.lift(connection, portal_id=visit.portal_id, identity=identity)
        if not count:
            raise BadInput("Nobody with this address was erased in this account, so there is nothing to lift.")
        return Outcome(
            "Lifted. A contact with this address is enriched again when it next changes, like any other.",
            address(visit, "account"),
            "tombstone_lifted",
            "one erased person",
            {"contacts": count},
        )


def _require_confirmation(visit: Visit, form: Form) -> None:
    if form.get("confirmation", "").strip() != str(visit.portal_id):
        raise BadInput(f"Nothing was erased. To confirm, type the account's id, {visit.portal_id}, into the field.")


def _reason(portal: Portal) -> str:
    return _WHY.get(portal.state_reason, portal.state_reason.replace("_", " "))


def _when_erased(now: bool, days: int) -> str:
    if now:
        return "Everything stored here is being erased; that takes a minute or so, and this sign-in ends with it."
    return f"Everything else stored here is erased in {days} days, unless you connect again before."
