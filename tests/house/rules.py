"""The house rules as functions from source text to complaints, so that the rules themselves can be tested."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Final

FILE_LIMIT: Final = 400
FUNCTION_LIMIT: Final = 60
LAYERS: Final = {
    "integration.core": 1,
    "integration.db": 2,
    "integration.hubspot": 3,
    "integration.providers": 3,
    "integration.jobs": 3,
    "integration.scoring": 4,
    "integration.briefs": 4,
    "integration.outreach": 4,
    "integration.matching": 4,
    "integration.routing": 4,
    "integration.access": 5,
    "integration.lead_files": 5,
    "integration.pipeline": 5,
    "integration.reporting": 5,
    "integration.syncs": 5,
    "webhooks": 6,
    "crm_cards": 6,
    "crm_cards.host": 7,
    "integration.admin": 6,
    "integration.api": 6,
    "integration.processes": 7,
    "integration.demo": 7,
    "integration.benchmarks": 7,
    "integration.app": 7,
    "integration.web_app": 7,
    "integration.job_table": 7,
    "integration.lead_table": 7,
    "integration.score_table": 7,
    "integration.provider_report": 7,
    "integration.cli": 7,
    "integration.explain": 7,
    "integration.command_page": 7,
    "integration.commands": 7,
    "integration.project": 7,
    "integration.scaffold": 7,
}
DECISIONS: Final = frozenset(
    {"integration.scoring", "integration.briefs", "integration.outreach", "integration.matching", "integration.routing"}
)
OPEN_TO_DECISIONS: Final = frozenset(
    {"integration.hubspot.objects", "integration.providers.base", "integration.providers.signals.base"}
)
SHARED_SIBLINGS: Final = {
    # layer 3 packages may use the value types of their neighbours, never their machinery
    "integration.hubspot.objects": 3,
    "integration.providers.base": 3,
    "integration.providers.signals.base": 3,
    "integration.jobs.request": 3,
    # which addresses tell a company is told in one place
    "integration.pipeline.domains": 5,
    # what is to be done is asked for from above and below through one store and one job name
    "integration.pipeline.worklist_store": 5,
    "integration.pipeline.lanes": 5,
    "integration.pipeline.record_state_store": 5,
}
BROAD_EDGES: Final = frozenset(
    {"integration/jobs/edge.py", "webhooks/dispatch.py", "integration/pipeline/carrier.py", "integration/web_app.py"}
)
FORBIDDEN_NAMES: Final = frozenset({"utils.py", "helpers.py", "common.py", "manager.py"})
SQL_CALLS: Final = frozenset({"select", "insert", "update", "delete", "text"})
SQL_FREE: Final = ("integration/db/", "migrations/", "tests/")


@dataclass(frozen=True)
class Source:
    """A Python file of the project: its path from the root with slashes, and its text."""

    path: str
    text: str

    @property
    def module(self) -> str:
        return str(PurePosixPath(self.path).with_suffix("")).replace("/", ".").removesuffix(".__init__")

    @property
    def tree(self) -> ast.Module:
        return _parsed(self.text)


@cache
def _parsed(text: str) -> ast.Module:
    return ast.parse(text)


def sources(root: Path, *folders: str) -> Iterator[Source]:
    """Our own files: what npm installed beside the cards is not ours."""
    for folder in folders:
        for path in sorted(path for path in (root / folder).rglob("*.py") if "node_modules" not in path.parts):
            yield Source(path.relative_to(root).as_posix(), path.read_text(encoding="utf-8"))


def size_complaints(source: Source) -> Iterator[str]:
    """Files and functions past the size that is refused."""
    lines = source.text.count("\n")
    if lines > (600 if source.path.startswith("tests/") else FILE_LIMIT):
        yield f"{source.path}: {lines} lines"
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            size = (node.end_lineno or node.lineno) - node.lineno + 1
            if size > FUNCTION_LIMIT and not source.path.startswith("tests/"):
                yield f"{source.path}:{node.lineno}: {node.name} has {size} lines"


def layer_complaints(source: Source) -> Iterator[str]:
    """Imports that go up, or sideways to a sibling."""
    own = _room(source.module)
    if own is None:
        return
    for imported in _imports(source):
        other = _room(imported)
        if other is None or other == own:
            continue
        if LAYERS[other] > LAYERS[own]:
            yield f"{source.path} imports {imported}, which lies above it"
        elif own in DECISIONS and LAYERS[other] == 3 and not _is_open(imported, OPEN_TO_DECISIONS):
            yield f"{source.path} imports {imported}; decisions may only see {', '.join(sorted(OPEN_TO_DECISIONS))}"
        elif LAYERS[other] == LAYERS[own] and LAYERS[own] < 7 and not _is_open(imported, frozenset(SHARED_SIBLINGS)):
            yield f"{source.path} imports its sibling {imported}"


def simulator_complaints(source: Source) -> Iterator[str]:
    """The simulator knows only HTTP; the product knows nothing of the simulator but where the demo and benchmarks start it."""
    imported = list(_imports(source))
    if source.path.startswith("simulator/"):
        yield from (
            f"{source.path} imports {name}" for name in imported if name.split(".")[0] in ("integration", "webhooks", "crm_cards")
        )
    elif not source.path.startswith(
        ("tests/", "integration/demo/", "integration/benchmarks/", "integration/commands/", "integration/project.py")
    ):
        yield from (f"{source.path} imports {name}" for name in imported if name.split(".")[0] == "simulator")


def sql_complaints(source: Source) -> Iterator[str]:
    """Statements outside files named *store.py."""
    if source.path.endswith("store.py") or source.path.startswith(SQL_FREE) or source.path.startswith("simulator/"):
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sqlalchemy"):
            taken = sorted(alias.name for alias in node.names if alias.name in SQL_CALLS)
            if taken:
                yield f"{source.path}:{node.lineno}: {', '.join(taken)} of {node.module} outside a store"
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and _STATEMENT.match(node.value):
            yield f"{source.path}:{node.lineno}: a statement outside a store: {node.value.strip()[:50]!r}"


_STATEMENT: Final = re.compile(r"\s*(SELECT\s.+\sFROM\s|INSERT INTO\s|UPDATE \w+ SET\s|DELETE FROM\s|WITH \w+ AS \()", re.DOTALL)


def tenant_complaints(source: Source) -> Iterator[str]:
    """Public store methods that take a connection and no portal, unless their docstring says why: `All portals: ...`."""
    if not source.path.endswith("store.py"):
        return
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
            continue
        names = {argument.arg for argument in [*node.args.args, *node.args.kwonlyargs]}
        if "connection" in names and "portal_id" not in names and "All portals" not in (ast.get_docstring(node) or ""):
            yield f"{source.path}:{node.lineno}: {node.name} takes no portal_id; if that is meant, its docstring says `All portals: why`"


def smell_complaints(source: Source) -> Iterator[str]:
    """Broad excepts outside the edges, refused file names, prints, unfinished work, missing module docstrings."""
    if PurePosixPath(source.path).name in FORBIDDEN_NAMES:
        yield f"{source.path}: a file must be named for its business"
    if source.text.strip() and ast.get_docstring(source.tree) is None:
        yield f"{source.path}: no module docstring"
    if source.path.startswith("tests/"):
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ExceptHandler) and source.path not in BROAD_EDGES and _is_broad(node.type) and not _reraises(node):
            yield f"{source.path}:{node.lineno}: broad except outside the four edges"
    for number, line in enumerate(source.text.splitlines(), start=1):
        # In quotes it is HubSpot's word for a kind of task.
        if re.search(r"(?<!\")\b(TODO|FIXME|XXX|NotImplementedError)\b", line):
            yield f"{source.path}:{number}: unfinished: {line.strip()[:60]}"


def _is_broad(kind: ast.expr | None) -> bool:
    kinds = kind.elts if isinstance(kind, ast.Tuple) else [kind]
    return any(one is None or (isinstance(one, ast.Name) and one.id in ("Exception", "BaseException")) for one in kinds)


def _reraises(handler: ast.ExceptHandler) -> bool:
    """Cleaning up and passing the error on swallows nothing."""
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


def _room(module: str) -> str | None:
    """The layered package a module belongs to; None when it is none of ours."""
    return next((name for name in sorted(LAYERS, key=len, reverse=True) if module == name or module.startswith(name + ".")), None)


def _is_open(imported: str, allowed: frozenset[str]) -> bool:
    return any(imported == name or imported.startswith(name + ".") for name in allowed)


def _imports(source: Source) -> Iterator[str]:
    """Every imported module, and each name imported from it (which may be a module too)."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            base = node.module
            parts = base.split(".")
            if parts[0] == "integration" and len(parts) <= 2:
                yield from (f"{base}.{alias.name}" for alias in node.names)
            else:
                yield base
