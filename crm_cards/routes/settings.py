"""The settings page: shown to everybody with a role, changed by admins. Every change is written into the audit log, and no key into anything.

Each command changes in a transaction of its own, since the answer shows the page as it is afterwards and may ask HubSpot for that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import Connection

from crm_cards.base import Body, CardParts, Command, Json, Question, Routes, Visitor
from crm_cards.rights import ACCESS_PREFERENCE, AccessRule, access_rule
from crm_cards.settings_reader import SettingsReader
from crm_cards.settings_view import ACCESS_WORDS
from integration.access.audit_store import AuditStore
from integration.access.role_store import RoleStore
from integration.access.roles import Role
from integration.core.errors import BadInput, NotAllowed, NotFound
from integration.hubspot.portal_store import Portal
from integration.pipeline.budget_desk import read_credits, set_cap
from integration.pipeline.key_desk import checked_key, keyed
from integration.pipeline.policies.desk import POLICED_TYPES, PolicyDesk
from integration.pipeline.policies.presets import Preset
from integration.pipeline.policies.words import rule_in_words
from integration.pipeline.policy import WritePolicy
from integration.pipeline.portal_profile import is_dry
from integration.pipeline.proposals.desk import Desk
from integration.pipeline.proposals.open_store import OpenProposalStore, Scope
from integration.pipeline.score_setup.keeping import ProfileKeeper, checked_profile
from integration.providers.budget import Period, RoomKey, plain, whose

_LONGEST_REFUSAL: Final = 3_000


def routes(parts: CardParts) -> Routes:
    pages = _SettingsPages(parts)
    acts = {
        "dry-run": pages.set_dry_run,
        "provider-key": pages.set_key,
        "budget": pages.set_budget,
        "policy": pages.set_policy,
        "policy-preset": pages.apply_preset,
        "access": pages.set_access,
        "icp-profile": pages.set_profile,
    }
    return (
        Question("settings", "settings", pages.show),
        *(
            Command(f"settings/{name}", f"settings_{name.replace('-', '_')}", act, in_own_transactions=True)
            for name, act in acts.items()
        ),
    )


class _SettingsPages:
    """The answers, on the parts of this installation."""

    def __init__(self, parts: CardParts) -> None:
        self._parts = parts
        self._reader = SettingsReader(parts)
        self._policies = PolicyDesk(parts.database, parts.quick_clients, parts.portals, parts.clock)
        self._dry_runs = Desk(parts.portals, parts.worklist, parts.deferrer, parts.clock)
        self._profiles = ProfileKeeper(parts.portals, parts.clock)
        self._titles = {adapter.info.name: adapter.info.title for adapter in parts.adapters}

    def show(self, visitor: Visitor, _query: Mapping[str, str]) -> Json:
        """GET: the whole page."""
        return self._reader.view(visitor)

    def set_dry_run(self, visitor: Visitor, body: Body) -> Json:
        """POST: on, or off. What is proposed stays proposed either way."""
        if not body.at("on").present:
            raise body.at("on").refusal("should be true or false")
        dry = body.at("on").flag()
        with self._parts.database.begin() as connection:
            portal = self._admin(connection, visitor)
            if is_dry(portal.preferences) is dry:
                message = f"Dry run is {'on' if dry else 'off'} already; nothing was changed."
            else:
                self._dry_runs.switch(connection, portal_id=visitor.portal_id, dry=dry)
                self._note(connection, visitor, "went_dry" if dry else "went_live", "" if dry else "keep")
                message = _switched(dry, *self._open(connection, visitor))
        return self._answer(visitor, message)

    def set_key(self, visitor: Visitor, body: Body) -> Json:
        """POST: a key, tested where that is free, then stored sealed; an empty one removes the key."""
        name, text = body.at("provider").text(), body.at("key").text()
        with self._parts.database.begin() as connection:
            self._admin(connection, visitor)
        adapter = keyed(self._parts.adapters, name)
        checked = checked_key(adapter, text) if text.strip() else None
        keys, title = self._parts.keys, adapter.info.title
        with self._parts.database.begin() as connection:
            self._admin(connection, visitor)
            if checked is not None:
                keys.save(connection, portal_id=visitor.portal_id, provider=name, key=checked.key)
                message = f"The key is stored, encrypted. {checked.words} Records are asked about with it when they change."
            elif name in keys.names_of(connection, portal_id=visitor.portal_id):
                keys.remove(connection, portal_id=visitor.portal_id, provider=name)
                message = f"The key is removed. {title} is not asked any more; what it said stays."
            else:
                raise BadInput(f"There is no key for {title}, so there is none to remove.")
            self._note(connection, visitor, "provider_key_set" if checked else "provider_key_remove", name)
        return self._answer(visitor, message)

    def set_budget(self, visitor: Visitor, body: Body) -> Json:
        """POST: a cap of credits for a provider ("" for all) and a period; an empty number removes it."""
        provider, period = body.at("provider").text(), body.at("period").text()
        if (provider and provider not in self._reader.paid) or period not in set(Period):
            raise BadInput("There is no such budget: choose a provider that costs something, and a day or a month.")
        text = body.at("credits").text().strip()
        credits = read_credits(text) if text else None
        key = RoomKey(provider, Period(period))
        with self._parts.database.begin() as connection:
            self._admin(connection, visitor)
            woken = set_cap(
                connection, self._parts.spending, portal_id=visitor.portal_id, key=key, credits=credits, by=visitor.email,
                now=self._parts.clock(),
            )  # fmt: skip
            detail = {"credits": None if credits is None else str(credits)}
            self._note(connection, visitor, "budget_set", f"{provider or 'all'}/{period}", **detail)
        name = whose(provider, self._titles)
        said = f"{name} may now cost {plain(credits)} credits" if credits is not None else f"{name} has no budget any more"
        asked = f" {woken:,} records that waited are asked about now." if woken else ""
        return self._answer(visitor, f"{said[0].upper()}{said[1:]} a {period}.{asked}")

    def set_policy(self, visitor: Visitor, body: Body) -> Json:
        """POST: what may be written into one property. Margin, lifted protection and opening stay as the console set them."""
        object_type, name = _object_type(body), body.at("property").text()
        chosen = body.at("policy").text()
        if chosen not in set(WritePolicy):
            raise BadInput(f"Choose a policy: {', '.join(WritePolicy)}.")
        self._require_admin(visitor)
        lines = self._policies.sheet(visitor.portal_id, object_type, may_ask=False).lines
        line = next((one for one in lines if one.name == name), None)
        if line is None:
            raise BadInput(f"Leadlight knows no property {name[:60]!r} of {object_type}.")
        policy = WritePolicy(chosen)
        margin = line.rule.margin_ratio if policy is WritePolicy.IF_MORE_CERTAIN else None
        rule = replace(line.rule, policy=policy, margin_ratio=margin)
        self._policies.set_rule(visitor.portal_id, object_type, name, rule, by=visitor.email)
        detail = {"policy": policy.value, "before": line.rule.policy.value}
        with self._parts.database.begin() as connection:
            self._note(connection, visitor, "policy_set", f"{object_type}.{name}", **detail)
        return self._answer(visitor, f"{line.label}: {rule_in_words(rule)}. It holds from each record's next change on.")

    def apply_preset(self, visitor: Visitor, body: Body) -> Json:
        """POST: a ready set for all of HubSpot's own properties of an object type."""
        object_type, chosen = _object_type(body), body.at("preset").text()
        if chosen not in set(Preset):
            raise BadInput(f"Choose one of the ready sets: {', '.join(Preset)}.")
        self._require_admin(visitor)
        preset = Preset(chosen)
        outcome = self._policies.apply_preset(visitor.portal_id, object_type, preset, by=visitor.email)
        with self._parts.database.begin() as connection:
            self._note(connection, visitor, "policy_preset", object_type, preset=preset.value)
        left_out = f" Left out: {' '.join(outcome.left_out)}" if outcome.left_out else ""
        words = f"{len(outcome.applied)} properties of {object_type} are set to {preset.value.replace('_', ' ')}."
        return self._answer(visitor, f"{words}{left_out}")

    def set_access(self, visitor: Visitor, body: Body) -> Json:
        """POST: who may see a record's card."""
        chosen = body.at("rule").text()
        if chosen not in set(AccessRule):
            raise BadInput(f"Choose who may see records: {', '.join(AccessRule)}.")
        rule = AccessRule(chosen)
        with self._parts.database.begin() as connection:
            before = access_rule(self._admin(connection, visitor).preferences)
            self._change(connection, visitor, {ACCESS_PREFERENCE: rule.value})
            self._note(connection, visitor, "card_access_set", rule.value, before=before.value)
        words = ACCESS_WORDS[rule]
        return self._answer(visitor, f"From now on {words[0].lower()}{words[1:]} may see what Leadlight knows of a record.")

    def set_profile(self, visitor: Visitor, body: Body) -> Json:
        """POST: the scoring profile as YAML, checked before it is kept; an empty text goes back to the default."""
        text = body.at("text").text()
        stored = _stored_profile(text) if text.strip() else None
        with self._parts.database.begin() as connection:
            self._admin(connection, visitor)
            self._profiles.save(
                connection,
                portal_id=visitor.portal_id,
                profile=stored,
                by=visitor.email,
                note="Set on the settings page in HubSpot",
            )
            self._note(connection, visitor, "icp_profile_set", "default" if stored is None else "own")
        said = "The default profile holds again." if stored is None else "The profile is kept."
        return self._answer(visitor, f"{said} Each record is scored by it when it is looked at next.")

    def _require_admin(self, visitor: Visitor) -> None:
        with self._parts.database.begin() as connection:
            self._admin(connection, visitor)

    def _admin(self, connection: Connection, visitor: Visitor) -> Portal:
        """The portal, held still for the change. Raises NotAllowed for anybody but an admin."""
        role = RoleStore().role_of(connection, portal_id=visitor.portal_id, email=visitor.email)
        if role is not Role.ADMIN:
            raise NotAllowed("Only admins of Leadlight change its settings. Ask one of them.", reason="not_allowed")
        portal = self._parts.portals.find(connection, portal_id=visitor.portal_id, lock=True)
        if portal is None:
            raise NotFound("Leadlight is not installed in this HubSpot account.", reason="unknown_portal")
        return portal

    def _change(self, connection: Connection, visitor: Visitor, changes: Mapping[str, Any]) -> None:
        self._parts.portals.change_preferences(connection, portal_id=visitor.portal_id, changes=changes)

    def _open(self, connection: Connection, visitor: Visitor) -> tuple[int, int]:
        counts = OpenProposalStore().count(connection, portal_id=visitor.portal_id, scope=Scope())
        return counts.field_count, counts.record_count

    def _note(self, connection: Connection, visitor: Visitor, action: str, target: str, **detail: str | None) -> None:
        AuditStore().add(
            connection,
            portal_id=visitor.portal_id,
            actor=visitor.email,
            role=Role.ADMIN.word,
            action=action,
            target=target,
            now=self._parts.clock(),
            detail=detail,
        )

    def _answer(self, visitor: Visitor, message: str) -> Json:
        return {"settings": self._reader.view(visitor), "message": message}


def _object_type(body: Body) -> str:
    object_type = body.at("object_type").text()
    if object_type not in POLICED_TYPES:
        raise BadInput(f"There are policies for {' and '.join(POLICED_TYPES)} only.")
    return object_type


def _stored_profile(text: str) -> Mapping[str, Any]:
    """The profile as it is stored. Raises BadInput naming the places that are wrong."""
    try:
        return checked_profile(text)
    except BadInput as error:
        raise BadInput(error.message[:_LONGEST_REFUSAL], reason=error.reason) from error


def _switched(dry: bool, field_count: int, record_count: int) -> str:
    if dry:
        return "Dry run is on: from the next batch on nothing is written to HubSpot. What was written before stays."
    live = "This account is live: what is decided from now on is written to HubSpot."
    if not field_count:
        return live
    return f"{live} {field_count:,} fields on {record_count:,} records stay proposed until somebody accepts or discards them."
