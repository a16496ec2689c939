"""The gate of stand-ins that ask for no key: every caller is one caller, and yet each can be made to misbehave.

A client sends nothing. A test sends the header `X-Simulator-Key` with one of the magic keys, and is treated as that key. Who does not say
who he is in the User-Agent is refused, where the provider does that.
"""

import re
from collections.abc import Callable, Mapping, Sequence

from flask import Response, request

from simulator.neighbours.gate import Dialect
from simulator.neighbours.keys import Behaviour
from simulator.neighbours.windows import Rule, Usage

KEY_HEADER = "X-Simulator-Key"
_ANONYMOUS = re.compile(r"(python-requests|python-urllib|python-urllib3|python-httpx2?|curl|wget|go-http-client)/", re.IGNORECASE)


def read_pseudo_key() -> str:
    return request.headers.get(KEY_HEADER) or Behaviour.NORMAL.value


def is_anonymous() -> bool:
    """Whether the caller left its User-Agent out, or left it as its library sets it."""
    agent = request.headers.get("User-Agent", "")
    return not agent.strip() or _ANONYMOUS.match(agent) is not None


def keyless_dialect(
    rules: Sequence[Rule],
    throttled: Callable[[Sequence[Usage]], Response],
    blocked: Callable[[], Response],
    *,
    refuses_anonymous: bool = False,
    more_refusals: Mapping[Behaviour, Callable[[], Response]] | None = None,
) -> Dialect:
    """A dialect without keys: `blocked` is the answer for the key "key-bad" and, if so wished, for callers without a name."""

    def read_key() -> str:
        return Behaviour.BAD.value if refuses_anonymous and is_anonymous() else read_pseudo_key()

    return Dialect(
        read_key=read_key,
        rules=lambda _operation: rules,
        throttled=throttled,
        rate_headers=lambda _usages: {},
        refusals={Behaviour.BAD: blocked, **(more_refusals or {})},
    )
