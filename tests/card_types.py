"""Checks JSON against the interfaces the cards are written in, so that fixtures and real answers are what TypeScript was told they are.

Reads the part of TypeScript that `lib/types.ts` uses: interfaces, unions, literals, arrays, inline objects, Record<string, T>, Pick is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

TYPES_FILE: Final = (
    Path(__file__).resolve().parents[1] / "crm_cards" / "hubspot_project" / "src" / "app" / "cards" / "lib" / "types.ts"
)
_COMMENT: Final = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
_INTERFACE: Final = re.compile(r"export interface (\w+) \{\n(.*?)\n\}", re.DOTALL)
_ALIAS: Final = re.compile(r"export type (\w+) =\s*(.*?);\n", re.DOTALL)
_PRIMITIVES: Final = {"string": str, "number": (int, float), "boolean": bool}


@dataclass(frozen=True)
class CardTypes:
    """The declared types by name, each as the text of its declaration."""

    declared: Mapping[str, str]

    def complaints(self, value: object, type_text: str, where: str = "") -> Iterator[str]:
        """What of the value is not as declared; nothing when all is."""
        text = type_text.strip()
        options = [one for one in _split(text, "|") if one]
        if len(options) > 1:
            if all(any(self.complaints(value, one)) for one in options):
                yield from self._closest(value, options, where)
        elif text.endswith("[]"):
            if not isinstance(value, list):
                yield f"{where}: {value!r} is no list"
                return
            for index, one in enumerate(value):
                yield from self.complaints(one, text[:-2].strip("()"), f"{where}[{index}]")
        elif text.startswith("{"):
            yield from self._object(value, text, where)
        elif text in self.declared:
            yield from self.complaints(value, self.declared[text], where)
        elif not _is_plain(value, text):
            yield f"{where}: {value!r} is no {text}"

    def _object(self, value: object, text: str, where: str) -> Iterator[str]:
        fields = dict(_fields(text[1:-1]))
        if not isinstance(value, dict):
            yield f"{where}: {value!r} is no object"
            return
        yield from (f"{where}.{name} is missing" for name in fields if name not in value)
        yield from (f"{where}.{name} is not declared" for name in value if name not in fields)
        for name, type_text in fields.items():
            if name in value:
                yield from self.complaints(value[name], type_text, f"{where}.{name}")

    def _closest(self, value: object, options: list[str], where: str) -> Iterator[str]:
        """What is wrong by the one option that is no null and no literal, or that none fits."""
        named = [one for one in options if one != "null" and not one.startswith("'")]
        if value is not None and len(named) == 1:
            yield from self.complaints(value, named[0], where)
        else:
            yield f"{where}: {value!r} is none of {' | '.join(options)}"


def read_card_types() -> CardTypes:
    text = _COMMENT.sub("", TYPES_FILE.read_text(encoding="utf-8"))
    interfaces = {name: "{" + body + "}" for name, body in _INTERFACE.findall(text)}
    return CardTypes(interfaces | dict(_ALIAS.findall(text)))


def _is_plain(value: object, text: str) -> bool:
    if text == "null":
        return value is None
    if text.startswith("'"):
        return value == text.strip("'")
    if text.startswith("Record<string, "):
        inner = text.removeprefix("Record<string, ").removesuffix(">")
        return isinstance(value, dict) and all(_is_plain(one, inner) for one in value.values())
    kind: Any = _PRIMITIVES[text]
    return isinstance(value, kind) and (text == "boolean" or not isinstance(value, bool))


def _fields(body: str) -> Iterator[tuple[str, str]]:
    for declaration in _split(body, ";"):
        if declaration:
            name, _, type_text = declaration.partition(":")
            yield name.strip(), type_text.strip()


def _split(text: str, sign: str) -> list[str]:
    """The parts between signs that stand in no bracket."""
    parts, depth, part = [], 0, ""
    for letter in text:
        depth += (letter in "{(<") - (letter in "})>")
        if letter == sign and depth == 0:
            parts.append(part.strip())
            part = ""
        else:
            part += letter
    return [*parts, part.strip()]
