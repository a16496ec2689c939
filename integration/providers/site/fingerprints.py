"""Which technologies a page or a domain's DNS gives away, by our own table `fingerprints.yaml`. Pure once loaded.

Limit: only what the server sends; nothing that a script loads later.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache, partial
from pathlib import Path
from typing import Final, Literal, overload

import yaml

from integration.core.errors import ConfigError
from integration.providers.site.page_traces import Place, read_traces

_NOT_MARKS: Final = frozenset({"name", "category", "url", "implies"})
_SPF: Final = "v=spf1"


@dataclass(frozen=True)
class Fingerprint:
    """The traces of one technology, all lower case; one of them is enough. `url`: where its maker tells of them."""

    name: str
    category: str
    url: str
    hosts: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    html: tuple[str, ...] = ()
    generator: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    cookies: tuple[str, ...] = ()
    mx: tuple[str, ...] = ()
    spf: tuple[str, ...] = ()
    txt: tuple[str, ...] = ()
    ns: tuple[str, ...] = ()
    cname: tuple[str, ...] = ()
    implies: tuple[str, ...] = ()


MARKS: Final = tuple(field.name for field in fields(Fingerprint) if field.name not in _NOT_MARKS)


class Fingerprints(Sequence[Fingerprint]):
    """The table, laid out by kind of mark: places by host, so that a page costs by its own length and not by the table's."""

    def __init__(self, entries: Iterable[Fingerprint]) -> None:
        self._entries = tuple(entries)
        self._implied = {one.name: one.implies for one in self._entries}
        self._marks = {kind: _flat(self._entries, kind) for kind in MARKS}
        self._by_host = {kind: _index(self._marks[kind]) for kind in ("hosts", "links")}

    def __len__(self) -> int:
        return len(self._entries)

    @overload
    def __getitem__(self, index: int) -> Fingerprint: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Fingerprint]: ...
    def __getitem__(self, index: int | slice) -> Fingerprint | Sequence[Fingerprint]:
        return self._entries[index]

    def at(self, kind: Literal["hosts", "links"], places: Iterable[Place]) -> set[str]:
        """The names of what is found at these places."""
        return set(_at(self._by_host[kind], places))

    def matching(self, kind: str, matches: Callable[[str], bool]) -> set[str]:
        """The names of what has a mark of this kind that matches."""
        return {name for mark, name in self._marks[kind] if matches(mark)}

    def with_implied(self, found: set[str]) -> tuple[str, ...]:
        """The names found and all that is certain with them, in the order of the table."""
        waiting, known = list(found), set(found)
        while waiting:
            more = set(self._implied[waiting.pop()]) - known
            known |= more
            waiting += more
        return tuple(one.name for one in self._entries if one.name in known)


def find_technologies(
    fingerprints: Fingerprints,
    *,
    markup: str,
    headers: Iterable[tuple[str, str]] = (),
    cookie_names: Iterable[str] = (),
) -> tuple[str, ...]:
    """The names of the technologies seen on a page, in the order of the table. `headers` have lower-case names.

    Cost: about ten milliseconds for 100 kB of markup.
    """
    page = read_traces(markup)
    sent = {name: value.lower() for name, value in headers}
    cookies = [name.lower() for name in cookie_names]
    found = (
        fingerprints.at("hosts", page.places)
        | fingerprints.at("links", page.links)
        | fingerprints.matching("paths", page.paths.__contains__)
        | fingerprints.matching("html", page.markup.__contains__)
        | fingerprints.matching("generator", lambda mark: any(maker.startswith(mark) for maker in page.generators))
        | fingerprints.matching("headers", lambda mark: _has_header(sent, mark))
        | fingerprints.matching("cookies", lambda mark: any(name.startswith(mark) for name in cookies))
    )
    return fingerprints.with_implied(found)


