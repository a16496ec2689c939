"""One member out of a JSON document of many megabytes, without building the rest of it.

A document of ten megabytes becomes a hundred as Python objects. Here only the bytes are held, and what is asked for is parsed.
Limit: the first member of the name anywhere in the document counts, so it is for names that occur once.
"""

from __future__ import annotations

import json
import re
from typing import Final

from integration.core.errors import UnexpectedReply

LARGEST_MEMBER_BYTES: Final = 1 << 20
_DECODER: Final = json.JSONDecoder()


def check_document(body: bytes, *, system: str) -> None:
    """Raises UnexpectedReply for what does not begin and end like a JSON object: a page of a guard, or a document cut short."""
    if not (body[:64].lstrip().startswith(b"{") and body[-64:].rstrip().endswith(b"}")):
        raise UnexpectedReply("the answer is not a JSON object", system=system)


def scan_member(body: bytes, name: str, *, system: str) -> object:
    """The value of the member called `name`, None when there is none. Raises UnexpectedReply when it cannot be read.

    A quotation mark inside a text is escaped, so the name with its marks and a colon is a member and never part of a text.
    """
    found = re.search(rb'(?<!\\)"' + re.escape(json.dumps(name)[1:-1].encode()) + rb'"\s*:\s*', body)
    if found is None:
        return None
    text = body[found.end() : found.end() + LARGEST_MEMBER_BYTES].decode("utf-8", "replace")
    try:
        value: object = _DECODER.raw_decode(text)[0]
    except (ValueError, RecursionError) as error:
        raise UnexpectedReply(f"{name} cannot be read", system=system) from error
    return value
