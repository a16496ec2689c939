"""What the app home shows, put together from what was read: titles, addresses, spend by day, and the health of the account in lines. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final, Literal

from crm_cards.base import Json
from crm_cards.draft_view import cut
from crm_cards.score_view import label_words, words_of
from integration.hubspot.objects import OBJECT_TYPE_IDS, SINGULAR
from integration.hubspot.portal_store import Portal
from integration.providers.budget import Period, Room, plain
from integration.providers.charge_store import DayCharge
from integration.reporting.home_store import HotRecord, WaitingDraft
from integration.reporting.overview_store import OpenAlert, Workers

DAYS: Final = 30
QUIET_AFTER: Final = timedelta(days=2)
LATE_AFTER: Final = timedelta(minutes=15)
_PUBLIC_APP: Final = "https://app.hubspot.com"
_LONGEST_TITLE: Final = 160
_LONGEST_LINE: Final = 300
_MOST_ALERTS: Final = 5
_RANK: Final = {"good": 0, "warning": 1, "bad": 2}

Level = Literal["good", "warning", "bad"]


@dataclass(frozen=True)
class HealthFacts:
    """What the health of an account is judged by. `oldest_at`: since when the longest waiting record waits, None when none does.

    `heard`: whether a webhook came lately. `access_ends_at`: when HubSpot's leave to call it ends, None without any.
    """

    portal: Portal
    workers: Workers
    waiting: int
    oldest_at: datetime | None
    dead_letters: int
    alerts: Sequence[OpenAlert]
    heard: bool
    access_ends_at: datetime | None
    now: datetime


@dataclass(frozen=True)
class HealthLine:
    """One thing that is well or not, and what to do about it."""

    level: Level
    text: str
    what_to_do: str | None = None

    def as_json(self) -> Json:
        return {"level": self.level, "text": cut(self.text, _LONGEST_LINE), "what_to_do": self.what_to_do}


def record_url(portal: Portal, app_base_url: str, object_type: str, object_id: str) -> str:
    """The record's page in HubSpot: on the account's own domain, unless the installation was told of another HubSpot."""
    base = app_base_url.rstrip("/")
    if base == _PUBLIC_APP and portal.account is not None and portal.account.ui_domain:
        base = f"https://{portal.account.ui_domain}"
    return f"{base}/contacts/{portal.portal_id}/record/{OBJECT_TYPE_IDS.get(object_type, object_type)}/{object_id}"


def title_of(headline: str, object_type: str, object_id: str) -> str:
    """Whom a record is about: the brief's line up to its judgement, or the record's id where there is no brief."""
    who = headline.rpartition(": ")[0] or headline
    return cut(who, _LONGEST_TITLE) if who else f"{SINGULAR.get(object_type, 'record').capitalize()} {object_id}"


def hot_line(record: HotRecord, score: str, url: str) -> Json:
    """One of the hottest records."""
    return {
        "object_type": record.object_type,
        "object_id": record.object_id,
        "title": title_of(record.headline, record.object_type, record.object_id),
        "headline": cut(record.headline, _LONGEST_LINE),
        "value": record.value,
        "label_words": label_words(score, record.label),
        "tone": words_of(score).tone(record.label),
        "url": url,
    }


def approval_line(draft: WaitingDraft, url: str) -> Json:
    """One of the drafts that wait for a person."""
    return {
        "object_id": draft.object_id,
        "title": title_of(draft.headline, draft.object_type, draft.object_id),
        "summary": cut(_steps_words(draft.steps), _LONGEST_LINE),
        "value": draft.value,
        "url": url,
    }


def spend_view(charges: Sequence[DayCharge], rooms: Iterable[Room], titles: Mapping[str, str], today: date) -> Json:
    """The contract's `spend` from the charges of thirty days (UTC, as providers count). Providers with a cap are listed before they cost."""
    month = [one for one in charges if one.charged_on >= today.replace(day=1)]
    caps = {room.key.provider: room for room in rooms if room.key.period is Period.MONTH}
    by_day: dict[date, Decimal] = {today - timedelta(days=back): Decimal(0) for back in reversed(range(DAYS))}
    for one in charges:
        if one.charged_on in by_day:
            by_day[one.charged_on] += one.cost_usd
    cost = {
        name: sum((one.cost_usd for one in month if one.provider == name), Decimal(0)) for name in {one.provider for one in month}
    }
    capped = {name for name, room in caps.items() if room.cap is not None and name}
    names = sorted({*cost, *capped}, key=lambda name: (-cost.get(name, Decimal(0)), name))
    return {
        "today_usd": _usd(by_day[today]),
        "month_usd": _usd(sum(cost.values(), Decimal(0))),
        "by_provider": [
            {
                "provider": name,
                "title": titles.get(name, name),
                "month_usd": _usd(cost.get(name, Decimal(0))),
                "month_credits": plain(sum((one.credits for one in month if one.provider == name), Decimal(0))),
                **_cap(caps.get(name)),
            }
            for name in names
        ],
        "by_day": [{"day": day.isoformat(), "cost_usd": round(float(total), 6)} for day, total in by_day.items()],
    }


