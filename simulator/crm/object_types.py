"""The kinds of records a portal holds: their names, ids, defaults and scopes, in one table.

Sources: https://developers.hubspot.com/docs/api-reference/latest/crm/search-the-crm and
https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/scopes (read 2026-09).
Limit: a lead may be made without a contact and stays when its last primary association is removed; HubSpot refuses and deletes.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from simulator.errors import HubSpotError

_ACTIVITY_DEFAULTS = ("hs_createdate", "hs_lastmodifieddate", "hs_object_id")


@dataclass(frozen=True)
class ObjectType:
    """One kind of record.

    `scope_family` is the word in `crm.objects.<family>.read`. `partial` says that only the generic behaviour is simulated.
    `ignores_unknown`: writes of unknown or read-only properties are dropped in silence, as the activity guides say.
    `unique_properties`: properties that HubSpot itself keeps unique.
    """

    name: str
    singular: str
    type_id: str
    scope_family: str
    default_properties: tuple[str, ...]
    searched_properties: tuple[str, ...]
    required_properties: tuple[str, ...] = ()
    created_property: str = "createdate"
    modified_property: str = "hs_lastmodifieddate"
    partial: bool = False
    ignores_unknown: bool = False
    unique_properties: tuple[str, ...] = ()

    @property
    def word(self) -> str:
        """The word that HubSpot's messages use: CONTACT, COMPANY, ..."""
        return self.singular.upper()


def _activity(name: str, singular: str, type_id: str, searched: tuple[str, ...], *, partial: bool) -> ObjectType:
    return ObjectType(
        name,
        singular,
        type_id,
        "contacts",
        _ACTIVITY_DEFAULTS,
        searched,
        required_properties=("hs_timestamp",),
        created_property="hs_createdate",
        partial=partial,
        ignores_unknown=True,
    )


_TYPES = (
    ObjectType(
        "contacts",
        "contact",
        "0-1",
        "contacts",
        ("createdate", "email", "firstname", "hs_object_id", "lastmodifieddate", "lastname"),
        ("firstname", "lastname", "email", "phone", "hs_additional_emails", "fax", "mobilephone", "company"),
        modified_property="lastmodifieddate",
        unique_properties=("email",),
    ),
    ObjectType(
        "companies",
        "company",
        "0-2",
        "companies",
        ("createdate", "domain", "hs_lastmodifieddate", "hs_object_id", "name"),
        ("website", "phone", "name", "domain"),
    ),
    ObjectType(
        "deals",
        "deal",
        "0-3",
        "deals",
        ("amount", "closedate", "createdate", "dealname", "dealstage", "hs_lastmodifieddate", "hs_object_id", "pipeline"),
        ("dealname", "pipeline", "dealstage", "description", "dealtype"),
    ),
    ObjectType(
        "tickets",
        "ticket",
        "0-5",
        "tickets",
        (
            "content",
            "createdate",
            "hs_lastmodifieddate",
            "hs_object_id",
            "hs_pipeline",
            "hs_pipeline_stage",
            "hs_ticket_category",
            "hs_ticket_priority",
            "subject",
        ),
        ("subject", "content", "hs_pipeline_stage", "hs_ticket_category"),
        required_properties=("hs_pipeline_stage",),
        partial=True,
    ),
    ObjectType(
        "leads",
        "lead",
        "0-136",
        "leads",
        ("hs_createdate", "hs_lastmodifieddate", "hs_object_id"),
        ("hs_lead_name",),
        required_properties=("hs_lead_name",),
        created_property="hs_createdate",
        partial=True,
    ),
    _activity("notes", "note", "0-46", ("hs_note_body",), partial=False),
    _activity("tasks", "task", "0-27", ("hs_task_body", "hs_task_subject"), partial=False),
    _activity("emails", "email", "0-49", ("hs_email_subject",), partial=True),
    _activity("calls", "call", "0-48", ("hs_call_title", "hs_body_preview"), partial=True),
    _activity("meetings", "meeting", "0-47", ("hs_meeting_title", "hs_meeting_body"), partial=True),
    _activity("communications", "communication", "0-18", ("hs_communication_body",), partial=True),
)

_BY_NAME = {spelling: kind for kind in _TYPES for spelling in (kind.name, kind.singular, kind.type_id)}

ACTIVITIES = frozenset(kind.name for kind in _TYPES if kind.ignores_unknown)


def object_types() -> Iterator[ObjectType]:
    """Every kind of record that is simulated, in a fixed order."""
    return iter(_TYPES)


def object_type(spelling: str) -> ObjectType:
    """The kind that a path names by plural name, singular name or type id; HubSpot's 400 when there is none."""
    kind = _BY_NAME.get(spelling.lower())
    if kind is None:
        raise HubSpotError(400, "VALIDATION_ERROR", f"Unable to infer object type from: {spelling}")
    return kind


def find_object_type(spelling: str) -> ObjectType | None:
    """The kind, or None."""
    return _BY_NAME.get(spelling.lower())
