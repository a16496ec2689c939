"""Runs benchmarks one after the other, each in a process of its own so that none measures the memory or threads of another.

Judges nothing but the bounds: a machine may be busy, so a missed bound is told and is no failure.
"""

from __future__ import annotations

import importlib
import multiprocessing
import os
import pkgutil
import platform
import subprocess
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

from integration import benchmarks
from integration.benchmarks.bounds import BOUNDS, missed
from integration.benchmarks.ground import durability, fresh_database
from integration.core.errors import BadInput

Figures = Mapping[str, float | int | str]
Tell = Callable[[str], None]


@dataclass
class BenchReport:
    """The figures by benchmark, the sentences about missed bounds, and why a benchmark could not be carried out."""

    conditions: dict[str, object]
    figures: dict[str, dict[str, object]] = field(default_factory=dict)
    missed: list[str] = field(default_factory=list)
    failures: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        failed = {name: {"ok": False, "error": reason} for name, reason in self.failures.items()}
        return {"conditions": self.conditions, **self.figures, **failed}


def benchmark_names() -> list[str]:
    """Every module of the package that has a `run`, unless it says that it lacks its data (`is_available`)."""
    found = [module.name for module in pkgutil.iter_modules(benchmarks.__path__)]
    return [
        name for name in sorted(found) if hasattr(_module(name), "run") and getattr(_module(name), "is_available", lambda: True)()
    ]


def run_benchmarks(wanted: Sequence[str], tell: Tell) -> BenchReport:
    """The report over the benchmarks named, or all. `tell` hears a line as each begins and ends. Raises BadInput for an unknown name."""
    known = benchmark_names()
    unknown = sorted(set(wanted) - set(known))
    if unknown:
        raise BadInput(f"There is no benchmark {', '.join(unknown)}. There are: {', '.join(known)}.")
    report = BenchReport(_conditions())
    for name in wanted or known:
        tell(f"{name}: running ...")
        outcome = _run_alone(name)
        if isinstance(outcome, BaseException):
            report.failures[name] = f"{type(outcome).__name__}: {outcome}"
            tell(f"{name}: could not be carried out: {report.failures[name]}")
            continue
        short = missed(name, outcome)
        must = {bound.key: bound.words for bound in BOUNDS.get(name, ())}
        report.figures[name] = {**outcome, "must": must, "ok": not short}
        report.missed += short
        tell(f"{name}: " + ", ".join(f"{key}={value}" for key, value in outcome.items()))
    return report


def _run_alone(name: str) -> Figures | BaseException:
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
        future = process.submit(_run, name)
        error = future.exception()
        return future.result() if error is None else error


def _run(name: str) -> Figures:
    figures: Figures = _module(name).run()
    return figures


def _module(name: str) -> ModuleType:
    return importlib.import_module(f"{benchmarks.__name__}.{name}")


def _conditions() -> dict[str, object]:
    with fresh_database("conditions") as database:
        settings = durability(database)
        with database.begin() as connection:
            version = ".".join(str(part) for part in connection.dialect.server_version_info or ())
    return {
        "processors": os.cpu_count(),
        "machine": platform.machine(),
        "python": platform.python_version(),
        "postgresql": version,
        "durability": settings,
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": _commit(),
    }


def _commit() -> str:
    """The commit the code stands at, with `+` when files differ from it; "unknown" outside a checkout."""
    root = Path(__file__).resolve().parents[2]
    described = subprocess.run(
        ["git", "describe", "--always", "--dirty=+", "--abbrev=12"],  # noqa: S607  whichever git the machine has
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    return described.stdout.strip() or "unknown"
