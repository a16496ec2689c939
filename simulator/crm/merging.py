"""Merges one record into another.

The survivor keeps its own values and takes the other's where it has none; links move over; the old ids lead to the survivor.
A contact's address that lost becomes an additional one. HubSpot tells of the merge and of a deletion for each record that went,
not of the values that moved.
Sources: https://developers.hubspot.com/changelog/new-subscription-types-for-webhooks,
https://developers.hubspot.com/docs/api-reference/latest/crm/using-object-apis (read 2026-09).
Limit: the survivor takes over values only; the history of the merged-away record goes with it.
"""

from collections.abc import Mapping

from simulator.crm.associations import Link, Ref
from simulator.crm.changes import Source
from simulator.crm.records import Record
from simulator.crm.state import CrmState, Saving, TypeState
from simulator.crm.unique import ADDRESSES
from simulator.crm.writing import PlannedWrite
from simulator.errors import validation_error


def merge(crm: CrmState, object_type: str, primary_id: str, other_id: str, source: Source) -> Record:
    """The survivor. Raises HubSpot's 400 when both ids are one record, 404 when one is missing."""
    state = crm.of(object_type)
    with crm.saving(source) as saving:
        primary, other = state.get(primary_id), state.get(other_id)
        if primary is other:
            raise validation_error("Cannot merge an object with itself.")
        moved = _moved_values(state, primary, other)
        went = [primary, other] if crm.settings.merge_creates_new_id else [other]
        # Links end at the records that go, so they are read before and made again on the survivor.
        links = [link for record in went for link in _links_from(crm, record)]
        kept = dict(primary.properties)
        for record in went:
            saving.remove(state, record)
        survivor = _reborn(saving, state, kept) if crm.settings.merge_creates_new_id else primary
        saving.store(state, survivor, {**moved, "hs_merged_object_ids": _merged_ids(kept, other, went)}, source)
        for record in went:
            state.table.redirects[record.id] = survivor.id
        _link_again(saving, survivor, links, {record.id for record in went})
        _report(saving, survivor, primary, went, moved_count=len(moved))
        return survivor


def _moved_values(state: TypeState, primary: Record, other: Record) -> dict[str, str]:
    live = state.schema.live
    moved = {
        name: value
        for name, value in other.properties.items()
        if name not in primary.properties and name not in ADDRESSES and name in live and not live[name].read_only_value
    }
    if state.kind.name != "contacts":
        return moved
    first, *_ = [record.properties["email"] for record in (primary, other) if "email" in record.properties] or [""]
    addresses = [
        address
        for record in (primary, other)
        for name in ADDRESSES
        for address in record.properties.get(name, "").split(";")
        if address and address != first
    ]
    merged_vids = f"{primary.id};{other.id}"
    found = {"email": first, "hs_additional_emails": ";".join(dict.fromkeys(addresses))}
    changed = {name: value for name, value in found.items() if value != primary.properties.get(name, "")}
    return {**moved, **changed, "hs_calculated_merged_vids": merged_vids}


def _merged_ids(kept: Mapping[str, str], other: Record, went: list[Record]) -> str:
    earlier = [*kept.get("hs_merged_object_ids", "").split(";"), *other.properties.get("hs_merged_object_ids", "").split(";")]
    return ";".join(dict.fromkeys(each for each in [*earlier, *(record.id for record in went)] if each))


def _reborn(saving: Saving, state: TypeState, kept: Mapping[str, str]) -> Record:
    values = {
        name: value for name, value in kept.items() if name in state.schema.live and not state.schema.live[name].read_only_value
    }
    claims = frozenset(state.keys_of(values))
    told = len(saving.saves)
    record = saving.create(state, PlannedWrite(values, (), claims))
    del saving.saves[told:]  # the merge event tells of it, no creation event does
    return record


def _links_from(crm: CrmState, record: Record) -> list[Link]:
    ref = (record.object_type, record.id)
    types = crm.associations.types
    return [
        Link(ref, (to_type, to_id), found)
        for to_type in crm.associations.linked_types(ref)
        for to_id, type_ids in crm.associations.targets(ref, to_type).items()
        for type_id in type_ids
        if (found := types.find(record.object_type, to_type, type_id)) is not None
    ]


def _link_again(saving: Saving, survivor: Record, links: list[Link], gone: set[str]) -> None:
    crm = saving.state
    ref: Ref = (survivor.object_type, survivor.id)
    made: list[Link] = []
    for link in links:
        to_type, to_id = link.to_ref
        if to_type == ref[0] and to_id in gone | {survivor.id}:
            continue
        # The survivor's own primary record stays its primary one.
        keeps_own = link.type.is_primary and crm.associations.primary_of(ref, to_type) is not None
        made += crm.associations.add(ref, link.to_ref, [] if keeps_own else [link.type])
    saving.report_links(made)


def _report(saving: Saving, survivor: Record, primary: Record, went: list[Record], *, moved_count: int) -> None:
    merged = tuple(record.id for record in went if record is not primary)
    new_id = survivor.id if survivor is not primary else None
    saving.report(
        saving.change("merge", primary, primary_id=primary.id, merged_ids=merged, new_id=new_id, properties_moved=moved_count),
        *(saving.change("deletion", record) for record in went),
    )
