"""Every HubSpot endpoint we may call, and nothing else: the transport takes an `Endpoint`, so there is no other way out.

All are stable, documented and dated; but for the timeline, whose newest version is older, all on one version. Source: https://developers.hubspot.com/docs/developer-tooling/platform/versioning
and the 2026-09 specifications of each API (read 2026-11).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import quote

API_VERSION: Final = "2026-09"
TIMELINE_VERSION: Final = "2026-03"
Bucket = Literal["general", "search", "associations"]


@dataclass(frozen=True)
class Endpoint:
    """A method and path. `name` is the metric label; `bucket` is the quota the call counts against."""

    name: str
    method: Literal["GET", "POST", "PATCH", "DELETE"]
    path: str
    bucket: Bucket = "general"
    version: str = API_VERSION

    def path_for(self, **parts: str) -> str:
        """The path with its parts filled in, each quoted as one segment."""
        return self.path.format(version=self.version, **{name: quote(value, safe="") for name, value in parts.items()})


BATCH_READ: Final = Endpoint("batch_read", "POST", "/crm/objects/{version}/{object_type}/batch/read")
BATCH_CREATE: Final = Endpoint("batch_create", "POST", "/crm/objects/{version}/{object_type}/batch/create")
BATCH_UPDATE: Final = Endpoint("batch_update", "POST", "/crm/objects/{version}/{object_type}/batch/update")
BATCH_ARCHIVE: Final = Endpoint("batch_archive", "POST", "/crm/objects/{version}/{object_type}/batch/archive")
MERGE: Final = Endpoint("merge", "POST", "/crm/objects/{version}/{object_type}/merge")
LIST_OBJECTS: Final = Endpoint("list_objects", "GET", "/crm/objects/{version}/{object_type}")
SEARCH: Final = Endpoint("search", "POST", "/crm/objects/{version}/{object_type}/search", "search")
ASSOCIATIONS_READ: Final = Endpoint(
    "associations_read", "POST", "/crm/associations/{version}/{from_type}/{to_type}/batch/read", "associations"
)
ASSOCIATE_DEFAULT: Final = Endpoint(
    "associate_default", "POST", "/crm/associations/{version}/{from_type}/{to_type}/batch/associate/default", "associations"
)
OWNERS: Final = Endpoint("owners", "GET", "/crm/owners/{version}")
PIPELINES: Final = Endpoint("pipelines", "GET", "/crm/pipelines/{version}/{object_type}")
COMPLETE_ACTIONS: Final = Endpoint("complete_actions", "POST", "/automation/actions/callbacks/{version}/complete")
ACCOUNT_DETAILS: Final = Endpoint("account_details", "GET", "/account-info/{version}/details")
PROPERTY_LIST: Final = Endpoint("property_list", "GET", "/crm/properties/{version}/{object_type}")
PROPERTY_BATCH_READ: Final = Endpoint("property_batch_read", "POST", "/crm/properties/{version}/{object_type}/batch/read")
PROPERTY_BATCH_CREATE: Final = Endpoint("property_batch_create", "POST", "/crm/properties/{version}/{object_type}/batch/create")
PROPERTY_BATCH_ARCHIVE: Final = Endpoint("property_batch_archive", "POST", "/crm/properties/{version}/{object_type}/batch/archive")
PROPERTY_CREATE: Final = Endpoint("property_create", "POST", "/crm/properties/{version}/{object_type}")
PROPERTY_UPDATE: Final = Endpoint("property_update", "PATCH", "/crm/properties/{version}/{object_type}/{name}")
PROPERTY_GROUPS: Final = Endpoint("property_groups", "GET", "/crm/properties/{version}/{object_type}/groups")
PROPERTY_GROUP_CREATE: Final = Endpoint("property_group_create", "POST", "/crm/properties/{version}/{object_type}/groups")
PROPERTY_GROUP_DELETE: Final = Endpoint("property_group_delete", "DELETE", "/crm/properties/{version}/{object_type}/groups/{name}")
TIMELINE_EVENTS: Final = Endpoint(
    "timeline_events", "POST", "/integrators/timeline/{version}/events/batch", version=TIMELINE_VERSION
)
UNINSTALL: Final = Endpoint("uninstall", "DELETE", "/appinstalls/{version}/external-install")
TOKEN: Final = Endpoint("token", "POST", "/oauth/{version}/token")
TOKEN_INTROSPECT: Final = Endpoint("token_introspect", "POST", "/oauth/{version}/token/introspect")
