"""The measuring of what is read from sites: known texts have known figures, and without the pages nothing is measured."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from integration.benchmarks import site_data, site_main_text, site_robots, site_technologies
from integration.benchmarks.site_main_text import figures_of, overlap_of
from integration.core.errors import BadInput


def write(folder: Path, name: str, rows: list[dict[str, Any]]) -> None:
    with gzip.open(folder / f"{name}.jsonl.gz", "wt", encoding="utf-8") as lines:
        lines.writelines(json.dumps(row) + "\n" for row in rows)


def test_texts_are_compared_by_runs_of_four_words() -> None:
    assert overlap_of("a b c d e", "a, b c: d e!") == (1.0, 0.0, 0.0)
    assert overlap_of("a b c d e", "a b c d x") == pytest.approx((1 / 3, 1 / 3, 1 / 3))
    assert overlap_of("a b", "a b") == (1.0, 0.0, 0.0)
    assert overlap_of("", "") == (0.0, 0.0, 0.0)


def test_page_with_nothing_found_costs_recall_and_not_precision() -> None:
    assert figures_of([overlap_of("a b c d", "a b c d"), overlap_of("a b c d", "")]) == pytest.approx((2 / 3, 1.0, 0.5))


def test_other_content_management_is_wrong_and_what_stands_on_the_right_one_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drupal, shop = "<script data-drupal-selector=x>", "<link href=/wp-content/plugins/woocommerce/a.css>"
    pages = [("Drupal", drupal), ("WordPress", shop), ("Joomla", shop), ("TYPO3 CMS", "<p>")]
    write(tmp_path, "tech_dev", [{"gold": [gold], "html": html} for gold, html in pages])
    monkeypatch.setenv(site_data.FOLDER_VARIABLE, str(tmp_path))
    figures = site_technologies.run()
    assert (figures["recall"], figures["wrong_ratio"]) == (0.5, 0.25)
    assert (figures["Drupal"], figures["Joomla"], figures["TYPO3"]) == ("1 of 1", "0 of 1", "0 of 1")


def test_robots_cases_of_the_standard_are_counted_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = {"robots": "user-agent: *\ndisallow: /", "agent": "Foo", "url": "https://a.example/"}
    verdicts = [(False, False), (True, False), (False, True)]
    rows = [{**closed, "id": f"case-{at}", "allowed": may, "google_specific": own} for at, (may, own) in enumerate(verdicts)]
    write(tmp_path, "robots_google_cases", rows)
    monkeypatch.setenv(site_data.FOLDER_VARIABLE, str(tmp_path))
    figures = site_robots.run()
    assert (figures["right_ratio"], figures["google_right_ratio"], figures["otherwise"]) == (0.5, 1.0, "case-1")


@pytest.mark.parametrize("benchmark", [site_technologies, site_main_text, site_robots])
def test_without_pages_the_benchmark_is_left_out(benchmark: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(site_data.FOLDER_VARIABLE, raising=False)
    assert not benchmark.is_available()
    with pytest.raises(BadInput, match="Name the folder"):
        benchmark.run()
