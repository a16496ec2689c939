"""Budgets: what providers may cost and have cost, the alerts about it, and runs over many records with what they can cost at most.

Addresses others may link to: /budgets/run?object=contacts (&ids=1,2,3) shows what such a run can cost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from flask import Response, request

from integration.access.roles import Role
from integration.admin.bulk_runs import OBJECT_TYPES, BulkRuns, Preview, known_type, read_ids
from integration.admin.console.base import Action, ConsoleParts, Form, MenuGroup, Outcome, Page, Routes, Visit, address, render
from integration.core.errors import AppError, BadInput
from integration.pipeline.alert_store import AlertStore
from integration.pipeline.budget_desk import compare_usage, read_credits, set_cap
from integration.pipeline.budget_keeping import BUDGET_ALERT
from integration.pipeline.status_store import StatusStore
from integration.providers.budget import Period, RoomKey, keys_of, plain, whose
from integration.providers.budget_store import BudgetStore
from integration.providers.charge_store import ChargeStore, DayCharge
from integration.providers.credit_call_store import CreditCallStore

_DAYS: Final = 30


def routes(parts: ConsoleParts) -> Routes:
    pages = _BudgetPages(parts)
    return (
        Page("budgets", "budgets", pages.show, menu="Budgets", group=MenuGroup.SET_UP, position=30),
        Page("budgets/run", "budget_run", pages.preview, role=Role.OPERATOR),
        Page("budgets/compare", "budget_compare", pages.compare, role=Role.OPERATOR),
        Action("budgets/set", "budget_set", pages.set_cap, Role.ADMIN),
        Action("budgets/settle", "budget_settle", pages.settle, Role.ADMIN),
        Action("budgets/close-alert", "budget_close_alert", pages.close_alert, Role.OPERATOR),
        Action("budgets/start", "budget_start", pages.start, Role.OPERATOR),
    )


@dataclass(frozen=True)
class DayBar:
    """One day's bar: all providers together, and in words who charged what."""

    on: date
    credits: Decimal
    cost_usd: Decimal
    text: str


