"""The past of the demo account: how its contacts behaved, and which of their deals were won or lost. Made up from numbers, the same on every run.

What makes a deal likely is plain, so that a model can find it and a reader can check it: a senior title, a visitor who came by referral or
search and filled in forms, a company of 50 to 1,000 people in a few industries. The rest is chance. Moments are relative to a `today`.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from simulator.data.demo import DemoCompany, DemoContact
from simulator.neighbours.chance import draw

DECIDED_SHARE = 0.75
_LONGEST_AGO_D = 540
_SOURCES = ("REFERRALS", "ORGANIC_SEARCH", "PAID_SEARCH", "SOCIAL_MEDIA", "OFFLINE", "DIRECT_TRAFFIC")
_SOURCE_PULL = {
    "REFERRALS": 1.3,
    "ORGANIC_SEARCH": 0.5,
    "DIRECT_TRAFFIC": 0.2,
    "SOCIAL_MEDIA": -0.5,
    "PAID_SEARCH": -0.3,
    "OFFLINE": -0.9,
}
_SENIOR_PULL = {"c_suite": 0.9, "vp": 0.8, "head": 0.6, "director": 0.5, "manager": 0.0, "senior": -0.6, "entry": -1.0}
_GOOD_SECTORS = frozenset({"Information Technology", "Financials", "Industrials"})
_BASE_PULL = -1.4


@dataclass(frozen=True)
class PastSave:
    """What was saved at a moment."""

    at: datetime
    properties: Mapping[str, str]


@dataclass(frozen=True)
class PastDeal:
    """A deal that ended, with the saves it went through."""

    name: str
    won: bool
    saves: tuple[PastSave, ...]


@dataclass(frozen=True)
class Past:
    """What happened to a contact so far; no `deal`: nothing is decided yet."""

    saves: tuple[PastSave, ...]
    deal: PastDeal | None


def build_pasts(contacts: Sequence[DemoContact], companies: Mapping[str, DemoCompany], today: datetime) -> list[Past]:
    """The past of each contact, in their order; `companies` by domain."""
    return [_past(one, companies[one.domain], today) for one in contacts]


def _past(contact: DemoContact, company: DemoCompany, today: datetime) -> Past:
    key = contact.email
    is_decided = draw("decided", key) < DECIDED_SHARE
    age_d = 90 + draw("age", key) * (_LONGEST_AGO_D - 90) if is_decided else 3 + draw("age", key) * 20
    created = today - timedelta(days=age_d)
    source = _SOURCES[int(draw("source", key) * len(_SOURCES))]
    visits = [created + timedelta(days=place * (0.4 + 2 * draw("pace", key))) for place in range(_visits(key))]
    saves = [PastSave(created, {"hs_analytics_source": source, "jobtitle": contact.title, "email": contact.email})]
    saves += [PastSave(at, _visited(place + 1, key, at)) for place, at in enumerate(visits) if at < today]
    deal = _deal(contact, company, created, _pull(contact, company, source, visits, key), today) if is_decided else None
    return Past(tuple(saves), deal)


def _visits(key: str) -> int:
    return int(1 + 8 * draw("visits", key) ** 2)


def _forms(key: str) -> int:
    return int(draw("forms", key) * 3.2)


def _visited(count: int, key: str, at: datetime) -> dict[str, str]:
    return {
        "hs_analytics_num_visits": str(count),
        "hs_analytics_num_page_views": str(count * (2 + int(draw("pages", key) * 4))),
        "num_conversion_events": str(min(count, _forms(key))),
        "hs_analytics_last_visit_timestamp": f"{at.isoformat(timespec='milliseconds').removesuffix('+00:00')}Z",
    }


def _pull(contact: DemoContact, company: DemoCompany, source: str, visits: Sequence[datetime], key: str) -> float:
    """Log-odds of a won deal."""
    fits = 50 <= (company.employees or 0) <= 1000
    return (
        _BASE_PULL
        + _SENIOR_PULL.get(contact.seniority, 0.0)
        + _SOURCE_PULL[source]
        + 0.8 * min(_forms(key), len(visits))
        + (0.8 if fits else 0.0)
        + (0.6 if company.sector in _GOOD_SECTORS else -0.3)
    )


def _deal(contact: DemoContact, company: DemoCompany, created: datetime, pull: float, today: datetime) -> PastDeal:
    key = contact.email
    won = draw("won", key) < 1 / (1 + math.exp(-pull))
    opened = created + timedelta(days=20 + 20 * draw("opened", key))
    closed = min(opened + timedelta(days=15 + 45 * draw("closed", key)), today - timedelta(hours=1))
    amount = round(2_000 + 40 * min(company.employees or 100, 2_000) * (0.5 + draw("amount", key)), -2)
    middle = opened + (closed - opened) / 2
    end = {
        "dealstage": "closedwon" if won else "closedlost",
        "closedate": f"{closed.isoformat(timespec='milliseconds').removesuffix('+00:00')}Z",
        "hs_is_closed": "true",
        "hs_is_closed_won": "true" if won else "false",
    }
    name = f"Sample deal {contact.number:03d}"
    saves = (
        PastSave(opened, {"dealname": name, "dealstage": "appointmentscheduled", "pipeline": "default", "amount": f"{amount:.0f}"}),
        PastSave(middle, {"dealstage": "decisionmakerboughtin"}),
        PastSave(closed, end),
    )
    return PastDeal(name, won, saves)


def contact_seed(contact: DemoContact, past: Past, properties: Mapping[str, str]) -> dict[str, object]:
    """The contact as the control route `/seed` takes it, with its past."""
    return {"properties": dict(properties), "ref": contact.email, "history": _history(past.saves)}


def deal_seed(deal: PastDeal, contact_id: str) -> dict[str, object]:
    """The deal as the control route `/seed` takes it, on the contact with this id."""
    last = {name: value for save in deal.saves for name, value in save.properties.items() if not name.startswith("hs_")}
    return {"properties": last, "associations": [{"type": "contacts", "id": contact_id}], "history": _history(deal.saves)}


def _history(saves: Sequence[PastSave]) -> list[dict[str, object]]:
    return [{"at": save.at.isoformat(), "properties": dict(save.properties)} for save in saves]
