"""The one next step a rep should take, by a table of rules: the first that applies is it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from integration.briefs.base import ScoreView, Sentence
from integration.briefs.sentences import evidence_of, person_called
from integration.hubspot.objects import COMPANIES
from integration.providers.base import FactSheet, Field

Rule = Callable[[FactSheet, dict[str, ScoreView]], Sentence | None]


def next_step(sheet: FactSheet, scores: Sequence[ScoreView]) -> Sentence:
    by_name = {score.name: score for score in scores}
    for rule in _RULES:
        sentence = rule(sheet, by_name)
        if sentence is not None:
            return sentence
    return _look_closer(sheet)


def _excluded(_sheet: FactSheet, scores: dict[str, ScoreView]) -> Sentence | None:
    fit = scores.get("icp_fit")
    if fit is None or fit.label != "excluded":
        return None
    reason = fit.reasons[-1]
    return Sentence(f"Leave it: {reason.text[0].lower()}{reason.text[1:]}.", evidence_of(*reason.findings))


def _too_little_known(sheet: FactSheet, scores: dict[str, ScoreView]) -> Sentence | None:
    fit = scores.get("icp_fit")
    if fit is None or fit.value is not None:
        return None
    missing = "the company's web address" if sheet.finding(Field.DOMAIN) is None else "industry and headcount"
    return Sentence(f"Add {missing}, so that there is something to judge by.", evidence_of(sheet.finding(Field.DOMAIN)))


def _broken_address(sheet: FactSheet, _scores: dict[str, ScoreView]) -> Sentence | None:
    if sheet.text(Field.EMAIL_STATUS) not in ("invalid", "disposable"):
        return None
    return Sentence("Find a working e-mail address before writing.", evidence_of(sheet.finding(Field.EMAIL_STATUS)))


def _answer_their_form(sheet: FactSheet, _scores: dict[str, ScoreView]) -> Sentence | None:
    finding = sheet.finding(Field.FORM_CONVERSION_COUNT)
    if finding is None or not sheet.number(Field.FORM_CONVERSION_COUNT):
        return None
    return Sentence("Answer their form today; it is the strongest signal there is.", evidence_of(finding))


def _write_first(sheet: FactSheet, scores: dict[str, ScoreView]) -> Sentence | None:
    fit, email = scores.get("icp_fit"), sheet.finding(Field.EMAIL)
    if sheet.object_type == COMPANIES or fit is None or fit.label not in ("strong", "possible") or email is None:
        return None
    return Sentence(f"Read the drafted sequence and approve it for {person_called(sheet) or 'this contact'}.", evidence_of(email))


def _find_a_person(sheet: FactSheet, scores: dict[str, ScoreView]) -> Sentence | None:
    fit = scores.get("icp_fit")
    if sheet.object_type != COMPANIES or fit is None or fit.label not in ("strong", "possible"):
        return None
    return Sentence(
        "Pick the person there who can decide; the company itself fits.",
        evidence_of(*(f for reason in fit.reasons for f in reason.findings)),
    )


def _look_closer(sheet: FactSheet) -> Sentence:
    return Sentence("Keep it for later; nothing calls for action now.", evidence_of(sheet.finding(Field.DOMAIN)))


_RULES: Final[tuple[Rule, ...]] = (_excluded, _too_little_known, _broken_address, _answer_their_form, _write_first, _find_a_person)
