"""What a domain's records tell of its mail: who takes it, and how it is protected against forgery. Pure once loaded.

Source: RFC 7208 (SPF), RFC 7489 (DMARC), RFC 7505 (null MX), https://www.rfc-editor.org (as in November 2026); the table is `mail_providers.yaml`.
Limit: DKIM cannot be told, because its records stand at names that only the sender knows.
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
_SPF: Final = re.compile(r"v=spf1(\s|$)", re.IGNORECASE)
_SPF_ALL: Final = re.compile(r"(?:^|\s)([-~?+]?)all(?=\s|$)", re.IGNORECASE)
_DMARC: Final = re.compile(r"v\s*=\s*dmarc1\s*(;|$)", re.IGNORECASE)
_DMARC_POLICY: Final = re.compile(r";\s*p\s*=\s*(none|quarantine|reject)\s*(?=;|$)", re.IGNORECASE)
_QUALIFIERS: Final = {"-": "SPF fail", "~": "SPF softfail", "?": "SPF neutral", "+": "SPF allows all", "": "SPF allows all"}
MailProviders = Mapping[str, tuple[str, ...]]
"""The domains of each provider's mail servers, by its name."""


@dataclass(frozen=True)
class MailServer:
    """One MX record; `host` "" is the null MX: the domain takes no mail."""

    preference: int
    host: str


@cache
def load_mail_providers() -> MailProviders:
    """The table of this folder; read once. Raises ConfigError with every bad entry."""
    return parse_mail_providers(Path(__file__).with_name("mail_providers.yaml").read_text(encoding="utf-8"))


def parse_mail_providers(text: str) -> MailProviders:
    """The providers of a YAML text. Raises ConfigError with every bad entry."""
    table = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are the safe loader
    if not isinstance(table, dict):
        raise ConfigError(["the mail providers are not a mapping of names"])
    problems = [
        f"{name}: needs a list of lower-case domains, not {domains!r}" for name, domains in table.items() if not _is_good(domains)
    ]
    if problems:
        raise ConfigError(problems)
    return {str(name): tuple(domains) for name, domains in table.items()}


def find_mail_provider(providers: MailProviders, servers: Sequence[MailServer], *, is_own: bool) -> str | None:
    """Who takes the mail at the most preferred server; None without servers or where nobody knows it. `is_own`: it is the domain's own."""
    if not servers:
        return None
    first = min(servers, key=lambda one: one.preference).host
    if not first:
        return NO_MAIL
    known = next((name for name, domains in providers.items() if any(f".{first}".endswith(f".{one}") for one in domains)), None)
    return known or (OWN_SERVER if is_own else None)


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


def _is_good(domains: object) -> bool:
    return (
        isinstance(domains, list)
        and bool(domains)
        and all(isinstance(one, str) and "." in one and one == one.lower() for one in domains)
    )
