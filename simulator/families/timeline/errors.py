"""How events are refused. HubSpot documents the statuses 400 and 409; the sentences are the simulator's."""

from simulator.errors import HubSpotError, validation_error


def repeated_id(event_id: str) -> HubSpotError:
    """The 409 of an id that was used for this event type before; a batch with one is refused whole."""
    return HubSpotError(409, "CONFLICT", f"An event with id {event_id} already exists for this event type")


def unknown_type(name: str) -> HubSpotError:
    """The 400 of an event type the app does not have."""
    return validation_error(f"eventTypeName {name} is no event type of this app")


def unknown_property(type_name: str, names: list[str]) -> HubSpotError:
    """The 400 of properties the event type does not declare."""
    return validation_error(f"{type_name} does not declare: {', '.join(names)}", context={"propertyName": names})


def not_a_number(name: str, value: str) -> HubSpotError:
    """The 400 of a number property with another value."""
    return validation_error(f"{name} must be a number, not {value!r}", context={"propertyName": [name]})


def unknown_record(object_type: str, object_id: str) -> HubSpotError:
    """The 400 of a record that is not there."""
    return validation_error(f"there is no record {object_id} of type {object_type}")


def bad_batch(most: int) -> HubSpotError:
    """The 400 of a batch without events or with too many."""
    return validation_error(f"inputs must have 1 to {most} events")
