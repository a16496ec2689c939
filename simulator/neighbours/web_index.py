"""The invented web as search engines see it: a company's own site, and what directories and newspapers have about it.

A query names the company between quotation marks, else by all its words. Engines differ in order and in what they have (`Glasses`).
"""

import re
from dataclasses import dataclass

from simulator.neighbours.chance import draw
from simulator.neighbours.facts import CompanyFacts, FactBook, Glasses

_PHRASE = re.compile(r'"([^"]+)"')


@dataclass(frozen=True)
class Hit:
    """One result, the same for every engine; each writes it in its own shape."""

    title: str
    url: str
    snippet: str


class WebIndex:
    """What one engine finds."""

    def __init__(self, book: FactBook, engine: str) -> None:
        self._book = book
        self._engine = engine
        self._glasses = Glasses(engine)

    def search(self, query: str, limit: int = 10) -> list[Hit]:
        """The best hits, none when the words name nobody."""
        phrase = _PHRASE.search(query)
        name = (phrase[1] if phrase else query).strip()
        hits = [hit for facts in self._book.find_namesakes(name) if self._glasses.knows(facts.domain) for hit in self._about(facts)]
        return sorted(hits, key=lambda hit: draw(self._engine, hit.url) - ("own site" in hit.snippet))[:limit]

    def _about(self, facts: CompanyFacts) -> list[Hit]:
        name, trade = facts.company.name, facts.company.industry
        return [
            Hit(f"{name} | {trade}", f"https://www.{facts.domain}/", f"{trade}. The company's own site in this invented world."),
            Hit(f"{name} - LinkedIn", f"https://www.linkedin.com/company/{facts.linkedin_slug}", f"{name} | {trade}"),
            Hit(f"{name} in the news", f"https://news.example.org/{facts.slug}", f"What was written about {name}."),
        ]
