"""Which benchmarks there are, and how their figures are judged. None is run here."""

from __future__ import annotations

from importlib import import_module

import pytest

from integration import benchmarks
from integration.benchmarks.bounds import BOUNDS, Bound, missed
from integration.benchmarks.runner import BenchReport, benchmark_names, run_benchmarks
from integration.commands import bench
from integration.core.errors import BadInput


def test_every_bound_belongs_to_a_benchmark_that_exists() -> None:
    assert all(hasattr(import_module(f"{benchmarks.__name__}.{name}"), "run") for name in BOUNDS), (
        "also those this machine lacks something for"
    )


def test_a_module_without_a_run_is_no_benchmark() -> None:
    assert not {"runner", "bounds", "ground", "stands", "made_records"} & set(benchmark_names())


def test_an_unknown_benchmark_is_refused_with_the_names_of_those_there_are() -> None:
    with pytest.raises(BadInput, match=r"no benchmark speed\. There are: .*quota"):
        run_benchmarks(["speed"], lambda _line: None)


@pytest.mark.parametrize(
    ("bound", "good", "bad"), [(Bound("ratio", "at_least", 0.95), 0.95, 0.949), (Bound("median_s", "at_most", 2.0), 2.0, 2.01)]
)
def test_a_bound_holds_at_its_own_value(bound: Bound, good: float, bad: float) -> None:
    assert bound.holds(good)
    assert not bound.holds(bad)


def test_what_is_missed_is_told_with_the_figure_and_the_bound() -> None:
    assert missed("live", {"median_s": 2.5}) == ["live: median_s is 2.5, must be at most 2"]
    assert missed("live", {"median_s": 1.5}) == []
    assert missed("live", {}) == ["live: median_s was not measured"]
    assert missed("something without bounds", {}) == []


@pytest.mark.parametrize(("failures", "code"), [({}, 0), ({"ack": "AppError: no server"}, 1)])
def test_a_missed_bound_is_told_and_only_a_failure_is_an_error(
    failures: dict[str, str], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    report = BenchReport({}, figures={"live": {"ok": False}}, missed=["live: median_s is 9"], failures=failures)
    assert bench._verdict(report) == code
    assert "Missed: live: median_s is 9." in capsys.readouterr().err
    assert report.as_json() == {
        "conditions": {},
        "live": {"ok": False},
        **{name: {"ok": False, "error": reason} for name, reason in failures.items()},
    }
