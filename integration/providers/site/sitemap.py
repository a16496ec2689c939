"""The addresses a sitemap lists, read as plain text within bounds: no XML parser, so entities cannot unfold and depth means nothing.

Source: https://www.sitemaps.org/protocol.html (read 2026-12). No I/O.
Limit: of an index, the caller may read one further file; the first 2,000 addresses count.
"""

from __future__ import annotations

import html
import re
import zlib
from dataclasses import dataclass
from typing import Final

SITEMAP_TYPES: Final = frozenset(
    {"application/xml", "text/xml", "text/plain", "application/gzip", "application/x-gzip", "application/octet-stream", ""}
)
MAX_UNPACKED: Final = 2 << 20
_MOST: Final = 2000
_LONGEST: Final = 500
_LOC: Final = re.compile(r"<(?:[a-z]{1,10}:)?loc>\s*(?:<!\[CDATA\[)?\s*([^<\]\s]{8,500})", re.IGNORECASE)
_GZIP_MAGIC: Final = b"\x1f\x8b"


@dataclass(frozen=True)
class Sitemap:
    """The addresses listed; `is_index`: they are further sitemaps. `reason` set: it was not read."""

    urls: tuple[str, ...] = ()
    is_index: bool = False
    reason: str = ""


def parse_sitemap(body: bytes) -> Sitemap:
    """The addresses of an XML or plain-text sitemap, gzipped or not. Refused (reason "sitemap_too_large") where it unpacks to over 2 MB."""
    unpacked = _unpack(body) if body.startswith(_GZIP_MAGIC) else body
    if unpacked is None:
        return Sitemap(reason="bad_encoding")
    if len(unpacked) > MAX_UNPACKED:
        return Sitemap(reason="sitemap_too_large")
    text = unpacked.decode("utf-8", "replace")
    if "<" not in text[:200]:
        lines = [line.strip() for line in text.splitlines()[:_MOST]]
        return Sitemap(tuple(line for line in lines if line.startswith(("http://", "https://")) and len(line) <= _LONGEST))
    urls = []
    for found in _LOC.finditer(text):
        urls.append(html.unescape(found[1]))
        if len(urls) >= _MOST:
            break
    return Sitemap(tuple(urls), is_index="<sitemapindex" in text[:2000].lower())


def _unpack(body: bytes) -> bytes | None:
    """At most one byte more than is allowed, so that a bomb costs no more than a large file; None when it is no gzip."""
    try:
        return zlib.decompressobj(31).decompress(body, MAX_UNPACKED + 1)
    except zlib.error:
        return None
