"""From the answers of a batch to counts: how often each channel was asked, found a field, and was right where something tells. Pure.

What a person vouches for in the CRM tells the truth. Without it, two or more providers tell it together: each answer is right with the
chance that all of them together give it. Counts are whole numbers, so whether it counts as agreed is drawn with that chance, from the
question itself and therefore always alike; over many answers the share is the chance. So where two contradict each other, the one that was
right more often before is blamed less often.
Limit: providers that copy from each other look more right than they are, until a person's value or a third source tells.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from integration.providers.base import Field, FieldValue, Finding
from integration.providers.cases import Case, Heard, is_vouched_for
from integration.providers.certainty import Vote, chances_of
from integration.providers.estimates import WHOLE_CHANNEL, Observed
from integration.providers.likeness import agree
from integration.providers.segments import segments_around
from integration.providers.standing import draw

Trust = Callable[[Heard, Finding], float]
"""How often a finding like this is right, as believed so far."""
Chances = dict[tuple[Field, str], float]
"""By field and provider: that its answer is the true one, all answers considered."""
_ANSWERS: Final = ("found", "not_found")


@dataclass
class _Count:
    asked: int = 0
    found: int = 0
    compared: int = 0
    agreed: int = 0
    latency_ms: int = 0
    cost_usd: Decimal = Decimal(0)
    vouched: int = 0
    vouched_right: int = 0


def observe(cases: Iterable[Case], week: date, trust: Trust) -> tuple[Observed, ...]:
    """The counts of all answers that came from outside just now; what the cache or another batch answered was counted before."""
    counts: defaultdict[tuple[str, str, str], _Count] = defaultdict(_Count)
    for case in cases:
        truths = {one.field: one.value for one in case.known if is_vouched_for(one)}
        chances = _chances(_votes(case, trust))
        for heard in case.heard:
            if heard.reply.outcome in _ANSWERS and not heard.reply.cached:
                _count(heard, truths, chances, counts)
    return tuple(
        Observed(
            channel,
            name,
            segment,
            week,
            one.asked,
            one.found,
            one.compared,
            one.agreed,
            one.latency_ms,
            one.cost_usd,
            one.vouched,
            one.vouched_right,
        )
        for (channel, name, segment), one in sorted(counts.items())
    )


def _count(
    heard: Heard,
    truths: dict[Field, FieldValue],
    chances: Chances,
    counts: defaultdict[tuple[str, str, str], _Count],
) -> None:
    lookup, reply = heard.lookup, heard.reply
    channel = lookup.channel.name
    values = {one.field: one for one in sorted(reply.findings, key=lambda one: one.confidence_ratio)}
    judged = {name: _verdict(one, lookup.question, truths, chances) for name, one in values.items()}
    if lookup.trail:
        trail = counts[channel, WHOLE_CHANNEL, lookup.trail]
        trail.asked += 1
        trail.found += reply.outcome == "found"
    for segment in segments_around(lookup.segment):
        whole = counts[channel, WHOLE_CHANNEL, segment]
        whole.asked += 1
        whole.found += reply.outcome == "found"
        whole.latency_ms += round(reply.latency_s * 1000)
        whole.cost_usd += reply.cost_usd
        for name in lookup.endpoint.offer.fields:
            one = counts[channel, name.value, segment]
            one.asked += 1
            one.found += name in values
            verdict = judged.get(name)
            one.compared += verdict is not None
            one.agreed += verdict is True
            one.vouched += name in truths and name in values
            one.vouched_right += name in truths and verdict is True


def _verdict(finding: Finding, question: str, truths: dict[Field, FieldValue], chances: Chances) -> bool | None:
    """Whether the value counts as right; None when nothing independent tells."""
    if finding.field in truths:
        return agree(finding.field, finding.value, truths[finding.field])
    mine = None if isinstance(finding.value, tuple) else chances.get((finding.field, finding.provider))
    return None if mine is None else draw("verdict", question, finding.field.value) < mine


def _chances(votes: dict[Field, list[Vote]]) -> Chances:
    """The chance of each provider's first answer on a field, for the fields on which at least two have spoken."""
    found: Chances = {}
    for name, given in votes.items():
        if len({vote.provider for vote in given}) >= 2:
            for vote, chance in zip(given, chances_of(name, given), strict=True):
                found.setdefault((name, vote.provider), chance)
    return found


def _votes(case: Case, trust: Trust) -> dict[Field, list[Vote]]:
    found: dict[Field, list[Vote]] = {}
    for heard in case.heard:
        for one in heard.reply.findings:
            found.setdefault(one.field, []).append(Vote(one.value, one.provider, trust(heard, one)))
    return found
