"""Scores: the profile in force and a draft of the next one, with a preview on the portal's records before anything is saved.

Everything is a form and a page: a draft that is sent is kept, right or wrong, and the page then shows what it would change, or where it is wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import yaml
from flask import Response, request

from integration.access.roles import Role
from integration.admin.console.base import Action, ConsoleParts, Form, MenuGroup, Outcome, Page, Routes, Visit, address, render
from integration.core.errors import BadInput, UpstreamError
from integration.pipeline.score_setup.desk import SAMPLE_SIZE, ScoreDesk, ScoreSetup
from integration.pipeline.score_setup.preview import Preview
from integration.scoring.priority import HEATS
from integration.scoring.profile_parts import PriorityProfile
from integration.scoring.profile_problems import ProfileProblem

_WEIGHTS: Final = (
    ("icp_fit", "ICP fit", "Judged: how much the company looks like your customers."),
    ("heat", "Chance to buy", "Judged: the heat model's probability, once your account has one."),
    ("expected_value", "Expected value", "Judged: chance times amount."),
    ("risk", "Risk of loss", "Judged: what the risk leaves of 100."),
    ("bant", "BANT", "Counts signals: nothing found earns nothing."),
    ("urgency", "Urgency", "Counts signals: what presses today."),
)
_LIMITS: Final = (
    ("hot_from", "Hot from", "Points from which a record is hot."),
    ("warm_from", "Warm from", "Points from which a record is warm."),
    ("excluded_at_most", "Ruled out keeps at most", "Points a record keeps that your profile rules out."),
    ("expected_value_full", "Expected value for full marks", "In your account's currency."),
)


def routes(parts: ConsoleParts) -> Routes:
    pages = _ScorePages(parts)
    return (
        Page("scores", "scores", pages.show, menu="Scores", group=MenuGroup.SET_UP, position=15),
        Action("scores/preview", "scores_preview", pages.preview, Role.ADMIN),
        Action("scores/weights", "scores_weights", pages.weigh, Role.ADMIN),
        Action("scores/save", "scores_save", pages.save, Role.ADMIN),
        Action("scores/discard", "scores_discard", pages.discard, Role.ADMIN),
        Action("scores/restore", "scores_restore", pages.restore, Role.ADMIN),
        Action("scores/default", "scores_default", pages.use_default, Role.ADMIN),
    )


class _ScorePages:
    def __init__(self, parts: ConsoleParts) -> None:
        self._parts = parts
        self._desk = ScoreDesk(parts.database, parts.clients, parts.portals, parts.clock)

    def show(self, visit: Visit) -> Response:
        setup = self._desk.setup(visit.portal_id, visit.email)
        preview, trouble = self._preview(visit, setup)
        return render(
            visit,
            "scores.html",
            title="Scores",
            setup=setup,
            preview=preview,
            trouble=trouble,
            weights=_fields(setup, _WEIGHTS, "weights"),
            limits=_fields(setup, _LIMITS, None),
            plot=None if preview is None else build_plot(preview),
            heat_words=dict(HEATS),
            sample_size=SAMPLE_SIZE,
        )

    def preview(self, visit: Visit, form: Form) -> Outcome:
        problems = self._desk.keep_draft(visit.portal_id, visit.email, form.get("text", ""))
        return self._kept(visit, problems)

    def weigh(self, visit: Visit, form: Form) -> Outcome:
        priority: dict[str, Any] = {"weights": {name: _number(form, name, title) for name, title, _ in _WEIGHTS}}
        priority |= {name: _number(form, name, title) for name, title, _ in _LIMITS}
        return self._kept(visit, self._desk.keep_priority(visit.portal_id, visit.email, priority))

    def save(self, visit: Visit, form: Form) -> Outcome:
        version = self._desk.save(visit.portal_id, visit.email, note=form.get("note", ""))
        message = f"Saved as version {version}. Each record is scored by it when it is looked at next."
        return self._done(visit, message, "scores_saved", version, {"note": form.get("note", "").strip()[:200]})

    def discard(self, visit: Visit, _form: Form) -> Outcome:
        self._desk.drop_draft(visit.portal_id, visit.email)
        return Outcome(
            "The draft is gone. What is in force stays as it was.", address(visit, "scores"), "scores_draft_dropped", "draft"
        )

    def restore(self, visit: Visit, form: Form) -> Outcome:
        text = form.get("version", "")
        if not text.isdecimal() or len(text) > 9:
            raise BadInput("Choose one of the versions listed on the page Scores.")
        version = self._desk.restore(visit.portal_id, visit.email, int(text))
        message = f"Version {version} says what version {text} said, and is in force."
        return self._done(visit, message, "scores_restored", version, {"restored": int(text)})

    def use_default(self, visit: Visit, _form: Form) -> Outcome:
        version = self._desk.use_default(visit.portal_id, visit.email)
        return self._done(visit, f"The default profile holds again, as version {version}.", "scores_default", version, {})

    def _preview(self, visit: Visit, setup: ScoreSetup) -> tuple[Preview | None, str]:
        """The preview, and in words why there is none."""
        try:
            return self._desk.preview(visit.portal_id, setup), ""
        except UpstreamError as error:
            return None, error.message

    def _kept(self, visit: Visit, problems: tuple[ProfileProblem, ...]) -> Outcome:
        if problems:
            count = "one problem" if len(problems) == 1 else f"{len(problems)} problems"
            message = f"The draft is kept. It has {count}, shown below, and cannot be saved before that is set right."
        else:
            message = "The draft is kept. Its preview stands below; nothing is changed before you save."
        to = f"{address(visit, 'scores')}#{'problems' if problems else 'preview'}"
        return Outcome(message, to, "scores_drafted", "draft", {"problems": len(problems)})

    def _done(self, visit: Visit, message: str, action: str, version: int, detail: Mapping[str, Any]) -> Outcome:
        return Outcome(message, address(visit, "scores"), action, f"version {version}", detail)


def build_plot(preview: Preview) -> dict[str, Any]:
    """The distribution as bars of a plot 360 by 170: places and heights in its units, 130 for the fullest bar."""
    most = max((count for one in preview.buckets for count in (one.before_count, one.after_count)), default=0) or 1
    bars = [
        {
            "x": 12 + 34 * place,
            "before": round(130 * one.before_count / most, 1),
            "after": round(130 * one.after_count / most, 1),
            "start": one.start,
            "bucket": one,
        }
        for place, one in enumerate(preview.buckets)
    ]
    return {"bars": bars, "most": most}


def _fields(setup: ScoreSetup, declared: tuple[tuple[str, str, str], ...], section: str | None) -> list[tuple[str, str, str, str]]:
    """Name, title, help and value of each form field, as the text shown has it; the default where it cannot be read."""
    given: Any = _priority_of(setup.text)
    default: Any = PriorityProfile().model_dump()
    if section is not None:
        given, default = given.get(section), default[section]
    known = given if isinstance(given, Mapping) else {}
    return [(name, title, about, f"{_plain(known.get(name, default[name]))}") for name, title, about in declared]


def _priority_of(text: str) -> Mapping[str, Any]:
    try:
        document = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError):
        return {}
    found = document.get("priority") if isinstance(document, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _plain(value: object) -> str:
    return f"{value:g}" if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e6 else str(value)


def _number(form: Form, name: str, title: str) -> float | int:
    text = form.get(name, "").strip().replace(",", ".")
    try:
        value = float(text)
    except ValueError as error:
        raise BadInput(f"{title}: {request.form.get(name, '')[:40]!r} is no number. Nothing was changed.") from error
    return int(value) if value.is_integer() else value
