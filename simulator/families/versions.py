"""API versions in paths: every operation answers under its legacy path and under the dated ones, on the same state.

Operations are written once in the dated form, `/crm/objects/{version}/{objectType}`; the legacy form has the version before the
family: `/crm/v3/objects/{objectType}`. What a call may do differently depends on the version in its path alone.
Source: https://developers.hubspot.com/docs/developer-tooling/platform/versioning (read 2026-09).
"""

import re
from collections.abc import Iterator

from simulator.crm.settings import BEFORE_2026_09, FROM_2026_09, WriteRules

DATED = ("2026-03", "2026-09-beta", "2026-09")
LEGACY = ("v3", "v4")
_FAMILY = re.compile(r"^/crm/([a-z]+)/\{version\}")
_PARAMETER = re.compile(r"\{([A-Za-z]+)\}")
_CAPITAL = re.compile(r"([A-Z])")
_STRICT = re.compile(r"/2026-09(-beta)?(/|$)")


def spellings(template: str) -> Iterator[str]:
    """Every path of an operation as a Flask rule: parameters in snake case, one rule for each version and position."""
    rule = _PARAMETER.sub(lambda match: match.group(0) if match.group(1) == "version" else f"<{_snake(match)}>", template)
    for version in DATED:
        yield rule.replace("{version}", version)
    for version in LEGACY:
        if _FAMILY.match(rule):
            yield _FAMILY.sub(rf"/crm/{version}/\1", rule)
        # The association schema's legacy files put the version behind the family, its clients before it.
        yield rule.replace("{version}", version)


def write_rules(path: str) -> WriteRules:
    """The rules that bind writes under this path."""
    return FROM_2026_09 if _STRICT.search(path) else BEFORE_2026_09


def _snake(match: re.Match[str]) -> str:
    return _CAPITAL.sub(r"_\1", match.group(1)).lower()
