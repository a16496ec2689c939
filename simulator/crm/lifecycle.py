"""The lifecycle stage moves only forward: a step back is dropped in silence; clear the stage first to go back.

Source: https://developers.hubspot.com/docs/api-reference/latest/crm/objects/contacts/guide (read 2026-09).
"""

_ORDER = (
    "subscriber",
    "lead",
    "marketingqualifiedlead",
    "salesqualifiedlead",
    "opportunity",
    "customer",
    "evangelist",
    "other",
)
DEFAULT_CONTACT_STAGE = "lead"


def moves_back(current: str, wanted: str) -> bool:
    """Whether the change would go back; stages that an account added itself have no known place and always pass."""
    if not wanted or current not in _ORDER or wanted not in _ORDER:
        return False
    return _ORDER.index(wanted) < _ORDER.index(current)
