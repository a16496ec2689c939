"""Links records on behalf of an app or a person: checks both ends, makes or removes the links, tells of them.

Source: https://developers.hubspot.com/docs/api-reference/latest/crm/associations/associate-records/guide (read 2026-09).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from simulator.crm.association_types import AssociationType
from simulator.crm.associations import Ref
from simulator.crm.records import Record
from simulator.crm.settings import BEFORE_2026_09
from simulator.crm.state import CrmState, Saving, TypeState
from simulator.errors import not_found, validation_error

# Addresses at these hosts say nothing about a person's company.
FREE_MAIL_DOMAINS = frozenset(
    {"gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "yahoo.com", "icloud.com", "aol.com"}
    | {"gmx.de", "gmx.net", "web.de", "proton.me", "protonmail.com", "mail.com", "qq.com", "163.com"}
)


@dataclass(frozen=True)
class TypeSpec:
    """An association type as sent."""

    category: str
    type_id: int


@dataclass(frozen=True)
class NewAssociation:
    """An association in the body of a create: what kind of record `to_id` is follows from the type ids."""

    to_id: str
    types: tuple[TypeSpec, ...]


@dataclass(frozen=True)
class PlannedLink:
    """A link that may be made: the other end exists and the types fit."""

    to_ref: Ref
    types: tuple[AssociationType, ...]


def plan_links(crm: CrmState, from_type: str, wanted: Iterable[NewAssociation]) -> list[PlannedLink]:
    """The links of a record that is about to be created. Raises HubSpot's 400."""
    planned = []
    for association in wanted:
        types = tuple(crm.associations.types.leading_from(from_type, spec.type_id) for spec in association.types)
        if not types or len({each.to_type for each in types}) > 1:
            raise validation_error("Each association needs at least one type, all leading to the same kind of record")
        to_type = types[0].to_type
        if crm.of(to_type).table.find(association.to_id, follow_merges=True) is None:
            raise validation_error(
                f"No {crm.of(to_type).kind.singular} with ID {association.to_id} exists",
                context={"id": [association.to_id]},
            )
        planned.append(PlannedLink((to_type, association.to_id), types))
    return planned


def link_planned(saving: Saving, record: Record, planned: Iterable[PlannedLink]) -> None:
    """Make planned links of a record."""
    for each in planned:
        target = saving.state.of(each.to_ref[0]).get(each.to_ref[1])
        made = saving.state.associations.add((record.object_type, record.id), (each.to_ref[0], target.id), each.types)
        saving.report_links(made)


def associate(saving: Saving, from_ref: Ref, to_ref: Ref, specs: Sequence[TypeSpec]) -> list[AssociationType]:
    """The types that now link the two records, from the first one's side; no `specs`: the default type.

    Raises HubSpot's 404 for a missing record, 400 for a type that does not fit.
    """
    crm = saving.state
    start, end = _end(crm, from_ref), _end(crm, to_ref)
    types = [crm.associations.types.get(start[0], end[0], spec.type_id) for spec in specs]
    saving.report_links(crm.associations.add(start, end, types))
    return types_between(crm, start, end)


def dissociate(saving: Saving, from_ref: Ref, to_ref: Ref, specs: Sequence[TypeSpec] = ()) -> None:
    """Remove the links of these types, or all of them. Links and records that are not there are passed over."""
    table = saving.state.associations
    if specs:
        saving.report_links(table.remove_types(from_ref, to_ref, [spec.type_id for spec in specs]))
    else:
        saving.report_links(table.remove(from_ref, to_ref))


def types_between(crm: CrmState, from_ref: Ref, to_ref: Ref) -> list[AssociationType]:
    """The types that link two records, from the first one's side."""
    return named_types(crm, from_ref[0], to_ref[0], crm.associations.targets(from_ref, to_ref[0]).get(to_ref[1], ()))


def named_types(crm: CrmState, from_type: str, to_type: str, type_ids: Iterable[int]) -> list[AssociationType]:
    """The types of ids; labels that were deleted since are left out."""
    found = (crm.associations.types.find(from_type, to_type, type_id) for type_id in type_ids)
    return [each for each in found if each is not None]


def link_company_by_domain(saving: Saving, contact: Record) -> None:
    """Give a contact without company the one with its address's domain, making it if need be (an account setting)."""
    crm = saving.state
    domain = contact.properties.get("hs_email_domain", "")
    ref = (contact.object_type, contact.id)
    if not domain or domain in FREE_MAIL_DOMAINS or crm.associations.targets(ref, "companies"):
        return
    companies = crm.of("companies")
    company = next((each for each in companies.table.in_id_order() if each.properties.get("domain") == domain), None)
    if company is None:
        company = _create_company(saving, companies, domain)
    saving.report_links(crm.associations.add(ref, ("companies", company.id), ()))


def _create_company(saving: Saving, companies: TypeState, domain: str) -> Record:
    name = domain.partition(".")[0].capitalize()
    plan = saving.state.planner(companies).plan({"domain": domain, "name": name}, BEFORE_2026_09)
    return saving.create(companies, plan)


def _end(crm: CrmState, ref: Ref) -> Ref:
    state = crm.of(ref[0])
    record = state.table.find(ref[1], follow_merges=True)
    if record is None:
        raise not_found(f"No {state.kind.singular} with ID {ref[1]} exists", context={"id": [ref[1]]})
    return (state.kind.name, record.id)
