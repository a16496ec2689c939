"""One operation of HubSpot's API, as the simulator knows it: routing checks, scope enforcement and coverage read it.

Each family lists its own in `OPERATIONS` (routes.py). Paths are written in the dated form with `{version}` where the version
stands: `/crm/objects/{version}/{objectType}/batch/read`. One entry covers every version: `canonical_path` moves a `v3` or
`v4` that stands before the family name (`/crm/v3/objects/...`) to the dated place, so both spellings find the same entry.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

Status = Literal["simulated", "partial"]
Bucket = Literal["general", "search", "associations", "none"]
ScopeRule = tuple[str, ...] | Callable[[str], tuple[str, ...]]

VERSION = r"v[134]|\d{4}-\d{2}(?:-beta)?"
_LEGACY = re.compile(rf"^/(crm|automation)/({VERSION})/([^/]+)")


@dataclass(frozen=True)
class Operation:
    """A method and path with what guards it.

    `scopes`: alternatives of which one must be granted; empty = none needed; a callable gets the object type of the path
    (as written there) and gives the alternatives. `token` False = called without a bearer token (token endpoint).
    `bucket`: the rate limit it counts against.
    """

    method: str
    path: str
    status: Status = "simulated"
    note: str = ""
    scopes: ScopeRule = ()
    bucket: Bucket = "general"
    token: bool = True

    def scopes_for(self, object_type: str) -> tuple[str, ...]:
        """The alternatives for one object type, empty when the call needs none."""
        return self.scopes(object_type) if callable(self.scopes) else self.scopes


@dataclass(frozen=True)
class OperationMatch:
    """The operation a request is, and the object type its path names ("" when it names none)."""

    operation: Operation
    object_type: str


class OperationTable:
    """Finds the operation of a request; the more literal template wins over the more general one."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._by_shape: dict[tuple[str, int], list[tuple[re.Pattern[str], Operation]]] = {}
        for operation in sorted(operations, key=lambda each: each.path.count("{")):
            key = (operation.method, operation.path.count("/"))
            self._by_shape.setdefault(key, []).append((_pattern(operation.path), operation))

    def find(self, method: str, path: str) -> OperationMatch | None:
        """The match, or None when no family lists such an operation."""
        canonical = canonical_path(path)
        for pattern, operation in self._by_shape.get((method, canonical.count("/")), ()):
            match = pattern.match(canonical)
            if match is not None:
                return OperationMatch(operation, match.groupdict().get("objectType") or "")
        return None


def canonical_path(path: str) -> str:
    """The path in the dated spelling: `/crm/v3/objects/contacts` is `/crm/objects/v3/contacts`."""
    return _LEGACY.sub(r"/\1/\3/\2", path.rstrip("/"))


def _pattern(template: str) -> re.Pattern[str]:
    seen: set[str] = set()

    def segment(match: re.Match[str]) -> str:
        name = match.group(1)
        if name == "version":
            return f"(?:{VERSION})"
        # fromObjectType and objectType both name the record's own type: scopes go by it.
        name = "objectType" if name in ("objectType", "fromObjectType") else name
        if name in seen or not name.isidentifier():
            return "[^/]+"
        seen.add(name)
        return f"(?P<{name}>[^/]+)"

    return re.compile("^" + re.sub(r"\{([^}]+)\}", segment, template) + "$")
