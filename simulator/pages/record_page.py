"""Builds the view of a record's page: grouped properties with history, the timeline, the associations."""

from collections.abc import Callable, Mapping

from markupsafe import Markup

from simulator.crm.definitions import PropertyDefinition, PropertyGroup
from simulator.crm.object_types import ACTIVITIES, ObjectType, object_type
from simulator.crm.records import Record
from simulator.families.timeline.state import TimelineEvent
from simulator.pages.portal_reader import Link, PortalReader
from simulator.pages.rich_text import clean_html, safe_link
from simulator.pages.views import (
    ActivityView,
    GroupView,
    HistoryView,
    LinkedGroupView,
    LinkedView,
    PropertyView,
    RecordView,
)
from simulator.pages.wording import parse_moment, word_code, word_moment, word_ms, word_source, word_value

OUR_GROUP = "leadlight"
LINKED_TYPES = ("contacts", "companies", "deals", "tickets", "leads")
_UNGROUPED = PropertyGroup("other", "Other properties")
_BODY_PROPERTIES = {
    "notes": "hs_note_body",
    "tasks": "hs_task_body",
    "emails": "hs_email_text",
    "calls": "hs_call_body",
    "meetings": "hs_meeting_body",
    "communications": "hs_communication_body",
}
_TITLE_PROPERTIES = {
    "tasks": "hs_task_subject",
    "emails": "hs_email_subject",
    "calls": "hs_call_title",
    "meetings": "hs_meeting_title",
}
# What a reader looks for first; the other properties follow by name.
_FIRST_SHOWN = (
    "name", "firstname", "lastname", "email", "jobtitle", "company", "domain", "website", "phone", "industry",
    "numberofemployees", "annualrevenue", "city", "state", "country", "description",
)  # fmt: skip
_TASK_FACTS = (("Status", "hs_task_status"), ("Priority", "hs_task_priority"), ("Type", "hs_task_type"))
RecordUrl = Callable[[str, str], str]


def build_record(reader: PortalReader, record: Record, url_of: RecordUrl) -> RecordView:
    """Everything the record's page shows; `url_of(type, id)` gives a record's address."""
    kind = object_type(record.object_type)
    name, detail = name_of(record)
    return RecordView(
        kind=kind.singular.capitalize(),
        type_id=kind.type_id,
        id=record.id,
        name=name,
        detail=detail,
        created=word_ms(record.created_at_ms),
        updated=word_ms(record.updated_at_ms),
        groups=build_groups(reader, record),
        activities=build_timeline(reader, record),
        linked=tuple(_linked_group(reader, record, object_type(to_type), url_of) for to_type in LINKED_TYPES),
    )


def name_of(record: Record) -> tuple[str, str]:
    """What to call a record, and one line more about it."""
    values = record.properties
    if record.object_type == "contacts":
        name = " ".join(part for part in (values.get("firstname"), values.get("lastname")) if part)
        details = (values.get("jobtitle"), values.get("company"), values.get("email") if name else None)
        return name or values.get("email") or f"Contact {record.id}", " · ".join(part for part in details if part)
    if record.object_type == "companies":
        place = (values.get("domain"), values.get("city"), values.get("country"))
        return values.get("name") or values.get("domain") or f"Company {record.id}", " · ".join(p for p in place if p)
    name = values.get("dealname") or values.get("subject") or values.get("hs_lead_name") or ""
    return name or f"{object_type(record.object_type).singular.capitalize()} {record.id}", values.get("dealstage", "")


def build_groups(reader: PortalReader, record: Record) -> tuple[GroupView, ...]:
    """The groups that have a filled property: ours first, the others in the portal's order."""
    definitions, groups = reader.definitions(record.object_type), tuple(reader.groups(record.object_type))
    members: dict[str, list[PropertyView]] = {}
    known = {group.name for group in groups}
    ordered = sorted(record.properties, key=lambda name: _place_of(definitions.get(name), name))
    for name in ordered:
        definition = definitions.get(name)
        if definition is None or definition.hidden:
            continue
        group = definition.group_name if definition.group_name in known else _UNGROUPED.name
        members.setdefault(group, []).append(_property(record, definition, reader.app_names))
    views = [
        GroupView(group.name, group.label, tuple(members[group.name]), is_ours(group.name))
        for group in (*groups, _UNGROUPED)
        if group.name in members
    ]
    return tuple(sorted(views, key=lambda view: not view.is_ours))


def is_ours(group_name: str) -> bool:
    return group_name == OUR_GROUP or group_name.startswith(f"{OUR_GROUP}_")


def build_timeline(reader: PortalReader, record: Record) -> tuple[ActivityView, ...]:
    """The record's activities and the events of apps, newest first."""
    activities = [
        _activity(activity)
        for activity_type in sorted(ACTIVITIES)
        for link in reader.links(record, activity_type)
        if (activity := reader.find(activity_type, link.object_id))
    ]
    events = [_event(event, reader.app_names) for event in reader.events(record)]
    return tuple(sorted((*activities, *events), key=lambda view: -view.sort_key))


def _property(record: Record, definition: PropertyDefinition, app_names: Mapping[str, str]) -> PropertyView:
    value = record.properties[definition.name]
    history = tuple(
        HistoryView(word_value(entry.value, definition), word_source(entry.source, app_names), word_ms(entry.at_ms))
        for entry in record.history(definition.name)
    )
    return PropertyView(
        name=definition.name,
        label=definition.label,
        value=word_value(value, definition),
        link=safe_link(value),
        is_figure=definition.type == "number",
        history=history,
    )


def _place_of(definition: PropertyDefinition | None, name: str) -> tuple[bool, int, int, str]:
    order = definition.display_order if definition else -1
    rank = _FIRST_SHOWN.index(name) if name in _FIRST_SHOWN else len(_FIRST_SHOWN)
    return order < 0, order, rank, name


def _activity(record: Record) -> ActivityView:
    values = record.properties
    kind = object_type(record.object_type)
    moment = parse_moment(values.get("hs_timestamp", ""))
    text = values.get(_BODY_PROPERTIES[record.object_type], "")
    is_task = record.object_type == "tasks"
    facts = tuple((label, word_code(values[name])) for label, name in _TASK_FACTS if is_task and values.get(name))
    return ActivityView(
        kind=kind.singular.capitalize(),
        title=values.get(_TITLE_PROPERTIES.get(record.object_type, ""), ""),
        at=word_moment(moment) or word_ms(record.created_at_ms),
        sort_key=moment.timestamp() if moment else record.created_at_ms / 1000,
        body=clean_html(text) if text else Markup(""),
        facts=facts,
        is_task=is_task,
    )


def _event(event: TimelineEvent, app_names: Mapping[str, str]) -> ActivityView:
    return ActivityView(
        kind=f"Event of {app_names.get(str(event.app_id), 'an app')}",
        title=event.header,
        at=word_ms(event.at_ms),
        sort_key=event.at_ms / 1000,
        body=Markup("<br>").join(line for line in event.detail.splitlines() if line.strip()),
    )


def _linked_group(reader: PortalReader, record: Record, kind: ObjectType, url_of: RecordUrl) -> LinkedGroupView:
    links = [(link, found) for link in reader.links(record, kind.name) if (found := reader.find(kind.name, link.object_id))]
    return LinkedGroupView(kind.name.capitalize(), tuple(_linked(link, found, url_of) for link, found in links))


def _linked(link: Link, record: Record, url_of: RecordUrl) -> LinkedView:
    name, detail = name_of(record)
    return LinkedView(name, detail, url_of(record.object_type, record.id), ", ".join(link.labels))