def find_technologies_in_dns(
    *, mx: Iterable[str] = (), txt: Iterable[str] = (), ns: Iterable[str] = (), cname: Iterable[str] = ()
) -> tuple[str, ...]:
    """The names of the technologies a domain's records tell of: hosts of `mx` and `ns`, whole `txt` records, targets of `cname`."""
    table = load_fingerprints()
    texts = [text.strip().strip('"').lower() for text in txt]
    found = table.matching("txt", lambda mark: any(text.startswith(mark) for text in texts))
    for kind, names in (("mx", mx), ("ns", ns), ("cname", cname), ("spf", _spf_includes(texts))):
        found |= table.matching(kind, partial(_is_any_within, [name.strip().rstrip(".").lower() for name in names]))
    return table.with_implied(found)


@cache
def load_fingerprints() -> Fingerprints:
    """The table of this folder; read once. Raises ConfigError with every bad entry."""
    return parse_fingerprints(Path(__file__).with_name("fingerprints.yaml").read_text(encoding="utf-8"))


def parse_fingerprints(text: str) -> Fingerprints:
    """The fingerprints of a YAML text. Raises ConfigError with every bad entry."""
    entries = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are the safe loader
    if not isinstance(entries, dict):
        raise ConfigError(["the fingerprints are not a mapping of names"])
    problems = [f"{name}: {problem}" for name, entry in entries.items() if (problem := _problem(entry, entries))]
    if problems:
        raise ConfigError(problems)
    return Fingerprints(
        Fingerprint(str(name), entry["category"], entry["url"], **{key: tuple(entry.get(key, ())) for key in (*MARKS, "implies")})
        for name, entry in entries.items()
    )


def _problem(entry: object, entries: Mapping[object, object]) -> str | None:
    if not isinstance(entry, dict) or not isinstance(entry.get("category"), str):
        return "needs a category"
    if not isinstance(entry.get("url"), str) or not entry["url"].startswith("https://"):
        return "needs the address where its maker tells of it"
    if unknown := set(entry) - {"category", "url", "implies", *MARKS}:
        return f"knows no {', '.join(sorted(unknown))}"
    marks = [part for mark in MARKS for part in entry.get(mark, ())]
    if not marks:
        return "has no trace to look for"
    bad = [part for part in marks if not isinstance(part, str) or len(part) < 3 or part != part.lower()]
    if bad:
        return f"traces must be lower-case texts of three letters or more: {bad}"
    strange = [name for name in entry.get("implies", ()) if name not in entries]
    return f"implies what is not in the table: {strange}" if strange else None


_Index = Mapping[str, Sequence[tuple[str, str]]]


def _flat(entries: Iterable[Fingerprint], kind: str) -> tuple[tuple[str, str], ...]:
    """Each mark of the kind with the name of its technology."""
    return tuple((mark, one.name) for one in entries for mark in getattr(one, kind))


def _index(marks: Iterable[tuple[str, str]]) -> _Index:
    """By host: the beginnings of a path that count there, each with the name of its technology."""
    found: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for mark, name in marks:
        host, slash, path = mark.partition("/")
        found[host].append((slash + path, name))
    return dict(found)


def _at(index: _Index, places: Iterable[Place]) -> Iterator[str]:
    for host, path in places:
        parent = host
        while parent:
            yield from (name for start, name in index.get(parent, ()) if path.startswith(start))
            parent = parent.partition(".")[2]


def _spf_includes(texts: Iterable[str]) -> list[str]:
    """The domains that SPF records include or lead on to."""
    parts = [part for text in texts if text.startswith(_SPF) for part in text.split()]
    return [part.partition(sign)[2] for part in parts for sign in ("include:", "redirect=") if sign in part]


def _is_any_within(hosts: Sequence[str], mark: str) -> bool:
    return any(_is_within(host, mark) for host in hosts)


def _is_within(host: str, mark: str) -> bool:
    """Whether a host is the mark or below it; a mark that ends with a hyphen begins one of the host's labels."""
    return f".{mark}" in f".{host}" if mark.endswith("-") else f".{host}".endswith(f".{mark}")


def _has_header(sent: Mapping[str, str], mark: str) -> bool:
    name, colon, part = mark.partition(":")
    value = sent.get(name)
    return value is not None and (not colon or part.strip() in value)
