"""What a domain's records tell: who takes its mail, how its mail is protected, which services it has proved itself to. Pure once loaded.

Source: RFC 7208 (SPF), RFC 7489 (DMARC), RFC 7505 (null MX), https://www.rfc-editor.org (as in November 2026); the table is `dns_marks.yaml`.
Limit: DKIM cannot be told, because its records stand at names that only the sender knows.
Limit: SPF includes are not followed; what they include themselves is not seen.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import yaml

from integration.core.errors import ConfigError

NO_MAIL: Final = "No mail (null MX)"
OWN_SERVER: Final = "Own mail server"
_KINDS: Final = ("mx", "spf", "txt", "ns", "cname")
_SPF: Final = re.compile(r"v=spf1(\s|$)", re.IGNORECASE)
_SPF_ALL: Final = re.compile(r"(?:^|\s)([-~?+]?)all(?=\s|$)", re.IGNORECASE)
_SPF_INCLUDE: Final = re.compile(r"(?:^|\s)[+?~-]?(?:include:|redirect=)(\S+)", re.IGNORECASE)
_DMARC: Final = re.compile(r"v\s*=\s*dmarc1\s*(;|$)", re.IGNORECASE)
_DMARC_POLICY: Final = re.compile(r";\s*p\s*=\s*(none|quarantine|reject)\s*(?=;|$)", re.IGNORECASE)
_QUALIFIERS: Final = {"-": "SPF fail", "~": "SPF softfail", "?": "SPF neutral", "+": "SPF allows all", "": "SPF allows all"}


@dataclass(frozen=True)
class Mark:
    """What one service leaves in the DNS; all lower case."""

    name: str
    mx: tuple[str, ...] = ()
    spf: tuple[str, ...] = ()
    txt: tuple[str, ...] = ()
    ns: tuple[str, ...] = ()
    cname: tuple[str, ...] = ()


@dataclass(frozen=True)
class Marks:
    mail_providers: tuple[Mark, ...]
    technologies: tuple[Mark, ...]


@dataclass(frozen=True)
class MailServer:
    """One MX record; `host` "" is the null MX: the domain takes no mail."""

    preference: int
    host: str


@cache
def load_marks() -> Marks:
    """The table of this folder; read once. Raises ConfigError with every bad entry."""
    return parse_marks(Path(__file__).with_name("dns_marks.yaml").read_text(encoding="utf-8"))


def parse_marks(text: str) -> Marks:
    """The marks of a YAML text. Raises ConfigError with every bad entry."""
    table = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are the safe loader
    parts = table if isinstance(table, dict) else {}
    found = {part: parts.get(part) for part in ("mail_providers", "technologies")}
    problems = [f"{part} is not a mapping of names" for part, entries in found.items() if not isinstance(entries, dict)]
    problems += [
        f"{name}: {problem}"
        for entries in found.values()
        for name, entry in (entries.items() if isinstance(entries, dict) else ())
        if (problem := _problem(entry))
    ]
    if problems:
        raise ConfigError(problems)
    return Marks(_marks(found["mail_providers"]), _marks(found["technologies"]))


def find_mail_provider(marks: Marks, servers: Sequence[MailServer], is_own: bool) -> str | None:
    """Who takes the mail at the most preferred server; None without servers or where nobody knows it. `is_own`: it is the domain's own."""
    if not servers:
        return None
    first = min(servers, key=lambda one: one.preference).host
    if not first:
        return NO_MAIL
    known = next((mark.name for mark in marks.mail_providers if _under(first, mark.mx)), None)
    return known or (OWN_SERVER if is_own else None)


def find_dns_technologies(marks: Marks, *, txt: Sequence[str], ns: Sequence[str], cname: Sequence[str]) -> tuple[str, ...]:
    """The services seen, in the order of the table."""
    texts = [text.strip().strip('"').lower() for text in txt]
    includes = [include.rstrip(".") for text in texts if _SPF.match(text) for include in _SPF_INCLUDE.findall(text)]
    return tuple(
        mark.name
        for mark in marks.technologies
        if any(text.startswith(mark.txt) for text in texts if mark.txt)
        or any(_under(include, mark.spf) for include in includes)
        or any(_under(host, mark.ns) for host in ns)
        or any(_under(host, mark.cname) for host in cname)
    )


def read_email_security(txt: Sequence[str], dmarc: Sequence[str]) -> tuple[str, str]:
    """Two words on SPF and on DMARC, such as ("SPF softfail", "DMARC reject"); what is not there is said too."""
    return _spf_word([text for text in txt if _SPF.match(text)]), _dmarc_word([text for text in dmarc if _DMARC.match(text)])


def _spf_word(records: Sequence[str]) -> str:
    if len(records) != 1:  # RFC 7208, 4.5: two are as bad as a broken one
        return "SPF invalid" if records else "no SPF"
    found = _SPF_ALL.search(records[0])
    return _QUALIFIERS[found[1]] if found else "SPF"


def _dmarc_word(records: Sequence[str]) -> str:
    if len(records) != 1:  # RFC 7489, 6.6.3: with several none counts
        return "DMARC invalid" if records else "no DMARC"
    found = _DMARC_POLICY.search(records[0])
    return f"DMARC {found[1].lower()}" if found else "DMARC invalid"


def _under(host: str, domains: Sequence[str]) -> bool:
    """Whether a host is one of the domains or below it; a mark that ends in "-" begins a label."""
    return any(f".{host}".endswith(f".{one}") or (one.endswith("-") and f".{one}" in f".{host}") for one in domains)


def _marks(entries: object) -> tuple[Mark, ...]:
    known: Mapping[object, Mapping[str, Sequence[str]]] = entries if isinstance(entries, dict) else {}
    return tuple(Mark(str(name), *(tuple(entry.get(kind, ())) for kind in _KINDS)) for name, entry in known.items())


def _problem(entry: object) -> str | None:
    if not isinstance(entry, dict) or not entry:
        return "has no mark to look for"
    if unknown := set(entry) - set(_KINDS):
        return f"knows no {', '.join(sorted(str(one) for one in unknown))}"
    marks = [mark for marks in entry.values() for mark in (marks if isinstance(marks, list) else [marks])]
    bad = [mark for mark in marks if not isinstance(mark, str) or len(mark) < 3 or mark != mark.lower()]
    return f"marks must be lower-case texts: {bad}" if bad or not marks else None
