"""Policies: what may be written into which property, set one by one or as a ready set; and the alerts about properties that changed under us."""

from __future__ import annotations

from typing import Final

from flask import Response, request

from integration.access.roles import Role
from integration.admin.console.base import Action, ConsoleParts, Form, MenuGroup, Outcome, Page, Routes, Visit, address, render
from integration.core.errors import BadInput, Conflict, NotFound
from integration.pipeline.alert_store import AlertStore
from integration.pipeline.policies.desk import POLICED_TYPES, PolicyDesk, lifted
from integration.pipeline.policies.presets import Preset
from integration.pipeline.policies.words import POLICY_WORDS, PRESET_WORDS, rule_in_words
from integration.pipeline.policy import FOREIGN_CONFIDENCE_RATIO, Rule, WritePolicy

_CHOICES: Final = {
    "standard": tuple(WritePolicy),
    "routing": (WritePolicy.NEVER, WritePolicy.IF_BLANK, WritePolicy.ALWAYS),
    "own": (WritePolicy.ALWAYS, WritePolicy.IF_BLANK, WritePolicy.NEVER),
}


def routes(parts: ConsoleParts) -> Routes:
    pages = _PolicyPages(parts)
    return (
        Page("policies", "policies", pages.show, menu="Policies", group=MenuGroup.SET_UP, position=20),
        Page("policies/<object_type>/<name>", "policy", pages.edit),
        Action("policies/set", "policy_set", pages.set_rule, Role.ADMIN),
        Action("policies/reset", "policy_reset", pages.reset, Role.ADMIN),
        Action("policies/preset", "policy_preset", pages.apply_preset, Role.ADMIN),
        Action("policies/resolve-alert", "alert_resolve", pages.resolve, Role.OPERATOR),
    )


class _PolicyPages:
    def __init__(self, parts: ConsoleParts) -> None:
        self._parts = parts
        self._desk = PolicyDesk(parts.database, parts.clients, parts.portals, parts.clock)
        self._alerts = AlertStore()

    def show(self, visit: Visit) -> Response:
        sheet = self._desk.sheet(visit.portal_id, _object_type(request.args.get("object", POLICED_TYPES[0])))
        with self._parts.database.begin() as connection:
            alerts = self._alerts.open_alerts(connection, portal_id=visit.portal_id)
        return render(
            visit,
            "policies.html",
            title="Policies",
            sheet=sheet,
            object_types=POLICED_TYPES,
            alerts=alerts,
            lifted=lifted(sheet.lines),
            presets=[(preset.value, PRESET_WORDS[preset.value]) for preset in Preset],
            rule_in_words=rule_in_words,
        )

    def edit(self, visit: Visit, object_type: str, name: str) -> Response:
        sheet = self._desk.sheet(visit.portal_id, _object_type(object_type))
        line = next((line for line in sheet.lines if line.name == name), None)
        if line is None:
            raise NotFound(f"Leadlight knows no property {name!r} of {object_type}. Choose one on the page Policies.")
        return render(
            visit,
            "policy.html",
            title=f"Policy of {line.label}",
            sheet=sheet,
            line=line,
            choices=_CHOICES[line.kind],
            rule_in_words=rule_in_words,
            policy_words=POLICY_WORDS,
            foreign_ratio=FOREIGN_CONFIDENCE_RATIO,
        )

    def set_rule(self, visit: Visit, form: Form) -> Outcome:
        object_type, name = _object_type(form.get("object_type", "")), form.get("property", "")
        rule = _rule(form)
        if rule.people_may_be_overwritten and form.get("understood") != "yes":
            raise BadInput(
                "Lifting the protection lets Leadlight overwrite what people typed in. Tick that you understand this, or leave it on."
            )
        self._desk.set_rule(visit.portal_id, object_type, name, rule, by=visit.email)
        return Outcome(
            message=f"{name}: {rule_in_words(rule)}. It holds from each record's next change on.",
            to=address(visit, "policies", object=object_type),
            audit_action="policy_set",
            audit_target=f"{object_type}.{name}",
            detail={
                "policy": rule.policy.value,
                "margin_ratio": rule.margin_ratio,
                "people_may_be_overwritten": rule.people_may_be_overwritten,
                "is_open": rule.is_open,
            },
        )

    def reset(self, visit: Visit, form: Form) -> Outcome:
        object_type, name = _object_type(form.get("object_type", "")), form.get("property", "")
        default = self._desk.reset(visit.portal_id, object_type, name)
        return Outcome(
            message=f"{name} has its default again: {rule_in_words(default)}.",
            to=address(visit, "policies", object=object_type),
            audit_action="policy_reset",
            audit_target=f"{object_type}.{name}",
        )

    def apply_preset(self, visit: Visit, form: Form) -> Outcome:
        object_type = _object_type(form.get("object_type", ""))
        if form.get("preset") not in list(Preset):
            raise BadInput(f"Choose one of the ready sets: {', '.join(Preset)}.")
        preset = Preset(form["preset"])
        outcome = self._desk.apply_preset(visit.portal_id, object_type, preset, by=visit.email)
        left_out = f" Left out: {' '.join(outcome.left_out)}" if outcome.left_out else ""
        return Outcome(
            message=f"Set {len(outcome.applied)} properties of {object_type} to {preset.value.replace('_', ' ')}.{left_out}",
            to=address(visit, "policies", object=object_type),
            audit_action="policy_preset",
            audit_target=object_type,
            detail={"preset": preset.value},
        )

    def resolve(self, visit: Visit, form: Form) -> Outcome:
        text = form.get("alert_id", "")
        if not text.isdecimal() or len(text) > 18:
            raise BadInput("That alert is not known. Open the page Policies again.")
        with self._parts.database.begin() as connection:
            subject = self._alerts.resolve(
                connection, portal_id=visit.portal_id, alert_id=int(text), by=visit.email, now=self._parts.clock()
            )
        if subject is None:
            raise Conflict("That alert was resolved already, perhaps by somebody else. There is nothing left to do.")
        return Outcome(
            message="Resolved. It opens again when the same thing is met again.",
            to=address(visit, "policies"),
            audit_action="alert_resolve",
            audit_target=subject,
        )


def _object_type(text: str) -> str:
    if text not in POLICED_TYPES:
        raise NotFound(f"There are policies for {' and '.join(POLICED_TYPES)} only.")
    return text


def _rule(form: Form) -> Rule:
    chosen = form.get("policy", "")
    if chosen not in list(WritePolicy):
        raise BadInput(f"Choose a policy: {', '.join(WritePolicy)}.")
    return Rule(
        WritePolicy(chosen),
        _margin(form.get("margin_pct", "")) if chosen == WritePolicy.IF_MORE_CERTAIN else None,
        form.get("people_may_be_overwritten") == "yes",
        form.get("is_open") == "yes",
    )


def _margin(text: str) -> float | None:
    """A share from percent points; None when nothing is stated."""
    if not text.strip():
        return None
    try:
        return float(text.strip().rstrip("%").replace(",", ".")) / 100
    except ValueError as error:
        raise BadInput(f"The margin {text!r} is no number of percent points such as 10.") from error
