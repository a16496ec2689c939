"""What the settings page shows, put together from facts that were read before. Pure: asks nobody, decides nothing.

Somebody without a role learns whom to ask and nothing else. A provider's key is not among the facts, so it cannot be shown.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import yaml

from crm_cards.base import Json
from crm_cards.rights import AccessRule, access_rule
from integration.access.roles import Role
from integration.core.errors import BadInput
from integration.hubspot.doctor import Check
from integration.hubspot.manifest import Manifest
from integration.hubspot.portal_store import Portal
from integration.pipeline.decisions import PROFILE_PREFERENCE
from integration.pipeline.policies.desk import PolicyLine, PolicySheet
from integration.pipeline.policies.presets import Preset, preset_rules
from integration.pipeline.policies.words import POLICY_WORDS, PRESET_WORDS, rule_in_words
from integration.pipeline.policy import WritePolicy
from integration.pipeline.portal_profile import is_dry
from integration.pipeline.proposals.open_store import OpenCounts
from integration.pipeline.standard_properties import find_standard
from integration.providers.adapter import Adapter
from integration.providers.base import Capability
from integration.providers.budget import Room, plain, whose
from integration.scoring.profile import build_profile, default_text, render_profile

SILENT: Final = Check(
    "HubSpot",
    None,
    "HubSpot did not answer in time, so nothing that only HubSpot knows could be looked at.",
    "Open this page again in a minute. If it stays so, look at status.hubspot.com.",
)
ACCESS_WORDS: Final[Mapping[AccessRule, str]] = {
    AccessRule.TEAM: "A record's owner and the owner's team",
    AccessRule.OWNER: "A record's owner only",
    AccessRule.EVERYONE: "Every user of this account",
}
_ACCESS_MORE: Final = "Records without an owner are shown to every user, and Leadlight's operators and admins see all."
_CAPABILITY_WORDS: Final[Mapping[Capability, str]] = {
    Capability.COMPANY: "a company",
    Capability.COMPANY_SEARCH: "a search for companies",
    Capability.PERSON: "a person",
    Capability.EMAIL_FINDER: "an e-mail address found",
    Capability.EMAIL_VERIFIER: "an e-mail address checked",
    Capability.PHONE: "a phone number",
    Capability.NEWS: "news of a company",
    Capability.WEB_SEARCH: "a search of the web",
}
_LEVELS: Final = {True: "good", None: "warning", False: "bad"}
_MOST_LISTED_ADMINS: Final = 3


@dataclass(frozen=True)
class SettingsFacts:
    """Everything the page rests on. `owned` names the providers with a key; no key is here."""

    portal: Portal
    role: Role
    checks: Sequence[Check]
    manifest: Manifest
    open_counts: OpenCounts
    adapters: Sequence[Adapter]
    owned: Collection[str]
    rooms: Sequence[Room]
    sheets: Sequence[PolicySheet]
    owners_known: int
    public_url: str

    @property
    def console_url(self) -> str:
        return console_url(self.public_url, self.portal.portal_id)


def console_url(public_url: str, portal_id: int, page: str = "") -> str:
    """The address of the portal's console, or of one of its pages."""
    return f"{public_url.rstrip('/')}/admin/{portal_id}" + (f"/{page}" if page else "")


def settings_view(facts: SettingsFacts) -> Json:
    """The contract's `SettingsView` for somebody with a role."""
    titles = {adapter.info.name: adapter.info.title for adapter in facts.adapters}
    return {
        "viewer": {"role": facts.role.word, "may_change": facts.role >= Role.ADMIN},
        "checks": [check_line(check) for check in facts.checks],
        "features": _features(facts),
        "dry_run": {
            "on": is_dry(facts.portal.preferences),
            "proposed_fields": facts.open_counts.field_count,
            "proposed_records": facts.open_counts.record_count,
            "url": console_url(facts.public_url, facts.portal.portal_id, "dry-run"),
        },
        "providers": [_provider(adapter, facts.owned) for adapter in facts.adapters if adapter.endpoints],
        "budgets": [_budget(room, titles) for room in facts.rooms],
        "policies": [_policies(sheet, facts) for sheet in facts.sheets],
        "choices": _choices(),
        "access": _access(facts.portal.preferences, facts.owners_known),
        "icp_profile": profile_text(facts.portal.preferences),
        "console_url": facts.console_url,
    }


def closed_view(admins: Sequence[str]) -> Json:
    """What somebody without a role gets: whom to ask, and nothing of the settings."""
    named = ", ".join(admins[:_MOST_LISTED_ADMINS])
    ask = f"Ask an admin of Leadlight to let you in: {named}." if named else "Ask whoever installed Leadlight to let you in."
    told = Check("access", None, "You have no role in Leadlight, so its settings are not shown to you.", ask)
    return {
        "viewer": {"role": None, "may_change": False},
        "checks": [check_line(told)],
        "features": [],
        "dry_run": {"on": False, "proposed_fields": 0, "proposed_records": 0, "url": ""},
        "providers": [],
        "budgets": [],
        "policies": [],
        "choices": {"policies": [], "presets": [], "access": []},
        "access": {"rule": AccessRule.TEAM.value, "words": "", "owners_known": 0},
        "icp_profile": {"text": "", "is_default": True},
        "console_url": "",
    }


