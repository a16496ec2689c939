"""Which scopes open an operation on an object type: any one of the alternatives is enough.

Source: https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/scopes (read 2026-09).
Limit: `sales-email-read`, which real accounts ask for besides the contacts scope to show e-mail bodies, is not asked for.
"""

from simulator.crm.object_types import find_object_type


def read_objects(object_type: str) -> tuple[str, ...]:
    """To read records; activities go by the contacts scope."""
    return (f"crm.objects.{_family(object_type)}.read",)


def write_objects(object_type: str) -> tuple[str, ...]:
    """To write records."""
    return (f"crm.objects.{_family(object_type)}.write",)


def read_schemas(object_type: str) -> tuple[str, ...]:
    """To read properties: the schema's or the records' scope."""
    family = _family(object_type)
    return (f"crm.schemas.{family}.read", f"crm.schemas.{family}.write", f"crm.objects.{family}.read")


def write_schemas(object_type: str) -> tuple[str, ...]:
    """To create and change properties and groups."""
    return (f"crm.schemas.{_family(object_type)}.write",)


def _family(object_type: str) -> str:
    kind = find_object_type(object_type)
    return kind.scope_family if kind is not None else "contacts"
