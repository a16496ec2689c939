"""The app home inside HubSpot: one question, answered from what is stored."""

from __future__ import annotations

from collections.abc import Mapping

from crm_cards.base import CardParts, Json, Question, Routes, Visitor
from crm_cards.home_reader import HomeReader


def routes(parts: CardParts) -> Routes:
    reader = HomeReader(parts)

    def show(visitor: Visitor, _query: Mapping[str, str]) -> Json:
        with parts.database.begin() as connection:
            return reader.view(connection, visitor)

    return (Question("home", "home", show),)
