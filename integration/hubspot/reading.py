"""HubSpot's JSON as typed values. A reply without the documented shape raises UnexpectedReply naming the path. No I/O.

Source: the 2026-09 specifications of objects, associations, properties, owners and account info (read 2026-11).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from integration.core.errors import UnexpectedReply
from integration.hubspot.objects import (
    PRIMARY_ASSOCIATION_TYPE_IDS,
    AccountDetails,
    AssociatedRecord,
    CrmRecord,
    Owner,
    Page,
    PropertyDefinition,
    PropertyVersion,
)
from integration.hubspot.transport import SYSTEM

Json = Mapping[str, Any]


def object_of(value: object, path: str) -> Json:
    if not isinstance(value, dict):
        raise UnexpectedReply(f"{path} should be an object, not {type(value).__name__}.", system=SYSTEM)
    return value


def list_of(value: object, path: str) -> list[Any]:
    if not isinstance(value, list):
        raise UnexpectedReply(f"{path} should be a list, not {type(value).__name__}.", system=SYSTEM)
    return value


def results_of(body: object) -> Iterator[Json]:
    """The entries of `results`, each an object."""
    for position, entry in enumerate(list_of(object_of(body, "the answer").get("results"), "results")):
        yield object_of(entry, f"results[{position}]")


def id_of(entry: Json, name: str = "id") -> str:
    value = entry.get(name)
    if not isinstance(value, str | int) or isinstance(value, bool) or value == "":
        raise UnexpectedReply(f"{name} is missing.", system=SYSTEM)
    return str(value)


def number_of(entry: Json, name: str) -> int:
    text = id_of(entry, name)
    if not text.isdecimal():
        raise UnexpectedReply(f"{name} should be a number.", system=SYSTEM)
    return int(text)


def read_record(object_type: str, entry: Json) -> CrmRecord:
    properties = object_of(entry.get("properties"), "properties")
    return CrmRecord(
        object_type=object_type,
        object_id=id_of(entry),
        properties={name: value if value is None or isinstance(value, str) else str(value) for name, value in properties.items()},
        updated_at=moment_of(entry.get("updatedAt")),
        archived=entry.get("archived") is True,
    )


def read_page(object_type: str, body: object) -> Page:
    fields = object_of(body, "the answer")
    total = fields.get("total")
    return Page(
        records=tuple(read_record(object_type, entry) for entry in results_of(body)),
        next_after=next_after(fields),
        total=total if isinstance(total, int) else None,
    )


def next_after(fields: Json) -> str | None:
    """The cursor of the next page, or None on the last one."""
    paging = fields.get("paging")
    following = paging.get("next") if isinstance(paging, dict) else None
    after = following.get("after") if isinstance(following, dict) else None
    return None if after is None else str(after)


def read_history(entry: Json) -> Mapping[str, tuple[PropertyVersion, ...]]:
    """Versions of each property, newest first as HubSpot gives them."""
    histories = object_of(entry.get("propertiesWithHistory") or {}, "propertiesWithHistory")
    return {
        name: tuple(_read_version(object_of(version, f"propertiesWithHistory.{name}")) for version in list_of(versions, name))
        for name, versions in histories.items()
    }


def read_associated(entry: Json) -> tuple[str, tuple[AssociatedRecord, ...], str | None]:
    """The record asked about, what hangs on it, and the cursor when there is more."""
    source = id_of(object_of(entry.get("from"), "from"))
    found = []
    for other in list_of(entry.get("to"), "to"):
        tie = object_of(other, "to[]")
        types = [
            object_of(kind, "associationTypes[]").get("typeId") for kind in list_of(tie.get("associationTypes"), "associationTypes")
        ]
        type_ids = frozenset(kind for kind in types if isinstance(kind, int))
        found.append(AssociatedRecord(id_of(tie, "toObjectId"), type_ids, bool(type_ids & PRIMARY_ASSOCIATION_TYPE_IDS)))
    return source, tuple(found), next_after(entry)


def read_definition(entry: Json) -> PropertyDefinition:
    options = [option for option in list_of(entry.get("options") or [], "options") if isinstance(option, dict)]
    rights = entry.get("modificationMetadata")
    return PropertyDefinition(
        name=id_of(entry, "name"),
        label=text_of(entry, "label"),
        type=text_of(entry, "type"),
        field_type=text_of(entry, "fieldType"),
        group_name=text_of(entry, "groupName"),
        archived=entry.get("archived") is True,
        options=tuple((text_of(option, "value"), text_of(option, "label")) for option in options),
        hidden_options=frozenset(text_of(option, "value") for option in options if option.get("hidden") is True),
        is_read_only=isinstance(rights, dict) and rights.get("readOnlyValue") is True,
        is_calculated=entry.get("calculated") is True,
        is_hubspot_defined=entry.get("hubspotDefined") is True,
        has_external_options=entry.get("externalOptions") is True,
    )


def read_owner(entry: Json) -> Owner:
    return Owner(
        owner_id=id_of(entry),
        email=text_of(entry, "email") or None,
        first_name=text_of(entry, "firstName"),
        last_name=text_of(entry, "lastName"),
        archived=entry.get("archived") is True,
        user_id=id_of(entry, "userId") if entry.get("userId") is not None else None,
        team_ids=tuple(id_of(object_of(team, "teams[]")) for team in list_of(entry.get("teams") or [], "teams")),
    )


def read_account(body: object) -> AccountDetails:
    fields = object_of(body, "the answer")
    return AccountDetails(
        portal_id=number_of(fields, "portalId"),
        account_type=text_of(fields, "accountType"),
        time_zone=text_of(fields, "timeZone"),
        currency=text_of(fields, "companyCurrency"),
        ui_domain=text_of(fields, "uiDomain"),
        data_hosting_location=text_of(fields, "dataHostingLocation"),
    )


def text_of(entry: Json, name: str) -> str:
    value = entry.get(name)
    return value if isinstance(value, str) else ""


def moment_of(value: object) -> datetime | None:
    """An ISO time with zone; None when absent or unreadable."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return moment if moment is None or moment.tzinfo else None


def _read_version(version: Json) -> PropertyVersion:
    at = moment_of(version.get("timestamp"))
    if at is None:
        raise UnexpectedReply("timestamp of a property's history is missing.", system=SYSTEM)
    user_id = version.get("updatedByUserId")
    return PropertyVersion(
        value=version.get("value") if isinstance(version.get("value"), str) else None,
        at=at,
        source_type=text_of(version, "sourceType"),
        source_id=text_of(version, "sourceId") or None,
        source_label=text_of(version, "sourceLabel") or None,
        user_id=None if user_id is None else str(user_id),
    )
