"""Mail addresses in a page's text: plain, spelled out against robots. Pure.

Limit: what only a `mailto:` link tells is read with the links (html_page), not here.
"""

from __future__ import annotations

import re
from typing import Final

from integration.providers.site.entities import EntityKind, Findings

_PLAIN: Final = re.compile(r"[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,5}[A-Za-z]{2,24}\b")
_AT: Final = r"(?:\s*[\[({<]\s*(?:at|ät|@|arroba)\s*[\])}>]\s*|\s+(?:AT|\(at\))\s+|\s+@\s+|\s+at\s+(?=[\w-]+\s*(?:[\[({]|dot\b)))"
_DOT: Final = r"(?:\s*[\[({<]\s*(?:dot|punkt|punto|ponto|\.)\s*[\])}>]\s*|\s+(?:DOT|dot)\s+|\.)"
_SPELLED: Final = re.compile(rf"\b([A-Za-z0-9._%+-]{{1,64}}){_AT}([A-Za-z0-9-]{{1,63}}(?:{_DOT}[A-Za-z0-9-]{{1,63}}){{1,4}})")
_JOINT: Final = re.compile(_DOT)


def find_emails(text: str, findings: Findings) -> None:
    """Adds every address of the text; the spelled ones in their usual form."""
    for found in _PLAIN.finditer(text):
        findings.add(EntityKind.EMAIL, found[0].strip("."), found.start(), found.end())
    for found in _SPELLED.finditer(text):
        findings.add(EntityKind.EMAIL, f"{found[1]}@{_JOINT.sub('.', found[2])}".lower(), found.start(), found.end())
