"""The newspapers of the invented world: a few headlines about each company, and some that only sound like it.

The same company has the same stories on every run; their days are counted back from today. Papers differ in what they print.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from simulator.neighbours.chance import draw, pick
from simulator.neighbours.facts import CompanyFacts, FactBook

_PHRASE = re.compile(r'"([^"]+)"')
_HEADLINES = (
    "{name} raises ${millions} million in Series B",
    "{name} opens new office in {city}",
    "{name} appoints Sample Person as chief financial officer",
    "{name} launches new platform for {trade}",
    "{name} to hire 40 people in {city}",
    "{name} cuts 25 jobs",
    "{name} settles patent lawsuit",
    "{name} publishes its sustainability report",
)
_PAPERS = (("Sample Times", "times.news-sample.example"), ("Sample Daily", "daily.news-sample.example"))


@dataclass(frozen=True)
class StoryPrinted:
    """One story as a paper printed it."""

    title: str
    url: str
    paper: str
    host: str
    at: datetime

    @property
    def days_ago(self) -> str:
        """As Google writes it."""
        days = (datetime.now(UTC) - self.at).days
        return f"{days} days ago" if days > 1 else "1 day ago"


class NewsDesk:
    """What one search for news finds."""

    def __init__(self, book: FactBook, engine: str) -> None:
        self._book = book
        self._engine = engine

    def stories(self, query: str) -> list[StoryPrinted]:
        """The newest first; none where the words name nobody."""
        phrase = _PHRASE.search(query)
        name = (phrase[1] if phrase else query).strip()
        found = [story for facts in self._named(name) for story in self._about(facts, name)]
        return sorted(found, key=lambda story: story.at, reverse=True)

    def _named(self, name: str) -> list[CompanyFacts]:
        """Companies whose name begins with these words: papers leave legal forms out."""
        asked = name.casefold()
        known = [facts for domain in self._book.domains() if (facts := self._book.find_domain(domain))]
        return [one for one in known if len(asked) > 3 and one.company.name.casefold().startswith(asked)][:3]

    def _about(self, facts: CompanyFacts, name: str) -> list[StoryPrinted]:
        count = 1 + int(draw("stories", facts.domain) * 3)
        return [self._story(facts, name, number) for number in range(count) if draw(self._engine, facts.domain, str(number)) < 0.8]

    def _story(self, facts: CompanyFacts, name: str, number: int) -> StoryPrinted:
        key = (facts.domain, "story", str(number))
        words = pick(_HEADLINES, *key)
        title = words.format(
            name=name, millions=5 + int(draw("millions", *key) * 60), city=facts.company.city, trade=facts.company.industry.lower()
        )
        paper, host = pick(_PAPERS, "paper", self._engine, *key)
        at = datetime.now(UTC) - timedelta(days=2 + int(draw("day", *key) * 80))
        return StoryPrinted(title, f"https://{host}/{facts.slug}/{number}", paper, host, at)
