"""Which record holds which unique value: contact addresses (all of them) and properties with unique values."""

from collections.abc import Iterator, Mapping

from simulator.crm.definitions import PropertyDefinition

ADDRESSES = ("email", "hs_additional_emails")
Key = tuple[str, str]


def unique_keys(object_type: str, properties: Mapping[str, str], definitions: Mapping[str, PropertyDefinition]) -> Iterator[Key]:
    """The (name, value) pairs that no other record of the type may hold. Addresses all go under `email`."""
    for name, value in properties.items():
        if object_type == "contacts" and name in ADDRESSES:
            yield from (("email", address) for address in value.lower().split(";") if address)
        elif value:
            definition = definitions.get(name)
            if definition is not None and definition.has_unique_value:
                yield name, value


class UniqueIndex:
    """(property, value) to the id of the live record that holds it."""

    def __init__(self) -> None:
        self._holders: dict[Key, str] = {}

    def holder(self, key: Key) -> str | None:
        """The id of the record that holds the value, or None."""
        return self._holders.get(key)

    def claim(self, keys: Iterator[Key], record_id: str) -> None:
        """Give the values to a record."""
        for key in keys:
            self._holders[key] = record_id

    def release(self, keys: Iterator[Key], record_id: str) -> None:
        """Take the values from a record; values that another one holds stay."""
        for key in keys:
            if self._holders.get(key) == record_id:
                del self._holders[key]
