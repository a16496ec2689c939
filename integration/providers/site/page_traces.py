"""What the markup of a page shows of its making: addresses, links, generators. Pure, by searching the text, without building a tree.

Limit: the first 400,000 characters; a tag longer than 3,000 characters is passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_SEARCHED_CHARS: Final = 400_000
# No "<" inside a tag, so that a run of opened tags costs no more than its length.
_TAG: Final = re.compile(r"<(script|link|iframe|frame|embed|form|img|source|meta|a)\b([^<>]{1,3000})>")
_ADDRESS: Final = re.compile(r"""\b(?:src|href|action|data-src)\s*=\s*(?:"([^"]{2,1000})"|'([^']{2,1000})'|([^\s"'>]{2,1000}))""")
_GENERATOR: Final = re.compile(r"""\bname\s*=\s*["']?generator\b""")
_CONTENT: Final = re.compile(r"""\bcontent\s*=\s*(?:"([^"]{1,300})"|'([^']{1,300})')""")
_PLACE: Final = re.compile(r"//([a-z0-9][a-z0-9.-]{2,120})(/[^\s\"'<>\\]{0,120})?")

Place = tuple[str, str]
"""A host and the path behind it, the path possibly empty."""


@dataclass(frozen=True)
class PageTraces:
    """All in lower case. `places`: what tags and inline scripts address. `links`: where anchors lead.

    `paths`: addresses of scripts, style sheets, frames and forms, and of pictures of the site itself, one a line.
    """

    places: frozenset[Place]
    links: frozenset[Place]
    paths: str
    generators: tuple[str, ...]
    markup: str


def read_traces(markup: str) -> PageTraces:
    """The traces in a page's markup. Cost: a few milliseconds for 400 kB."""
    text = markup[:_SEARCHED_CHARS].lower()
    addresses: set[str] = set()
    pictures: set[str] = set()
    links: set[str] = set()
    generators: list[str] = []
    for tag in _TAG.finditer(text):
        name, attributes = tag[1], tag[2]
        if name == "meta":
            content = _CONTENT.search(attributes) if _GENERATOR.search(attributes) else None
            generators += [(content[1] or content[2]).strip()] if content else []
            continue
        kept = links if name == "a" else pictures if name in ("img", "source") else addresses
        kept.update(_addresses(attributes))
    own_pictures = {one for one in pictures if "//" not in one[:8] and not one.startswith("data:")}
    inline = "\n".join(_inline_scripts(text)).replace("\\/", "/")
    return PageTraces(
        places=frozenset(_places("\n".join(addresses | pictures))) | frozenset(_places(inline)),
        links=frozenset(_places("\n".join(links))),
        paths="\n".join(sorted(addresses | own_pictures)),
        generators=tuple(generators),
        markup=text,
    )


def _addresses(attributes: str) -> Iterator[str]:
    for found in _ADDRESS.finditer(attributes):
        yield (found[1] or found[2] or found[3]).strip()


def _places(text: str) -> Iterator[Place]:
    for found in _PLACE.finditer(text):
        yield found[1].rstrip("."), found[2] or ""


def _inline_scripts(text: str) -> Iterator[str]:
    """What stands between script tags; a script that is never closed ends the search."""
    at = text.find("<script")
    while at >= 0:
        begins = text.find(">", at)
        ends = text.find("</script", begins)
        if begins < 0 or ends < 0:
            return
        yield text[begins + 1 : ends]
        at = text.find("<script", ends)
