"""HubSpot's refusals in words a rep or an admin understands. Pure.

Source: https://developers.hubspot.com/changelog/crm-api-write-validation-enforcement and
https://developers.hubspot.com/docs/api-reference/error-handling (read 2026-09). Some codes are seen in practice and not documented.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from integration.hubspot.objects import WriteFailure

_LONGEST_QUOTE: Final = 300

_SENTENCES: Final[Mapping[str, str]] = {
    "MISSING_CONDITIONAL_REQUIRED_PROPERTY": "A rule of this account requires {names} to be filled first. Fill it in, or change the rule.",
    "MISSING_REQUIRED_PROPERTY": "This account requires {names} to be filled, and it is empty here. Fill it in, then Leadlight can write.",
    "PROPERTY_DOESNT_EXIST": "{Names} does not exist in this account. Ask an admin to connect Leadlight again, which creates it.",
    "READ_ONLY_VALUE": "{Names} cannot be changed by apps in this account.",
    "INVALID_OPTION": "The value for {names} is not among the options this account offers.",
    "INVALID_INTEGER": "{Names} takes whole numbers only in this account.",
    "INVALID_NUMBER": "{Names} takes numbers only in this account.",
    "INVALID_DATE": "{Names} did not take the date.",
    "INVALID_EMAIL": "{Names} did not take the e-mail address.",
    "INVALID_LONG": "{Names} takes whole numbers only in this account.",
    "OBJECT_NOT_FOUND": "The record no longer exists in HubSpot.",
    "MISSING_SCOPES": "Leadlight lacks the permission to write this. Ask an admin to connect it again.",
    "CONFLICT": "Another record already holds the value for {names}.",
}
_ALIASES: Final[Mapping[str, str]] = {
    "conditional": "MISSING_CONDITIONAL_REQUIRED_PROPERTY",
    "required": "MISSING_REQUIRED_PROPERTY",
    "does not exist": "PROPERTY_DOESNT_EXIST",
    "was not one of the allowed options": "INVALID_OPTION",
    "read only": "READ_ONLY_VALUE",
}
_DEFINITION_CODES: Final = frozenset(
    {
        "PROPERTY_DOESNT_EXIST",
        "READ_ONLY_VALUE",
        "INVALID_OPTION",
        "INVALID_INTEGER",
        "INVALID_NUMBER",
        "INVALID_LONG",
        "INVALID_DATE",
    }
)
UNANSWERED: Final = "UNANSWERED"
"""The client's own word, see `hubspot/batch_writes.py`."""
GONE_CATEGORIES: Final = frozenset({"OBJECT_NOT_FOUND", "NOT_FOUND"})


def refusal_in_words(failure: WriteFailure) -> str:
    """One sentence saying what HubSpot objected to and, where we know, what to do. Unknown refusals are quoted, without ids."""
    code = _code_of(failure)
    names = " and ".join(f'"{name}"' for name in failure.property_names) or "a property"
    sentence = _SENTENCES.get(code)
    if sentence is not None:
        return sentence.format(names=names, Names=names[0].upper() + names[1:])
    quote = " ".join(failure.message.split())[:_LONGEST_QUOTE]
    return f"HubSpot refused the change: {quote}" if quote else "HubSpot refused the change and gave no reason."


def means_gone(failure: WriteFailure) -> bool:
    """Whether the refusal says that the record or note does not exist (any more)."""
    return _code_of(failure) in GONE_CATEGORIES


def blames_definition(failure: WriteFailure) -> bool:
    """Whether the refusal tells that the account's property is not what we took it for: its options, its type, or whether it is there."""
    return _code_of(failure) in _DEFINITION_CODES


def means_unanswered(failure: WriteFailure) -> bool:
    """Whether HubSpot said nothing about this one, so that it may or may not be written."""
    return failure.category == UNANSWERED


def _code_of(failure: WriteFailure) -> str:
    if failure.category in _SENTENCES:
        return failure.category
    told = next((code for code in failure.codes if code in _SENTENCES), None)
    if told is not None:
        return told
    # The longest code first: MISSING_CONDITIONAL_REQUIRED_PROPERTY must not be read as its shorter sibling.
    for code in sorted(_SENTENCES, key=len, reverse=True):
        if re.search(rf"\b{code}\b", failure.message):
            return code
    lowered = failure.message.lower()
    return next((code for words, code in _ALIASES.items() if words in lowered), failure.category)
