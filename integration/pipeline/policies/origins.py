"""Whose value it is, told from HubSpot's property history. Pure.

The words are those of the `source` of a property value in HubSpot's specifications (https://developers.hubspot.com/docs/api-reference, the
marketing events API lists them, read 2026-11); new ones appear without notice. What is not in the table is unknown, and unknown is treated
like a person: better a value of a machine stays than one of a person goes. A form is filled by a person: the contact.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from integration.hubspot.objects import PropertyVersion
from integration.pipeline.policy import Origin, same_value

_INTEGRATION: Final = "INTEGRATION"
_CARRIERS: Final = frozenset(
    {"MERGE_CONTACTS", "MERGE_COMPANIES", "MERGE_OBJECTS", "MERGE_REVERT_OBJECTS", "RECYCLING_BIN", "RESTORE_OBJECTS"}
    | {"PROPERTY_RESTORE", "CLONE_OBJECTS", "MIGRATION", "WAL_INCREMENTAL"}
)
"""They move a value that somebody else set: whose it is, an older version of the same value tells."""


def _all(words: str, origin: Origin) -> dict[str, Origin]:
    return dict.fromkeys(words.split(), origin)


ORIGIN_BY_SOURCE: Final[Mapping[str, Origin]] = {
    **_all("CRM_UI CRM_UI_BULK_ACTION CRM CONTACTS_WEB CONTACTS COMPANIES DEALS SALES MOBILE_IOS MOBILE_ANDROID", Origin.PERSON),
    **_all("SIDEKICK EXTENSION CONVERSATIONS HELP_DESK MEETINGS QUOTES TASK ENGAGEMENTS PLAYBOOKS FORM", Origin.PERSON),
    **_all("BATCH_UPDATE ACTIVITY_LOG_REVERT CUSTOMER_PORTAL COMMUNICATOR BCC_TO_CRM FORWARD_TO_CRM", Origin.PERSON),
    **_all("IMPORT EMAIL_INBOX_IMPORT", Origin.IMPORT),
    **_all("INTEGRATION API SALESFORCE INTEGRATIONS_PLATFORM INTEGRATIONS_SYNC BET_CRM_CONNECTOR MARKETPLACE", Origin.OTHER_APP),
    **_all("SLACK_INTEGRATION GMAIL_INTEGRATION EMAIL_INTEGRATION DATASET CONNECTED_ACCOUNT", Origin.OTHER_APP),
    **_all("AUTOMATION_PLATFORM AUTOMATION_JOURNEY PRIMARY_AUTOMATION CRM_PROCESSES_PLATFORM SEQUENCES CALCULATED", Origin.HUBSPOT),
    **_all("ANALYTICS COMPANY_INSIGHTS COMPANY_FAMILIES DATA_ENRICHMENT CONVERSATIONAL_ENRICHMENT DATA_QUALITY", Origin.HUBSPOT),
    **_all(
        "INTERNAL_PROCESSING INTENT SIGNALS AI_GROUP BREEZE_AGENT PROSPECTING_AGENT CUSTOMER_AGENT HELP_DESK_AI BOT", Origin.HUBSPOT
    ),
    **_all("ADS SOCIAL EMAIL BEHAVIORAL_EVENTS PAYMENTS BILLING CENTRAL_EXCHANGE_RATES PORTAL_OBJECT_SYNC", Origin.HUBSPOT),
    **_all("PORTAL_USER_ASSOCIATOR PORTAL_USER_FORCE_SYNC PIPELINE_SETTINGS PROPERTY_SETTINGS SETTINGS DEFAULT", Origin.HUBSPOT),
    **_all("AUTO_ASSOCIATE_BY_DOMAIN ACTIVITY_AUTO_ASSOCIATE ASSOCIATIONS AVATARS_SERVICE ACADEMY", Origin.HUBSPOT),
}
"""HubSpot's word for what set a value, and whose value that makes it. Carriers are looked through."""


def origin_of(
    versions: Sequence[PropertyVersion], *, app_id: str, last_written: str | None = None, kind: str = "string"
) -> Origin | None:
    """Whose value stands there, from its history, newest first; None when nobody ever set it.

    `last_written` is what we wrote there last: it tells ours apart where HubSpot's word does not, that is where a merge moved it here, or where
    we do not know our own `app_id` ("").
    """
    if not versions:
        return None
    newest = versions[0]
    origin = _plain_origin(newest, app_id)
    carried = newest.source_type in _CARRIERS
    if not carried and not (newest.source_type == _INTEGRATION and not app_id):
        return origin
    if last_written is not None and same_value(newest.value or "", last_written, kind=kind):
        return Origin.OURS
    return _origin_beneath(newest, versions[1:], app_id, kind) if carried else origin


def origin_put_back(versions: Sequence[PropertyVersion], *, app_id: str, kind: str = "string") -> Origin:
    """Whose value an undo of ours put back, from its history, newest first: whose it was before we wrote over it; else unknown."""
    value = versions[0].value or ""
    for version in versions[1:]:
        origin = _plain_origin(version, app_id)
        if origin is not Origin.OURS and same_value(version.value or "", value, kind=kind):
            return origin
    return Origin.UNKNOWN


def _origin_beneath(newest: PropertyVersion, older: Iterable[PropertyVersion], app_id: str, kind: str) -> Origin:
    """Who set the carried value before it was carried; unknown where no older version holds it."""
    for version in older:
        if version.source_type not in _CARRIERS and same_value(version.value or "", newest.value or "", kind=kind):
            return _plain_origin(version, app_id)
    return Origin.UNKNOWN


def _plain_origin(version: PropertyVersion, app_id: str) -> Origin:
    if version.source_type == _INTEGRATION and app_id and (version.source_id or "").partition(":")[0] == app_id:
        return Origin.OURS
    return ORIGIN_BY_SOURCE.get(version.source_type, Origin.UNKNOWN)
