"""What a robots.txt says, as RFC 9309 reads it: protego underneath, with the lines of agents brought into the form the standard gives them.

Source: https://www.rfc-editor.org/rfc/rfc9309 (read 2026-12): an agent is named by its product token, letters, hyphens and underscores,
so "User-agent: FooBot/2.1 (news)" speaks to FooBot; a file of more than 500 KiB need not be read to its end. It fetches nothing.
Limit: an address with raw letters outside ASCII and its percent-encoded form are one, as the standard says (section 2.2.2), while
Google's own parser takes them for two.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from protego import Protego

_READ_BYTES: Final = 500 * 1024
_BOM: Final = b"\xef\xbb\xbf"
_AGENT_LINE: Final = re.compile(r"^([ \t]*user-?[ \t]*agent[ \t]*)(?::|[ \t])[ \t]*([^\s#]*)[^\r\n]*", re.IGNORECASE | re.MULTILINE)
_TOKEN: Final = re.compile(r"[a-zA-Z_-]+")
_MOST_SITEMAPS: Final = 50
_EVERYBODY: Final = "*"


@dataclass(frozen=True)
class Robots:
    """The rules of one file. `sitemaps` are addresses as written, at most fifty."""

    sitemaps: tuple[str, ...]
    _named: frozenset[str]
    _rules: Protego

    def allows(self, url: str, agent: str) -> bool:
        """Whether `agent` (a product token, or a whole User-Agent header) may ask for the address."""
        return bool(self._rules.can_fetch(url, self._group_of(agent)))

    def crawl_delay_s(self, agent: str) -> float:
        """The seconds the site wants between two requests, 0.0 when it names none or nonsense."""
        delay = self._rules.crawl_delay(self._group_of(agent))
        return delay if delay is not None and 0.0 <= delay < float("inf") else 0.0

    def _group_of(self, agent: str) -> str:
        """The agent's own group, or everybody's: protego alone would take a group for "Lead" as meant for "Leadlight" too."""
        token = product_token(agent).lower()
        return token if token in self._named else _EVERYBODY


def parse_robots(body: bytes) -> Robots:
    """The rules in the bytes of a robots.txt; whatever cannot be read as a rule is passed over. Never raises."""
    text = body[:_READ_BYTES].removeprefix(_BOM).decode("utf-8", "replace").replace("\x00", "")
    rules = Protego.parse(_AGENT_LINE.sub(_with_token, text))
    named = frozenset(product_token(line[2]).lower() for line in _AGENT_LINE.finditer(text))
    return Robots(tuple(str(address) for address in rules.sitemaps)[:_MOST_SITEMAPS], named, rules)


def product_token(agent: str) -> str:
    """The name an agent goes by in a robots.txt: "Leadlight" for "Leadlight/1.0 (+https://...)"."""
    found = _TOKEN.match(agent.strip())
    return found[0] if found else agent.strip()


def _with_token(line: re.Match[str]) -> str:
    return f"user-agent: {_EVERYBODY if line[2].startswith(_EVERYBODY) else product_token(line[2])}"
