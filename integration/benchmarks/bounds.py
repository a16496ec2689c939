"""What each benchmark must reach: by its name and the key of its figures. A benchmark without an entry has nothing to reach."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal


@dataclass(frozen=True)
class Bound:
    """`key` must be at least or at most `value`."""

    key: str
    side: Literal["at_least", "at_most"]
    value: float

    def holds(self, figure: float) -> bool:
        return figure >= self.value if self.side == "at_least" else figure <= self.value

    @property
    def words(self) -> str:
        return f"{self.side.replace('_', ' ')} {self.value:g}"


BOUNDS: Final[Mapping[str, tuple[Bound, ...]]] = {
    "ack": (Bound("ratio_to_echo", "at_least", 0.20), Bound("p99_ms", "at_most", 200), Bound("errors", "at_most", 0)),
    "worklist": (Bound("events_per_s", "at_least", 20_000), Bound("rss_mb", "at_most", 250)),
    "quota": (
        Bound("ceiling_used_ratio", "at_least", 0.95),
        Bound("rate_limited_ratio", "at_most", 0.005),
        Bound("calls_per_record", "at_most", 0.06),
        Bound("lost", "at_most", 0),
    ),
    "enrichment": (
        Bound("companies_per_s", "at_least", 50),
        Bound("rss_mb", "at_most", 300),
        Bound("providers_asked", "at_least", 5),
        Bound("failed", "at_most", 0),
    ),
    "market": (
        Bound("coverage_ratio", "at_least", 1.0),
        Bound("cost_ratio", "at_most", 0.6),
        Bound("asked_twice", "at_most", 0),
    ),
    "heat_quality": (
        Bound("xeducation_auc", "at_least", 0.869),
        Bound("xeducation_brier", "at_most", 0.141),
        Bound("xeducation_ece", "at_most", 0.02),
        Bound("olist_auc", "at_least", 0.69),
        Bound("leaks_found", "at_least", 9),
        Bound("maven_abstains", "at_least", 1),
    ),
    "heat_speed": (Bound("seconds_100k", "at_most", 30), Bound("batch_ms", "at_most", 50), Bound("rss_mb", "at_most", 500)),
    "cards": (Bound("p95_ms", "at_most", 300), Bound("degraded_p95_ms", "at_most", 1000), Bound("errors", "at_most", 0)),
    "live": (Bound("median_s", "at_most", 2.0),),
    "undo": (Bound("ratio_to_quota", "at_most", 1.1), Bound("fields_left", "at_most", 0)),
    "card_page": (Bound("largest_card_kb", "at_most", 60), Bound("visible_median_ms", "at_most", 500)),
    "site_contacts": (Bound("micro_f1", "at_least", 0.70), Bound("ms_per_page", "at_most", 25)),
    "fairness": (Bound("median_s", "at_most", 4.0),),
    "site_technologies": (Bound("recall", "at_least", 0.90), Bound("wrong_ratio", "at_most", 0.02)),
    "site_main_text": (Bound("f1", "at_least", 0.95),),
    "lead_files": (Bound("rows_per_s", "at_least", 500), Bound("rss_mb", "at_most", 300), Bound("lost", "at_most", 0)),
    "site_robots": (Bound("right_ratio", "at_least", 0.86),),
}


def missed(name: str, figures: Mapping[str, float | int | str]) -> list[str]:
    """A sentence for each bound that the figures miss; a figure that is not there is missed too."""
    sentences = []
    for bound in BOUNDS.get(name, ()):
        figure = figures.get(bound.key)
        if not isinstance(figure, int | float):
            sentences.append(f"{name}: {bound.key} was not measured")
        elif not bound.holds(figure):
            sentences.append(f"{name}: {bound.key} is {figure:g}, must be {bound.words}")
    return sentences
