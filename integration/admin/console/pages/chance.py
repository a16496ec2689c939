"""Chance to buy: the heat model of an account with its card, how its chances held, what it refuses to learn from, and earlier trainings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask import Response, request

from integration.access.roles import Role
from integration.admin.console.base import Action, ConsoleParts, Form, MenuGroup, Outcome, Page, Routes, Visit, address, render
from integration.core.errors import BadInput
from integration.hubspot.objects import COMPANIES, CONTACTS
from integration.pipeline.heat.jobs import train_request
from integration.pipeline.heat.model_store import HeatModelStore, StoredTraining
from integration.pipeline.heat.trainer import TYPES

_SIDE: Final = 200.0
_LEFT: Final = 30.0
_WORDS: Final = {CONTACTS: "Contacts", COMPANIES: "Companies"}


def routes(parts: ConsoleParts) -> Routes:
    pages = _ChancePages(parts)
    return (
        Page("chance", "chance", pages.show, menu="Chance to buy", group=MenuGroup.SET_UP, position=16),
        Action("chance/train", "chance_train", pages.train, Role.ADMIN),
    )


class _ChancePages:
    def __init__(self, parts: ConsoleParts) -> None:
        self._parts = parts
        self._models = HeatModelStore()

    def show(self, visit: Visit) -> Response:
        object_type = _type_of(request.args.get("object", CONTACTS))
        with self._parts.database.begin() as connection:
            trainings = self._models.trainings(connection, portal_id=visit.portal_id, object_type=object_type)
            watched = self._models.watched(connection, portal_id=visit.portal_id, object_type=object_type)
        newest = trainings[0] if trainings else None
        return render(
            visit,
            "chance.html",
            title="Chance to buy",
            object_type=object_type,
            types=_WORDS,
            newest=newest,
            trainings=trainings,
            watched=watched if watched and newest and watched.version == newest.version else None,
            plots=None if newest is None else build_plots(newest),
            held=_held(trainings),
        )

    def train(self, visit: Visit, form: Form) -> Outcome:
        object_type = _type_of(form.get("object", ""))
        with self._parts.database.begin() as connection:
            self._parts.deferrer.defer(connection, train_request(visit.portal_id, object_type, "asked for"))
        message = "A training was asked for. It takes a minute or two; open this page again then."
        return Outcome(message, address(visit, "chance", object=object_type), "heat_training_asked", object_type)


@dataclass(frozen=True)
class Dot:
    """A bin of the plot of calibration, in the plot's units, with its 95 % interval from `top` to `bottom`."""

    x: float
    y: float
    top: float
    bottom: float
    words: str


def build_plots(training: StoredTraining) -> dict[str, Any] | None:
    """What the three plots are drawn from; None where the training tells no figures."""
    card = training.card
    bins, lift, scores = card.get("test_bins"), card.get("test_lift"), card.get("test_scores")
    if not bins or not lift or not scores:
        return None
    most = max(scores) or 1
    return {
        "dots": [_dot(one) for one in bins],
        "lift": " ".join(
            f"{_LEFT + _SIDE * place / 10:.1f},{_SIDE * (1 - share) + 10:.1f}" for place, share in enumerate([0.0, *lift])
        ),
        "lift_rows": [((place + 1) * 10, round(100 * share)) for place, share in enumerate(lift)],
        "bars": [
            {"x": _LEFT + 20 * place, "height": round(_SIDE * count / most, 1), "count": count, "start": 10 * place}
            for place, count in enumerate(scores)
        ],
        "bins": bins,
    }


def _dot(one: Mapping[str, Any]) -> Dot:
    def height(share: float) -> float:
        return round(_SIDE * (1 - share) + 10, 1)

    words = f"given {one['given']:.0%}, won {one['won']:.0%} of {one['count']:,}".replace("%", " %")
    return Dot(round(_LEFT + _SIDE * one["given"], 1), height(one["won"]), height(one["high"]), height(one["low"]), words)


def _held(trainings: Sequence[StoredTraining]) -> Mapping[str, Any] | None:
    """The last back-test: how the model before the newest did on what was decided after it was trained."""
    return next((one.backtest for one in trainings if one.backtest), None)


def _type_of(name: str) -> str:
    if name not in TYPES:
        raise BadInput("Choose contacts or companies on the page Chance to buy.")
    return name
