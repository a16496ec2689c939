"""What an admin does with providers' keys, for the console and the settings page alike: test one, keep it, remove it. A key is never shown again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from integration.core.errors import BadInput, NotFound
from integration.core.settings import Secret
from integration.pipeline.budget_desk import ask_usage
from integration.providers.adapter import Adapter
from integration.providers.base import ErrorClass
from integration.providers.budget import plain
from integration.providers.usage import UsageReply

LONGEST_KEY: Final = 400
_REFUSED: Final = frozenset({ErrorClass.AUTH})


@dataclass(frozen=True)
class CheckedKey:
    """A key its provider did not refuse, and what the test came to, in words without the key."""

    key: Secret
    words: str


def listed(adapters: Sequence[Adapter]) -> Mapping[str, Adapter]:
    """The providers that can be asked anything, by name."""
    return {adapter.info.name: adapter for adapter in adapters if adapter.endpoints}


def keyed(adapters: Sequence[Adapter], name: str) -> Adapter:
    """The provider of this name. Raises NotFound for one that is unknown or takes no key."""
    adapter = listed(adapters).get(name)
    if adapter is None or not adapter.info.needs_key:
        raise NotFound("There is no such provider with a key. Choose one from the list of providers.")
    return adapter


def checked_key(adapter: Adapter, text: str) -> CheckedKey:
    """The key as it may be stored. Raises BadInput for one that cannot be a key or that the provider refuses. One free call where there is one."""
    key = text.strip()
    title = adapter.info.title
    if not key or not key.isprintable() or len(key) > LONGEST_KEY:
        raise BadInput(f"Paste the key as {title} shows it, in one line.")
    reply = ask_usage(adapter, Secret(key))
    if reply is not None and reply.error in _REFUSED:
        raise BadInput(f"{title} refused this key, so it was not stored. Copy it again from your account there.")
    return CheckedKey(Secret(key), words_of_test(adapter, reply))


def words_of_test(adapter: Adapter, reply: UsageReply | None) -> str:
    """What a test of the key came to."""
    title = adapter.info.title
    if reply is None:
        return f"{title} has no free question that would test it."
    if reply.usage is None:
        return f"{title} could not confirm it ({reply.error}: {reply.detail}). Try the test again later."
    used = f"{plain(reply.usage.used)}" + (f" of {plain(reply.usage.limit)}" if reply.usage.limit is not None else "")
    until = f" until {reply.usage.resets_on.isoformat()}" if reply.usage.resets_on else ""
    return f"{title} took it: {used} credits are used{until}."
