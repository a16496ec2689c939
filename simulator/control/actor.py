"""What people do in the account: edits in HubSpot's pages (CRM_UI, `userId:N`) and imports (IMPORT), as plain actions.

One object: {"action", "user_id" (default 9001) or "import": true, ...the action's own fields}. The edit makes history and
webhooks exactly as an API write does, with a person or an import as its source.
"""

from collections.abc import Callable

from simulator.control.reading import Fields
from simulator.crm.changes import Source
from simulator.errors import HubSpotError
from simulator.portal import Portal, WriteInput

Act = Callable[[Portal, Fields, Source], list[str]]


def act(portal: Portal, fields: Fields) -> list[str]:
    """The ids of the records the action made or changed. Raises 400 for an unknown action, else what the portal raises."""
    name = fields.text("action")
    action = ACTIONS.get(name)
    if action is None:
        raise HubSpotError(400, "CONTROL_ERROR", f"{fields.path}.action must be one of {', '.join(sorted(ACTIONS))}")
    user_id = fields.integer("user_id", 9001)
    source = Source("IMPORT", str(user_id), "Import") if fields.flag("import") else Source.person(user_id)
    ids = action(portal, fields, source)
    fields.finish()
    return ids


def _create(portal: Portal, fields: Fields, source: Source) -> list[str]:
    return [portal.create(fields.text("object_type"), fields.text_map("properties"), source=source).id]


def _create_many(portal: Portal, fields: Fields, source: Source) -> list[str]:
    inputs = [WriteInput(each.text_map("properties")) for each in fields.objects("records")]
    return [written.id for written in portal.batch_create(fields.text("object_type"), inputs, source=source).written]


def _update(portal: Portal, fields: Fields, source: Source) -> list[str]:
    properties = fields.text_map("properties")
    return [portal.update(fields.text("object_type"), fields.text("object_id"), properties, source=source).id]


def _update_many(portal: Portal, fields: Fields, source: Source) -> list[str]:
    inputs = [WriteInput(each.text_map("properties"), each.text("object_id")) for each in fields.objects("records")]
    return [written.id for written in portal.batch_update(fields.text("object_type"), inputs, source=source).written]


def _archive(portal: Portal, fields: Fields, source: Source) -> list[str]:
    portal.archive(fields.text("object_type"), fields.text("object_id"), source=source)
    return [fields.text("object_id")]


def _restore(portal: Portal, fields: Fields, source: Source) -> list[str]:
    return [portal.restore(fields.text("object_type"), fields.text("object_id"), source=source).id]


def _merge(portal: Portal, fields: Fields, source: Source) -> list[str]:
    primary, other = fields.text("primary_id"), fields.text("other_id")
    return [portal.merge(fields.text("object_type"), primary, other, source=source).id]


def _privacy_delete(portal: Portal, fields: Fields, source: Source) -> list[str]:
    portal.gdpr_delete(fields.text("object_type", "contacts"), fields.text("object_id"), source=source)
    return [fields.text("object_id")]


def _associate(portal: Portal, fields: Fields, source: Source) -> list[str]:
    start, end = _ends(fields)
    portal.associate(start, end, source=source)
    return [start[1], end[1]]


def _dissociate(portal: Portal, fields: Fields, source: Source) -> list[str]:
    start, end = _ends(fields)
    portal.dissociate(start, end, source=source)
    return [start[1], end[1]]


def _ends(fields: Fields) -> tuple[tuple[str, str], tuple[str, str]]:
    start = (fields.text("from_type"), fields.text("from_id"))
    return start, (fields.text("to_type"), fields.text("to_id"))


ACTIONS: dict[str, Act] = {
    "create": _create,
    "create_many": _create_many,
    "update": _update,
    "update_many": _update_many,
    "archive": _archive,
    "restore": _restore,
    "merge": _merge,
    "privacy_delete": _privacy_delete,
    "associate": _associate,
    "dissociate": _dissociate,
}
