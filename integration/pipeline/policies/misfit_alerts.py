"""What an admin should hear of when values do not go into the account's properties. Pure.

Of a person's record only the property is named, since an alert holds no personal data.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from integration.hubspot.objects import COMPANIES, SINGULAR
from integration.pipeline.alert_store import OPTION_UNKNOWN, PROPERTY_CHANGED, Alert
from integration.pipeline.definitions.fitting import Misfit
from integration.pipeline.write_plan import RecordPlan, RecordWishes

_OPTIONS: Final = frozenset({"option_unknown", "option_ambiguous", "option_hidden"})
_WHAT_TO_DO: Final[Mapping[str, str]] = {
    "option_unknown": "Add the option in HubSpot (Settings, Properties), or set the property's policy to never.",
    "option_ambiguous": "Give the options different labels in HubSpot (Settings, Properties).",
    "option_hidden": "Show the option again in HubSpot (Settings, Properties), or set the property's policy to never.",
    "property_missing": "Restore it in HubSpot (Settings, Properties), or connect Leadlight again, which creates its own properties.",
    "property_read_only": "Set the property's policy to never.",
    "value_unfit": "Change the property's type in HubSpot, or set its policy to never.",
}


def misfit_alerts(object_type: str, wanted: Sequence[RecordWishes], plans: Mapping[str, RecordPlan | None]) -> list[Alert]:
    """An alert for each value of these records that was to be written and did not fit."""
    alerts = []
    for wishes in wanted:
        plan = plans.get(wishes.object_id)
        reasons = {} if plan is None else {entry.wanted.property_name: entry.decision.reason for entry in plan.entries}
        for wish in wishes.wishes:
            if wish.misfit is not None and reasons.get(wish.property_name) == wish.misfit.reason:
                alerts.append(_alert(object_type, wish.property_name, wish.misfit))
    return alerts


def refusal_alerts(object_type: str, property_names: Sequence[str], words: str) -> list[Alert]:
    """HubSpot refused, in these words of ours, what the account's own definition seemed to allow."""
    return [Alert(PROPERTY_CHANGED, f"{object_type}.{name}", words) for name in property_names]


def _alert(object_type: str, name: str, misfit: Misfit) -> Alert:
    kind = OPTION_UNKNOWN if misfit.reason in _OPTIONS else PROPERTY_CHANGED
    what_to_do = _WHAT_TO_DO[misfit.reason]
    if object_type == COMPANIES and misfit.reason != "property_missing":
        subject = f"{object_type}.{name}={misfit.value}" if misfit.value else f"{object_type}.{name}"
        return Alert(kind, subject, f"{misfit.words[0].upper()}{misfit.words[1:]}. {what_to_do}")
    about = "does not exist" if misfit.reason == "property_missing" else "did not take a value"
    return Alert(kind, f"{object_type}.{name}", f'The {SINGULAR[object_type]} property "{name}" {about}. {what_to_do}')