class _BudgetPages:
    def __init__(self, parts: ConsoleParts) -> None:
        self._parts = parts
        self._budgets = BudgetStore()
        self._charges = ChargeStore()
        self._calls = CreditCallStore()
        self._alerts = AlertStore()
        self._titles = {adapter.info.name: adapter.info.title for adapter in parts.adapters}
        self._paid = [adapter.info.name for adapter in parts.adapters if any(one.offer.credits for one in adapter.endpoints)]
        self._runs = BulkRuns(
            database=parts.database,
            clients=parts.clients,
            deferrer=parts.deferrer,
            worklist=parts.worklist,
            keys=parts.keys,
            adapters=parts.adapters,
            clock=parts.clock,
        )

    def show(self, visit: Visit) -> Response:
        now = self._parts.clock()
        today = now.date()
        with self._parts.database.begin() as connection:
            rooms = self._budgets.rooms(connection, portal_id=visit.portal_id, providers=self._paid, on=today)
            charges = self._charges.days(connection, portal_id=visit.portal_id, since=today - timedelta(days=_DAYS - 1))
            alerts = self._alerts.open_alerts(connection, portal_id=visit.portal_id)
            unknown = self._calls.unknown_counts(connection, portal_id=visit.portal_id)
            status = StatusStore().find(connection, portal_id=visit.portal_id, now=now)
        return render(
            visit,
            "budgets.html",
            title="Budgets",
            rooms=rooms.values(),
            days=_bars(charges, today, self._titles),
            month_usd=sum((one.cost_usd for one in charges if one.charged_on >= today.replace(day=1)), Decimal(0)),
            today_usd=sum((one.cost_usd for one in charges if one.charged_on == today), Decimal(0)),
            alerts=[alert for alert in alerts if alert.kind == BUDGET_ALERT],
            unknown=unknown,
            waiting=status.waits_for_budget,
            whose=lambda name: whose(name, self._titles),
            plain=plain,
            object_types=OBJECT_TYPES,
        )

    def preview(self, visit: Visit) -> Response:
        """What the run in the address can cost, with the button that begins it."""
        object_type, text = request.args.get("object", OBJECT_TYPES[0]), request.args.get("ids", "").strip()
        preview: Preview | None = None
        problem = ""
        try:
            ids = read_ids(text) if text else None
            preview = self._runs.preview(visit.portal_id, known_type(object_type), ids)
        except AppError as error:
            problem = error.message
        return render(
            visit,
            "budget_run.html",
            title="Enrich again",
            object_type=object_type,
            ids=text,
            preview=preview,
            problem=problem,
            plain=plain,
            object_types=OBJECT_TYPES,
        )

    def compare(self, visit: Visit) -> Response:
        """Our figures beside the providers' own. A free call to each provider with a key."""
        found = compare_usage(
            self._parts.database,
            self._parts.adapters,
            self._parts.keys,
            portal_id=visit.portal_id,
            provider="",
            now=self._parts.clock(),
        )
        return render(visit, "budget_compare.html", title="Compared with the providers", found=found, plain=plain)

    def set_cap(self, visit: Visit, form: Form) -> Outcome:
        key = self._key(form)
        text = form.get("credits", "").strip()
        credits = read_credits(text) if text else None
        with self._parts.database.begin() as connection:
            woken = set_cap(
                connection,
                self._parts.spending,
                portal_id=visit.portal_id,
                key=key,
                credits=credits,
                by=visit.email,
                now=self._parts.clock(),
            )
        name = whose(key.provider, self._titles)
        said = (
            f"{name} may now cost {plain(credits)} credits a {key.period}."
            if credits is not None
            else f"{name} has no budget a {key.period} any more."
        )
        asked = f" {woken:,} records that waited are asked about now." if woken else ""
        return Outcome(
            message=said[0].upper() + said[1:] + asked,
            to=address(visit, "budgets"),
            audit_action="budget_set",
            audit_target=f"{key.provider or 'all'}/{key.period.value}",
            detail={"credits": None if credits is None else str(credits)},
        )

    def settle(self, visit: Visit, form: Form) -> Outcome:
        provider, answer = form.get("provider", ""), form.get("charged", "")
        if provider not in self._titles or answer not in ("yes", "no"):
            raise BadInput("Say of which provider, and whether the calls were charged.")
        with self._parts.database.begin() as connection:
            count = self._parts.spending.resolve_unknown(
                connection, portal_id=visit.portal_id, provider=provider, charged=answer == "yes", now=self._parts.clock()
            )
        return Outcome(
            message=f"{count:,} unanswered calls to {self._titles[provider]} now count as {'charged' if answer == 'yes' else 'free'}.",
            to=address(visit, "budgets"),
            audit_action="budget_settle",
            audit_target=provider,
            detail={"charged": answer == "yes", "calls": count},
        )

    def close_alert(self, visit: Visit, form: Form) -> Outcome:
        text = form.get("alert_id", "")
        subject = None
        if text.isdecimal() and len(text) <= 18:
            with self._parts.database.begin() as connection:
                subject = self._alerts.resolve(
                    connection, portal_id=visit.portal_id, alert_id=int(text), by=visit.email, now=self._parts.clock()
                )
        if subject is None:
            raise BadInput("That alert is closed already.")
        return Outcome("The alert is closed.", address(visit, "budgets"), "alert_resolve", subject)

    def start(self, visit: Visit, form: Form) -> Outcome:
        object_type, text = known_type(form.get("object", "")), form.get("ids", "").strip()
        ids = read_ids(text) if text else None
        preview = self._runs.preview(visit.portal_id, object_type, ids)
        with self._parts.database.begin() as connection:
            self._runs.start(connection, visit.portal_id, object_type, ids)
        return Outcome(
            message=f"{preview.bound.records:,} {object_type} are queued. They wait behind everything that changes in HubSpot meanwhile.",
            to=address(visit, "overview"),
            audit_action="enrich_again",
            audit_target=object_type,
            detail={"records": preview.bound.records, "credits_at_most": str(preview.bound.credits)},
        )

    def _key(self, form: Form) -> RoomKey:
        """Which cap a form is about. Raises BadInput for one that does not exist."""
        provider, period = form.get("provider", ""), form.get("period", "")
        if (provider and provider not in self._paid) or period not in set(Period):
            raise BadInput("There is no such budget. Choose one on the page Budgets.")
        return next(key for key in keys_of(provider) if key.provider == provider and key.period.value == period)


def _bars(charges: Sequence[DayCharge], today: date, titles: Mapping[str, str]) -> list[DayBar]:
    """The last thirty days, the newest first; days without a charge too, so that the rows are even."""
    bars = []
    for back in range(_DAYS):
        on = today - timedelta(days=back)
        own = [one for one in charges if one.charged_on == on and one.credits]
        text = ", ".join(f"{titles.get(one.provider, one.provider)} {plain(one.credits)}" for one in own)
        bars.append(
            DayBar(
                on, sum((one.credits for one in own), Decimal(0)), sum((one.cost_usd for one in own), Decimal(0)), text or "nothing"
            )
        )
    return bars
