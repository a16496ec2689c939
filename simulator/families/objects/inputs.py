"""Parses what calls send about records."""

from simulator.crm.linking import NewAssociation, TypeSpec
from simulator.crm.writes import WriteInput
from simulator.errors import HubSpotError, validation_error
from simulator.families.reading import Body

MAX_BATCH = 100
MAX_BATCH_WITH_HISTORY = 50


def read_batch(body: Body) -> list[WriteInput]:
    """The inputs of a batch of writes. Raises HubSpot's 400, also for more than 100."""
    inputs = [_write_input(each) for each in body.objects("inputs")]
    refuse_large(len(inputs), MAX_BATCH)
    return inputs


def read_ids(body: Body, maximum: int) -> list[str]:
    """The ids of a batch, each once, in their order. Raises HubSpot's 400 for too many."""
    ids = [each.need_text("id") for each in body.objects("inputs")]
    refuse_large(len(ids), maximum)
    return list(dict.fromkeys(ids))


def read_associations(body: Body) -> tuple[NewAssociation, ...]:
    """The associations of a create."""
    return tuple(
        NewAssociation(each.child("to").need_text("id"), read_types(each, "types")) for each in body.objects("associations")
    )


def read_types(body: Body, name: str) -> tuple[TypeSpec, ...]:
    """A list of association types."""
    return tuple(_type_spec(each) for each in body.objects(name))


def refuse_large(count: int, maximum: int) -> None:
    """Raises HubSpot's 400 when a batch has more inputs than it may."""
    if count > maximum:
        raise _too_many(count, maximum)


def _write_input(body: Body) -> WriteInput:
    return WriteInput(
        body.values("properties"),
        body.text("id") or "",
        body.text("idProperty"),
        body.text("objectWriteTraceId"),
        read_associations(body),
    )


def _type_spec(body: Body) -> TypeSpec:
    type_id = body.integer("associationTypeId")
    if type_id is None:
        raise validation_error("Invalid input JSON: associationTypeId is required but was not set")
    return TypeSpec(body.text("associationCategory") or "HUBSPOT_DEFINED", type_id)


def _too_many(count: int, maximum: int) -> HubSpotError:
    return validation_error(f"The batch has {count} inputs; the maximum number of inputs is {maximum}")
