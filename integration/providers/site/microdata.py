"""Microdata items as the same nested mappings that JSON-LD gives: "@type", and each property as one value or a list. No I/O.

Source: https://html.spec.whatwg.org/multipage/microdata.html (read 2026-12); the shapes of schema.org.
Limit: `itemref` and `itemid` are not followed; properties nested deeper than eight items are passed over.
"""

from __future__ import annotations

from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from integration.providers.normalise import to_text
from integration.providers.site.json_ld import JsonThing

_DEEPEST: Final = 8
_MOST_ITEMS: Final = 100
_MOST_VALUES: Final = 500
# Where the value is an attribute and not the words.
_VALUE_OF: Final = {
    "meta": "content", "a": "href", "link": "href", "area": "href", "img": "src", "audio": "src", "video": "src", "source": "src",
    "iframe": "src", "embed": "src", "object": "data", "data": "value", "meter": "value", "time": "datetime",
}  # fmt: skip


def find_items(tree: LexborHTMLParser) -> tuple[JsonThing, ...]:
    """Every item of the page with its nested ones inside it, outermost first. Cost: one look at each marked element."""
    items: dict[int, dict[str, object]] = {}
    outermost: list[JsonThing] = []
    marked = {node.mem_id: node for node in tree.css("[itemscope], [itemprop]")[:_MOST_VALUES]}  # one that is both comes twice
    for node in marked.values():
        thing = _new_item(node) if "itemscope" in node.attributes and len(items) < _MOST_ITEMS else None
        if thing is not None:
            items[node.mem_id] = thing
        names = (node.attributes.get("itemprop") or "").split()
        owner = _owner(node, items)
        if owner is None:
            outermost += [thing] if thing is not None else []
            continue
        value = thing if thing is not None else _value(node)
        for name in names if value else ():
            _add(owner, name, value)
    return tuple(outermost)


def _new_item(node: LexborNode) -> dict[str, object]:
    kinds = [kind.rstrip("/").rpartition("/")[2] for kind in (node.attributes.get("itemtype") or "").split()]
    return {"@type": kinds[0] if len(kinds) == 1 else kinds}


def _owner(node: LexborNode, items: dict[int, dict[str, object]]) -> dict[str, object] | None:
    """The item around an element; None for an item that stands by itself."""
    if "itemscope" in node.attributes and not node.attributes.get("itemprop"):
        return None
    above, steps = node.parent, 0
    while above is not None and steps < _DEEPEST * 8:
        if above.mem_id in items:
            return items[above.mem_id]
        above, steps = above.parent, steps + 1
    return None


def _value(node: LexborNode) -> str | None:
    name = _VALUE_OF.get(node.tag or "")
    given = node.attributes.get(name) if name else None
    return to_text(given if given is not None else node.attributes.get("content") or node.text(separator=" "))


def _add(owner: dict[str, object], name: str, value: object) -> None:
    known = owner.get(name)
    if known is None:
        owner[name] = value
    elif isinstance(known, list):
        known.append(value)
    else:
        owner[name] = [known, value]
