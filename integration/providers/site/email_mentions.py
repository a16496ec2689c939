"""Mail addresses in a page's text: plain, spelled out against robots. Pure.

Limit: what only a `mailto:` link tells is read with the links (html_page), not here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from integration.providers.site.entities import EntityKind, Findings

_PLAIN: Final = re.compile(r"[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,5}[A-Za-z]{2,24}\b")
_AT: Final = r"(?:\s*[\[({<]\s*(?:at|ät|@|arroba)\s*[\])}>]\s*|\s+(?:AT|\(at\))\s+|\s+@\s+|\s+at\s+(?=[\w-]+\s*(?:[\[({]|dot\b)))"
_DOT: Final = r"(?:\s*[\[({<]\s*(?:dot|punkt|punto|ponto|\.)\s*[\])}>]\s*|\s+(?:DOT|dot)\s+|\.)"
_SPELLED: Final = re.compile(rf"\b([A-Za-z0-9._%+-]{{1,64}}){_AT}([A-Za-z0-9-]{{1,63}}(?:{_DOT}[A-Za-z0-9-]{{1,63}}){{1,4}})")
_JOINT: Final = re.compile(_DOT)


def find_emails(text: str, findings: Findings) -> None:
    """Adds every address of the text."""
    for address, start, end in written_emails(text):
        findings.add(EntityKind.EMAIL, address, start, end)


def written_emails(text: str) -> Iterator[tuple[str, int, int]]:
    """(address, start, end) of every address of the text; the spelled ones in their usual form."""
    for found in _PLAIN.finditer(text):
        yield found[0].strip("."), found.start(), found.end()
    for found in _SPELLED.finditer(text):
        yield f"{found[1]}@{_JOINT.sub('.', found[2])}".lower(), found.start(), found.end()


def decode_hidden_email(code: str) -> str:
    """The address in a `data-cfemail` code: hexadecimal, each byte crossed with the first; empty where it is none."""
    try:
        raw = bytes.fromhex(code)
    except ValueError:
        return ""
    return bytes(one ^ raw[0] for one in raw[1:]).decode("utf-8", "replace") if len(raw) > 4 else ""
