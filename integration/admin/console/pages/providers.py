"""Providers: what each gives and costs, whether this account has a key, and the last calls. Keys go in and are never shown again."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from flask import Response

from integration.access.roles import Role
from integration.admin.bulk_runs import BulkRuns
from integration.admin.console.base import Action, ConsoleParts, Form, MenuGroup, Outcome, Page, Routes, Visit, address, render
from integration.core.errors import BadInput, NotFound
from integration.core.settings import Secret
from integration.pipeline.budget_desk import ask_usage
from integration.providers.adapter import Adapter
from integration.providers.base import ErrorClass
from integration.providers.budget import plain
from integration.providers.credit_call_store import CreditCallStore
from integration.providers.usage import UsageReply

_LAST_CALLS: Final = 20
_LONGEST_KEY: Final = 400
_REFUSED: Final = frozenset({ErrorClass.AUTH})


def routes(parts: ConsoleParts) -> Routes:
    pages = _ProviderPages(parts)
    return (
        Page("providers", "providers", pages.show, menu="Providers", group=MenuGroup.SET_UP, position=25),
        Action("providers/<name>/key", "provider_key", pages.set_key, Role.ADMIN),
        Action("providers/<name>/remove-key", "provider_key_remove", pages.remove_key, Role.ADMIN),
        Action("providers/<name>/test", "provider_test", pages.test_key, Role.OPERATOR),
    )


class _ProviderPages:
    def __init__(self, parts: ConsoleParts) -> None:
        self._parts = parts
        self._adapters = {adapter.info.name: adapter for adapter in parts.adapters if adapter.endpoints}
        self._calls = CreditCallStore()
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
        adapter = self._keyed(name)
        key = form.get("key", "").strip()
        if not key or not key.isprintable() or len(key) > _LONGEST_KEY:
            raise BadInput(f"Paste the key as {adapter.info.title} shows it, in one line.")
        reply = ask_usage(adapter, Secret(key))
        if reply is not None and reply.error in _REFUSED:
            raise BadInput(f"{adapter.info.title} refused this key, so it was not stored. Copy it again from your account there.")
        with self._parts.database.begin() as connection:
            self._parts.keys.save(connection, portal_id=visit.portal_id, provider=name, key=Secret(key))
        return Outcome(
            message=f"The key is stored, encrypted. {_in_words(adapter, reply)} Records that were looked at without it are asked about when "
            "they change, or with Enrich again on the page Budgets.",
            to=address(visit, "providers"),
            audit_action="provider_key_set",
            audit_target=name,
        )

    def remove_key(self, visit: Visit, form: Form, name: str) -> Outcome:  # noqa: ARG002  every action takes its form
        adapter = self._keyed(name)
        with self._parts.database.begin() as connection:
            self._parts.keys.remove(connection, portal_id=visit.portal_id, provider=name)
        return Outcome(
            message=f"The key is removed. {adapter.info.title} is not asked any more; what it said stays.",
            to=address(visit, "providers"),
            audit_action="provider_key_remove",
            audit_target=name,
        )

    def test_key(self, visit: Visit, form: Form, name: str) -> Outcome:  # noqa: ARG002  every action takes its form
        adapter = self._keyed(name)
        with self._parts.database.begin() as connection:
            key = self._parts.keys.keys_of(connection, portal_id=visit.portal_id).get(name)
        if key is None:
            raise BadInput(f"There is no key for {adapter.info.title} yet.")
        reply = ask_usage(adapter, key)
        words = _in_words(adapter, reply)
        if reply is None or reply.usage is None:
            raise BadInput(words)
        return Outcome(words, address(visit, "providers"), "provider_test", name)

    def _keyed(self, name: str) -> Adapter:
        adapter = self._adapters.get(name)
        if adapter is None or not adapter.info.needs_key:
            raise NotFound("There is no such provider with a key. Choose one on the page Providers.")
        return adapter


def _in_words(adapter: Adapter, reply: UsageReply | None) -> str:
    """What a test of the key came to."""
    title = adapter.info.title
    if reply is None:
        return f"{title} has no free question that would test it."
    if reply.usage is None:
        return f"{title} could not confirm it ({reply.error}: {reply.detail}). Try the test again later."
    used = f"{plain(reply.usage.used)}" + (f" of {plain(reply.usage.limit)}" if reply.usage.limit is not None else "")
    until = f" until {reply.usage.resets_on.isoformat()}" if reply.usage.resets_on else ""
    return f"{title} took it: {used} credits are used{until}."
