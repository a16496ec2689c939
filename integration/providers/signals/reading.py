"""Which headlines are about a company, and what they say as signals. Pure.

A headline is about a company when it bears its name as whole words in the name's own writing. A name of one word may be a word of the language
("Even", "Target", "Apple"), so it needs more: it must be the subject, at the front or before a colon, and the news of a kind that companies make;
or the company's own domain must be the source. What is left out costs a signal; what is wrongly let in costs trust.
Limit: two companies of one long name are not told apart by a headline.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from integration.core.company_names import company_name
from integration.core.folding import words
from integration.providers.base import Subject
from integration.providers.normalise import host_of, to_domain
from integration.providers.signals.base import Signal, clean_title, plain_address, unrepeated
from integration.providers.signals.kinds import OTHER, kind_of

MOST_SIGNALS: Final = 10
OLDEST: Final = timedelta(days=365)
SHORTEST_NAME: Final = 3
_SUBJECT_AFTER: Final = re.compile(
    r"^(?:[^:]{0,40}:\s*|the\s+|(?:[\w&.-]+\s+)?(?:firm|company|startup|start-up|giant|maker|group|retailer|bank|insurer|airline|carmaker|supplier)\s+)?",
    re.IGNORECASE,
)
# As names these are never told from the words that begin a sentence.
_EVERYDAY: Final = frozenset(
    (
        "after", "all", "also", "and", "any", "as", "before", "best", "big", "but", "even", "first", "general", "global", "good", "great", "here",
        "how", "if", "just", "last", "local", "more", "most", "national", "new", "next", "now", "only", "other", "some", "still", "the", "then",
        "there", "today", "what", "when", "where", "which", "while", "who", "why",
    )
)  # fmt: skip


@dataclass(frozen=True)
class Story:
    """A headline as a search for news gives it. `source`: the publisher's host or address; `address`: where it can be read, "" when not told."""

    title: str
    on: date
    source: str
    address: str = ""


def signals_about(subject: Subject, stories: Iterable[Story], *, today: date) -> tuple[Signal, ...]:
    """The signals among these stories that are about the company, at most ten, the newest first; none older than a year or from the future."""
    name = plain_name(subject)
    found = [
        signal
        for story in stories
        if today - OLDEST <= story.on <= today + timedelta(days=1) and (signal := _signal(story, name, subject.domain)) is not None
    ]
    return unrepeated(found)[:MOST_SIGNALS]


def plain_name(subject: Subject) -> str:
    """The company's name without its legal form, in its own writing; "" when too little is left to search for."""
    written = (subject.company_name or "").split()
    core = company_name(" ".join(written), subject.country or "").words
    beginnings = (" ".join(written[:count]).strip(" ,.-") for count in range(1, len(written) + 1))
    name = next((one for one in beginnings if words(one) == core), " ".join(written))
    return name if sum(len(word) for word in words(name)) >= SHORTEST_NAME else ""


def _signal(story: Story, name: str, domain: str | None) -> Signal | None:
    title, host = clean_title(story.title), host_of(story.source) or host_of(story.address)
    if not title or not name or host is None:
        return None
    kind = kind_of(title)
    own = domain is not None and to_domain(host) == domain
    if not own and not _is_about(title, name, kind):
        return None
    return Signal(story.on, kind, title, host, plain_address(story.address))


def _is_about(title: str, name: str, kind: str) -> bool:
    wanted = words(name)
    if len(wanted) > 1:
        return f" {' '.join(wanted)} " in f" {' '.join(words(title))} "
    if not wanted:
        return False
    as_written = rf"{re.escape(name)}(?:'s|\u2019s)?(?![\w-])"
    front = _SUBJECT_AFTER.match(title)
    at_front = re.compile(as_written).match(title, front.end() if front else 0)
    return kind != OTHER and at_front is not None and not name.islower() and wanted[0] not in _EVERYDAY
