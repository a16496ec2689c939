"""Providers: what each gives and costs, whether this account has a key, and the last calls. Keys go in and are never shown again."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from flask import Response

from integration.access.roles import Role
from integration.admin.bulk_runs import BulkRuns
from integration.admin.console.base import Action, ConsoleParts, Form, MenuGroup, Outcome, Page, Routes, Visit, address, render
from integration.core.errors import BadInput
from integration.pipeline.budget_desk import ask_usage
from integration.pipeline.key_desk import checked_key, keyed, listed, words_of_test
from integration.providers.budget import plain
from integration.providers.choice_store import ChoiceStore
from integration.providers.credit_call_store import CreditCallStore
from integration.providers.estimates import week_of
from integration.providers.observation_store import ObservationStore
from integration.reporting.provider_rates import ChannelRate, rates_of

_LAST_CALLS: Final = 20
_WEEKS: Final = 12
_LEFT: Final = 130.0
_WIDTH: Final = 200.0
_ROW: Final = 22


def routes(parts: ConsoleParts) -> Routes:
    pages = _ProviderPages(parts)
    return (
        Page("providers", "providers", pages.show, menu="Providers", group=MenuGroup.SET_UP, position=25),
        Action("providers/<name>/key", "provider_key", pages.set_key, Role.ADMIN),
        Action("providers/<name>/remove-key", "provider_key_remove", pages.remove_key, Role.ADMIN),
        Action("providers/<name>/switch", "provider_switch", pages.switch, Role.ADMIN),
        Action("providers/<name>/test", "provider_test", pages.test_key, Role.OPERATOR),
    )


class _ProviderPages:
    def __init__(self, parts: ConsoleParts) -> None:
        self._parts = parts
        self._adapters = listed(parts.adapters)
        self._calls = CreditCallStore()
        self._choices = ChoiceStore()
        self._observations = ObservationStore()
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
        with self._parts.database.begin() as connection:
            owned = self._parts.keys.names_of(connection, portal_id=visit.portal_id)
            calls = self._calls.latest(connection, portal_id=visit.portal_id, limit=_LAST_CALLS)
            choices = self._choices.find(connection, portal_id=visit.portal_id)
            since = week_of(self._parts.clock()) - timedelta(weeks=_WEEKS)
            rates = rates_of(self._observations.find(connection, portal_id=visit.portal_id, since=since, segment=""))
        coming = self._runs.still_to_come(visit.portal_id) if self._may_add_key(visit, owned) else {}
        return render(
            visit,
            "providers.html",
            title="Providers",
            adapters=list(self._adapters.values()),
            owned=owned,
            calls=calls,
            titles={name: adapter.info.title for name, adapter in self._adapters.items()},
            plain=plain,
            is_on={name: choices.allows(name, adapter.info.opt_in) for name, adapter in self._adapters.items()},
            rates=rates,
            plot=build_plot(rates),
            weeks=_WEEKS,
            coming=coming,
            may_cost={
                name: bound
                for name in self._adapters
                if coming and name not in owned and (bound := self._runs.bound_with(visit.portal_id, coming, name)) is not None
            },
        )

    def _may_add_key(self, visit: Visit, owned: Collection[str]) -> bool:
        return visit.role >= Role.ADMIN and any(one.info.needs_key and name not in owned for name, one in self._adapters.items())

    def set_key(self, visit: Visit, form: Form, name: str) -> Outcome:
        tested = checked_key(keyed(self._parts.adapters, name), form.get("key", ""))
        with self._parts.database.begin() as connection:
            self._parts.keys.save(connection, portal_id=visit.portal_id, provider=name, key=tested.key)
        return Outcome(
            message=f"The key is stored, encrypted. {tested.words} Records that were looked at without it are asked about when "
            "they change, or with Enrich again on the page Budgets.",
            to=address(visit, "providers"),
            audit_action="provider_key_set",
            audit_target=name,
        )

    def remove_key(self, visit: Visit, form: Form, name: str) -> Outcome:  # noqa: ARG002  every action takes its form
        adapter = keyed(self._parts.adapters, name)
        with self._parts.database.begin() as connection:
            self._parts.keys.remove(connection, portal_id=visit.portal_id, provider=name)
        return Outcome(
            message=f"The key is removed. {adapter.info.title} is not asked any more; what it said stays.",
            to=address(visit, "providers"),
            audit_action="provider_key_remove",
            audit_target=name,
        )

    def switch(self, visit: Visit, form: Form, name: str) -> Outcome:
        adapter = self._adapters.get(name)
        if adapter is None:
            raise BadInput("Choose one of the providers on the page Providers.")
        is_on = form.get("on") == "yes"
        with self._parts.database.begin() as connection:
            self._choices.switch(
                connection, portal_id=visit.portal_id, provider=name, is_on=is_on, by=visit.email, now=self._parts.clock()
            )
        told = "is asked from now on" if is_on else "is not asked any more; what it said stays"
        return Outcome(
            f"{adapter.info.title} {told}.", address(visit, "providers"), "provider_on" if is_on else "provider_off", name
        )

    def test_key(self, visit: Visit, form: Form, name: str) -> Outcome:  # noqa: ARG002  every action takes its form
        adapter = keyed(self._parts.adapters, name)
        with self._parts.database.begin() as connection:
            key = self._parts.keys.keys_of(connection, portal_id=visit.portal_id).get(name)
        if key is None:
            raise BadInput(f"There is no key for {adapter.info.title} yet.")
        reply = ask_usage(adapter, key)
        words = words_of_test(adapter, reply)
        if reply is None or reply.usage is None:
            raise BadInput(words)
        return Outcome(words, address(visit, "providers"), "provider_test", name)


@dataclass(frozen=True)
class Line:
    """A channel in the plot: its name, and in the plot's units where its share and the ends of its interval lie. `at` None: too few to say."""

    name: str
    y: int
    at: float | None
    low: float
    high: float
    words: str


def build_plot(rates: Sequence[ChannelRate]) -> list[Line]:
    """How many of each channel's values were right where a person's value tells."""
    lines = []
    for place, one in enumerate(rates):
        low, high = (round(_LEFT + _WIDTH * end, 1) for end in one.verified.interval)
        ratio = one.verified.ratio
        words = (
            f"too few to say: {one.verified.count}"
            if ratio is None
            else f"{ratio:.0%} of {one.verified.count:,}".replace("%", " %")
        )
        lines.append(
            Line(one.channel, 18 + _ROW * place, None if ratio is None else round(_LEFT + _WIDTH * ratio, 1), low, high, words)
        )
    return lines
