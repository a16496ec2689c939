"""The measuring itself: what counts as the same value, and the figures of pages with known answers."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from integration.benchmarks import site_contacts, site_data
from integration.benchmarks.site_contacts import FILE, counted, fold, score
from integration.core.errors import BadInput


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("ORG", "Sample &amp; Sons, Ltd.", "SAMPLE and Sons Ltd"),
        ("STREET", "12 Sample St., Suite 3", "12 sample st suite 3"),
        ("TEL", "1-202-555-0143", "(202) 555.0143 ext. 12"),
        ("ZIPCODE", "GL51 9PL", "gl519pl"),
        ("EMAIL", "info [at] sample-works [dot] com", "info@sample-works.com"),
    ],
)
def test_two_writings_of_one_value_are_equal(kind: str, one: str, other: str) -> None:
    assert fold(kind, one) == fold(kind, other)


def test_a_part_of_a_value_is_not_the_value() -> None:
    assert fold("STREET", "12 Sample Street") != fold("STREET", "12 Sample Street Suite 3")


def test_distinct_values_and_mentions_are_counted_apart() -> None:
    marked = counted("business_pages-1", [("ORG", "Sample"), ("ORG", "sample"), ("CITY", "Austin"), ("FAX", "1")])
    found = counted("business_pages-1", [("ORG", "Sample"), ("CITY", "Boston")])
    assert score([(marked, found)]) == (0.5, 0.5, 0.5)
    assert score([(marked, found)], by_mention=True) == (0.5, 0.3333, 0.4)
    assert score([(marked, found)], lambda one: one[0] == "CITY") == (0.0, 0.0, 0.0)
    assert score([]) == (0.0, 0.0, 0.0)


def test_mail_is_counted_only_where_it_was_marked() -> None:
    assert not counted("business_pages-1", [("EMAIL", "a@sample-works.com")])
    assert counted("us_contact_pages-1", [("EMAIL", "a@sample-works.com")])


def test_figures_of_a_known_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gold = [
        {"type": kind, "text": text}
        for kind, text in (("STREET", "12 Sample Street"), ("CITY", "Austin"), ("STATE", "TX"), ("PER", "Nobody"))
    ]
    row = {"id": "us_contact_pages-1", "html": "<p>12 Sample Street<br>Austin, TX 78701</p>", "gold": gold}
    (tmp_path / f"{FILE}.jsonl.gz").write_bytes(gzip.compress(json.dumps(row).encode()))
    monkeypatch.setenv(site_data.FOLDER_VARIABLE, str(tmp_path))
    assert site_contacts.is_available()
    figures = site_contacts.run()
    assert (figures["city_f1"], figures["per_f1"], figures["zipcode_precision"]) == (1.0, 0.0, 0.0)
    assert figures["micro_f1"] == 0.75
    assert figures["pages"] == 1


def test_without_data_the_benchmark_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(site_data.FOLDER_VARIABLE, raising=False)
    assert not site_contacts.is_available()
    with pytest.raises(BadInput, match="Name the folder"):
        site_contacts.run()
