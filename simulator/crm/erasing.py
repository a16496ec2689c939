"""Takes records away: into the recycle bin (and back), or for good on a person's request.

Source: https://developers.hubspot.com/docs/api-reference/latest/crm/objects/contacts/guide (read 2026-09).
Limit: the bin is never emptied by age (HubSpot empties it after 90 days).
"""

from simulator.crm.changes import Source
from simulator.crm.object_types import ACTIVITIES
from simulator.crm.records import Record
from simulator.crm.state import CrmState, Saving, TypeState
from simulator.crm.writes import find_by
from simulator.errors import not_found, validation_error


def archive(crm: CrmState, object_type: str, record_ids: list[str], source: Source) -> None:
    """Put records into the bin; ids that are not there are passed over, as HubSpot does."""
    state = crm.of(object_type)
    with crm.saving(source) as saving:
        for record_id in record_ids:
            record = state.table.find(record_id)
            if record is not None:
                _archive(saving, state, record)


def restore(crm: CrmState, object_type: str, record_id: str, source: Source) -> Record:
    """The record, back from the bin with those of its links whose other end is there. Raises HubSpot's 404."""
    state = crm.of(object_type)
    with crm.saving(source) as saving:
        record = state.table.archived.get(record_id)
        if record is None:
            raise not_found(f"No archived {state.kind.singular} with ID {record_id} exists")
        for key in state.keys_of(record.properties):
            if state.unique.holder(key) is not None:
                raise validation_error(f"Another {state.kind.singular} holds {key[1]} now")
        record.archived_at_ms = None
        state.table.add(record)
        saving.store(state, record, {}, source)
        saving.report(saving.change("restore", record))
        for link in crm.parked_links.pop((state.kind.name, record_id), []):
            other_type, other_id = link.to_ref
            if crm.of(other_type).table.find(other_id) is not None:
                saving.report_links(crm.associations.add(link.from_ref, link.to_ref, [link.type]))
        return record


def gdpr_delete(crm: CrmState, object_type: str, value: str, source: Source, id_property: str | None = None) -> None:
    """Erase a record and the activities that hang on it alone; an unknown address can never be used again.

    Raises HubSpot's 404 for an unknown id.
    """
    state = crm.of(object_type)
    with crm.saving(source) as saving:
        record = _find_any(state, value, id_property)
        if record is None:
            if id_property != "email":
                raise not_found(f"No {state.kind.singular} with ID {value} exists")
            crm.blocked_addresses.add(value.strip().lower())
            return
        _erase_activities(saving, record)
        _erase(saving, state, record)
        told = [saving.change("deletion", record)]
        if state.kind.name == "contacts":
            told.append(saving.change("privacyDeletion", record))
        saving.report(*told)


def _archive(saving: Saving, state: TypeState, record: Record) -> None:
    links = saving.remove(state, record)
    own = (state.kind.name, record.id)
    saving.state.parked_links[own] = [link for link in links if link.from_ref == own]
    record.archived_at_ms = saving.at_ms
    state.table.archived[record.id] = record
    saving.report(saving.change("deletion", record))


def _find_any(state: TypeState, value: str, id_property: str | None) -> Record | None:
    if id_property is None and value in state.table.archived:
        return state.table.archived[value]
    known = value if id_property is None else state.unique.holder((id_property, value.strip().lower()))
    return state.table.find(known, follow_merges=True) if known is not None else None


def _erase(saving: Saving, state: TypeState, record: Record) -> None:
    if record.archived:
        del state.table.archived[record.id]
    else:
        saving.remove(state, record)
    saving.state.parked_links.pop((state.kind.name, record.id), None)
    record.properties, record.saves = {}, []


def _erase_activities(saving: Saving, record: Record) -> None:
    crm = saving.state
    ref = (record.object_type, record.id)
    for kind in ACTIVITIES:
        for activity_id in list(crm.associations.targets(ref, kind)):
            if len(crm.associations.targets((kind, activity_id), record.object_type)) == 1:
                activity = find_by(crm.of(kind), activity_id, None)
                _erase(saving, crm.of(kind), activity)
                saving.report(saving.change("deletion", activity))
