"""What an account's administrator has set up, and which write rules an API version brings."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class ConditionalRule:
    """When `when_property` of a record holds one of `when_values`, every property of `then_required` must have a value."""

    object_type: str
    when_property: str
    when_values: tuple[str, ...]
    then_required: tuple[str, ...]


@dataclass(frozen=True)
class PortalSettings:
    """The account's switches. `required_properties` (by plural type name) and `conditional_rules` bind from 2026-09 on.

    `index_lag_s`: how long search shows a record as it was before its last change.
    `merge_creates_new_id`: the survivor of a merge gets a new id and both old ids lead to it.
    """

    index_lag_s: float = 0.0
    required_properties: Mapping[str, list[str]] = field(default_factory=dict)
    conditional_rules: tuple[ConditionalRule, ...] = ()
    auto_associate_company: bool = False
    merge_creates_new_id: bool = False
    ui_domain: str = "app.hubspot.com"
    time_zone: str = "Europe/Berlin"
    currency: str = "EUR"
    additional_currencies: tuple[str, ...] = ()
    account_type: str = "STANDARD"
    data_hosting_location: str = "eu1"


@dataclass(frozen=True)
class WriteRules:
    """The rules that differ between API versions.

    Source: https://developers.hubspot.com/changelog/crm-api-write-validation-enforcement (read 2026-09).
    """

    normalises_dates: bool
    enforces_required: bool


BEFORE_2026_09 = WriteRules(normalises_dates=False, enforces_required=False)
FROM_2026_09 = WriteRules(normalises_dates=True, enforces_required=True)