def check_line(check: Check) -> Json:
    """One of the doctor's checks as the page lists it."""
    return {"name": check.name, "level": _LEVELS[check.ok], "message": check.why, "what_to_do": check.what_to_do or None}


def profile_text(preferences: Mapping[str, Any]) -> Json:
    """The scoring profile as text to edit. One that is stored but cannot be used is shown as it is, so that it can be repaired.

    Limit: comments of a portal's own profile are not kept; what is stored is what they stood beside.
    """
    stored = preferences.get(PROFILE_PREFERENCE)
    if stored is None:
        return {"text": default_text(), "is_default": True}
    try:
        text = render_profile(build_profile(stored))
    except BadInput:
        text = str(yaml.safe_dump(stored, sort_keys=False, allow_unicode=True))
    return {"text": text, "is_default": False}


def preset_of(object_type: str, lines: Iterable[PolicyLine]) -> Preset | None:
    """The ready set that the rules of HubSpot's own properties are now; None when they are a mixture. What cannot be written counts as closed."""
    standing = {line.name: line for line in lines if line.kind == "standard"}
    known = {name: entry for name in standing if (entry := find_standard(object_type, name)) is not None}
    closed = preset_rules(Preset.CAUTIOUS, known.values())
    for preset in Preset:
        rules = preset_rules(preset, known.values())
        if all(line.rule == (closed if line.problem else rules)[name] for name, line in standing.items() if name in known):
            return preset
    return None


def price_words(adapter: Adapter) -> str:
    """What asking this provider costs, for people."""
    paid = [endpoint.offer for endpoint in adapter.endpoints if endpoint.offer.credits]
    if not paid:
        return "Free of charge"
    usd = f"{adapter.info.usd_per_credit:.4f}".rstrip("0").rstrip(".")
    by_price: dict[str, list[str]] = {}
    for offer in paid:
        things = by_price.setdefault(plain(offer.credits), [])
        word = _CAPABILITY_WORDS[offer.capability]
        if word not in things:
            things.append(word)
    told = "; ".join(
        f"{credits} credit{'' if credits == '1' else 's'} for {', '.join(things)}" for credits, things in by_price.items()
    )
    return f"{told}. A credit is about USD {usd}."


def _features(facts: SettingsFacts) -> list[Json]:
    """Each feature once: on, or off with every permission it lacks."""
    off = facts.manifest.switched_off(facts.portal.scopes)
    install = f"{facts.public_url.rstrip('/')}/install"
    found: list[Json] = []
    for name in dict.fromkeys(scope.feature for scope in facts.manifest.scopes if scope.feature):
        lacking = [scope for scope in off if scope.feature == name]
        why = " ".join(f"The permission {scope.name} was not granted. {scope.reason}" for scope in lacking)
        todo = f"Open {install} to connect again, and grant it. Nothing is lost by that." if lacking else None
        found.append({"name": name, "on": not lacking, "why_off": why or None, "what_to_do": todo})
    return found


def _provider(adapter: Adapter, owned: Collection[str]) -> Json:
    info = adapter.info
    has_key = info.name in owned
    is_on = has_key or not info.needs_key
    limits = " ".join(info.known_limits)
    return {
        "name": info.name,
        "title": info.title,
        "needs_key": info.needs_key,
        "has_key": has_key,
        "is_on": is_on,
        "price": price_words(adapter),
        "note": limits if is_on else "There is no key, so it is not asked.",
    }


def _budget(room: Room, titles: Mapping[str, str]) -> Json:
    title = whose(room.key.provider, titles)
    return {
        "provider": room.key.provider,
        "title": title[0].upper() + title[1:],
        "period": room.key.period.value,
        "cap_credits": None if room.cap is None else plain(room.cap),
        "spent": plain(room.spent),
        "reserved": plain(room.reserved),
    }


def _policies(sheet: PolicySheet, facts: SettingsFacts) -> Json:
    preset = preset_of(sheet.object_type, sheet.lines)
    return {
        "object_type": sheet.object_type,
        "preset": None if preset is None else preset.value,
        "lines": [
            {
                "property": line.name,
                "label": line.label,
                "policy": line.rule.policy.value,
                "policy_words": _sentence(rule_in_words(line.rule)),
                "problem": line.problem,
            }
            for line in sheet.lines
        ],
        "url": console_url(facts.public_url, facts.portal.portal_id, f"policies?object={sheet.object_type}"),
    }


def _choices() -> Json:
    presets = [(preset.value, *PRESET_WORDS[preset.value].split(": ", 1)) for preset in Preset]
    return {
        "policies": [{"value": policy.value, "label": _sentence(POLICY_WORDS[policy])} for policy in WritePolicy],
        "presets": [{"value": value, "label": label, "explains": _sentence(words)} for value, label, words in presets],
        "access": [{"value": rule.value, "label": words} for rule, words in ACCESS_WORDS.items()],
    }


def _access(preferences: Mapping[str, Any], owners_known: int) -> Json:
    rule = access_rule(preferences)
    return {"rule": rule.value, "words": f"{ACCESS_WORDS[rule]}. {_ACCESS_MORE}", "owners_known": owners_known}


def _sentence(words: str) -> str:
    return words[0].upper() + words[1:]
