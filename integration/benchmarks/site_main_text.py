"""How well the main text of a page is told from its surroundings: precision, recall and F1 of runs of four words, with an interval.

Measured as https://github.com/scrapinghub/article-extraction-benchmark measures (read 2026-12): runs of four words counted on both sides,
each page weighing the same, precision and recall averaged over pages, F1 of the two averages, 1.96 standard deviations of a bootstrap.
"""

from __future__ import annotations

import random
import re
import statistics
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from integration.benchmarks import site_data
from integration.providers.site.main_text import main_text

WORDS: Final = 4
DRAWS: Final = 1000
_WORD: Final = re.compile(r"\w+")

is_available = site_data.is_named


class Overlap(NamedTuple):
    """Runs of words on both sides, only found, only wanted; as shares of all."""

    both: float
    found: float
    wanted: float


def run() -> Mapping[str, float | int | str]:
    """F1 with its interval, precision, recall, processor time for a page. Raises BadInput without the pages."""
    pages = site_data.rows("articles_dev")
    started = time.process_time()
    texts = [main_text(page["html"], page["url"]) for page in pages]
    taken = time.process_time() - started
    overlaps = [overlap_of(page["gold"], text) for page, text in zip(pages, texts, strict=True)]
    f1, precision, recall = figures_of(overlaps)
    chance = random.Random(1)  # noqa: S311 - a repeatable draw, nothing secret
    drawn = [figures_of(chance.choices(overlaps, k=len(overlaps)))[0] for _ in range(DRAWS)]
    return {
        "pages": len(pages),
        "f1": round(f1, 4),
        "f1_interval": round(1.96 * statistics.stdev(drawn), 4),
        "precision": round(precision, 4),
        "recall": round(recall, 4),
        "ms_per_page": round(taken / len(pages) * 1000, 1),
    }


def overlap_of(wanted: str, found: str) -> Overlap:
    """How far two texts are the same runs of four words; all zero when both are empty."""
    one, other = _runs(wanted), _runs(found)
    sizes = ((one & other).total(), (other - one).total(), (one - other).total())
    return Overlap(*(size / sum(sizes) for size in sizes)) if sum(sizes) else Overlap(0.0, 0.0, 0.0)


def figures_of(overlaps: Sequence[Overlap]) -> tuple[float, float, float]:
    """(F1, precision, recall) over pages; a page with nothing found counts in recall only, one with nothing wanted in precision only."""
    precision = statistics.mean(one.both / (one.both + one.found) for one in overlaps if one.both + one.found > 0)
    recall = statistics.mean(one.both / (one.both + one.wanted) for one in overlaps if one.both + one.wanted > 0)
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0, precision, recall


def _runs(text: str) -> Counter[tuple[str, ...]]:
    words = _WORD.findall(text)
    runs = (tuple(words[start : start + WORDS]) for start in range(max(1, len(words) - WORDS + 1)))
    return Counter(run for run in runs if run)
