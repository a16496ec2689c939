"""The part of the demo about chances: deals that ended long ago arrive, a model is learned from them, and every contact is scored again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from typing import Final

from integration.admin.bulk_runs import BulkRuns
from integration.app import Parts, build_parts
from integration.core.clock import system_clock
from integration.demo.observing import wait_until_settled
from integration.demo.outcome import LearnLook
from integration.demo.stand import Stand
from integration.hubspot.objects import CONTACTS
from integration.pipeline.heat.trainer import Trainer
from simulator.data.demo import DemoCompany, DemoContact
from simulator.data.past import Past, build_pasts, contact_seed, deal_seed

_CHUNK: Final = 50
Progress = Callable[[str, int, int], None]


def load_contacts(
    stand: Stand,
    portal_id: int,
    people: Sequence[Mapping[str, str]],
    pasts: Sequence[Past],
    contacts: Sequence[DemoContact],
    step: str,
    progress: Progress,
) -> list[str]:
    """The ids of the contacts, loaded with what they did before; who is not among `contacts` has no past."""
    ids: list[str] = []
    seeds = [
        contact_seed(contacts[place], pasts[place], properties) if place < len(contacts) else {"properties": dict(properties)}
        for place, properties in enumerate(people)
    ]
    for start in range(0, len(seeds), _CHUNK):
        ids += _seed(stand, portal_id, CONTACTS, seeds[start : start + _CHUNK])
        progress(step, len(ids), len(seeds))
    return ids


def pasts_of(contacts: Sequence[DemoContact], companies: Sequence[DemoCompany]) -> list[Past]:
    """The past of each contact, counted back from now."""
    return build_pasts(contacts, {one.domain: one for one in companies}, system_clock())


def learn(
    stand: Stand, portal_id: int, contact_ids: Sequence[str], pasts: Sequence[Past], step: str, progress: Progress
) -> LearnLook:
    """What was learned. Raises DemoStuck when the records are not carried through in time."""
    deals = [deal_seed(past.deal, one) for past, one in zip(pasts, contact_ids, strict=False) if past.deal is not None]
    for start in range(0, len(deals), _CHUNK):
        _seed(stand, portal_id, "deals", deals[start : start + _CHUNK])
        progress(step, min(start + _CHUNK, len(deals)), 2 * len(deals))
    with ExitStack() as held:
        parts = build_parts(stand.settings, stand.database, held)
        stored = Trainer(parts.database, parts.clients, parts.clock).train(portal_id, CONTACTS, cause="asked for")
        _score_again(parts, portal_id, contact_ids)
    wait_until_settled(stand, portal_id)
    progress(step, 2 * len(deals), 2 * len(deals))
    counts = {label: _count(stand, portal_id, label) for label in ("hot", "warm", "cold")}
    test = stored.card.get("test", {})
    return LearnLook(
        deals=len(deals),
        won=int(stored.card["counts"]["won"]),
        model=str(stored.card.get("chosen", "")),
        auc=round(float(test.get("auc", 0.0)), 3),
        abstained=stored.abstained,
        labels=counts,
    )


def _score_again(parts: Parts, portal_id: int, contact_ids: Sequence[str]) -> None:
    runs = BulkRuns(
        database=parts.database,
        clients=parts.clients,
        deferrer=parts.engine,
        worklist=parts.worklist,
        keys=parts.keys,
        adapters=parts.adapters,
        clock=parts.clock,
    )
    with parts.database.begin() as connection:
        runs.start(connection, portal_id, CONTACTS, contact_ids)


def _seed(stand: Stand, portal_id: int, object_type: str, seeds: Sequence[Mapping[str, object]]) -> list[str]:
    made = stand.control.post("/seed", {"portals": [{"portal_id": portal_id, "objects": {object_type: list(seeds)}}]})
    return [str(one) for one in made["records"][str(portal_id)][object_type]]


def _count(stand: Stand, portal_id: int, label: str) -> int:
    query = {
        "filterGroups": [{"filters": [{"propertyName": "leadlight_chance_label", "operator": "EQ", "value": label}]}],
        "limit": 1,
    }
    return int(stand.ask(portal_id, f"/crm/objects/2026-09/{CONTACTS}/search", query)["total"])