def health_view(facts: HealthFacts) -> Json:
    """The contract's `health`: the worst level of its lines; one good line when nothing is amiss."""
    lines = [
        line
        for line in (_connection(facts), _access(facts), _workers(facts), _backlog(facts), _letters(facts), _quiet(facts))
        if line
    ]
    lines += [HealthLine("warning", alert.message, _alert_todo(alert)) for alert in facts.alerts[:_MOST_ALERTS]]
    if len(facts.alerts) > _MOST_ALERTS:
        more = len(facts.alerts) - _MOST_ALERTS
        lines.append(HealthLine("warning", f"{more} more alerts are open.", "Read them on the console."))
    if not lines:
        lines = [HealthLine("good", "Everything is running.")]
    lines.sort(key=lambda line: -_RANK[line.level])
    return {"level": lines[0].level, "lines": [line.as_json() for line in lines]}


def _connection(facts: HealthFacts) -> HealthLine | None:
    portal = facts.portal
    if not portal.is_connected:
        reason = f" ({portal.state_reason})" if portal.state_reason else ""
        text = f"Leadlight is {portal.state} since {portal.state_since:%Y-%m-%d %H:%M} UTC{reason}; its work waits."
        return HealthLine("bad", text, "An admin opens the install link; work goes on where it stopped.")
    if portal.provision_error:
        text = f"The Leadlight properties could not be made: {portal.provision_error}"
        return HealthLine("bad", text, "An admin looks at the settings page, under what is on and why something is off.")
    if not portal.is_ready:
        return HealthLine("warning", "The Leadlight properties are still being made.", "Wait a minute; records are looked at then.")
    return None


def _access(facts: HealthFacts) -> HealthLine | None:
    if not facts.portal.is_connected:
        return None
    if facts.access_ends_at is None:
        return HealthLine("bad", "There is no key to this HubSpot account.", "An admin opens the install link to connect again.")
    if facts.now - facts.access_ends_at <= LATE_AFTER:
        return None
    text = f"The key to this HubSpot account ran out at {facts.access_ends_at:%Y-%m-%d %H:%M} UTC and was not renewed."
    return HealthLine("warning", text, "Whoever runs the server checks that the scheduler runs and that HubSpot can be reached.")


def _workers(facts: HealthFacts) -> HealthLine | None:
    if facts.workers.alive_count:
        return None
    seen = facts.workers.last_seen_at
    text = "No worker is running" + (
        f"; the last one was seen at {seen:%Y-%m-%d %H:%M} UTC." if seen else ", and none was seen yet."
    )
    return HealthLine("bad", text, "Whoever runs the server starts a worker; nothing is lost meanwhile.")


def _backlog(facts: HealthFacts) -> HealthLine | None:
    if facts.oldest_at is None or facts.now - facts.oldest_at <= LATE_AFTER:
        return None
    minutes = int((facts.now - facts.oldest_at).total_seconds() // 60)
    text = f"{facts.waiting:,} records wait, the first of them for {minutes:,} minutes."
    return HealthLine("warning", text, "Nothing, while it shrinks. If it grows, more workers are needed.")


def _letters(facts: HealthFacts) -> HealthLine | None:
    if not facts.dead_letters:
        return None
    text = f"{facts.dead_letters:,} records or events could not be worked on for good."
    return HealthLine("warning", text, "An operator reads why on the console's page Dead letters, and tries them again.")


def _quiet(facts: HealthFacts) -> HealthLine | None:
    if facts.heard or not facts.portal.is_connected or facts.now - facts.portal.state_since < QUIET_AFTER:
        return None
    text = f"HubSpot has sent no webhook for {QUIET_AFTER.days} days."
    todo = "Change a contact; if none comes, check the app's target address. Syncs repair what was missed."
    return HealthLine("warning", text, todo)


def _alert_todo(alert: OpenAlert) -> str:
    page = "Budgets" if alert.kind == "budget" else "Policies"
    return f"An admin decides about it on the console's page {page}."


def _cap(room: Room | None) -> Mapping[str, Any]:
    if room is None or room.cap is None:
        return {"cap_credits": None, "used_ratio": None}
    used = room.spent + room.reserved
    ratio = float(used / room.cap) if room.cap else 1.0
    return {"cap_credits": plain(room.cap), "used_ratio": min(1.0, round(ratio, 4))}


def _steps_words(steps: Sequence[Mapping[str, Any]]) -> str:
    count = f"{len(steps)} step{'' if len(steps) == 1 else 's'}"
    subject = next((str(step["subject"]) for step in steps if step.get("subject")), "")
    return f"{count}, begins with: {subject}" if subject else count


def _usd(amount: Decimal) -> str:
    return f"{amount:.2f}"
