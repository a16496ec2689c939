"""Rules that hold for every input: values, links, search against a plain reading of the same rules."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.clock import Clock
from simulator.crm.definitions import Option, PropertyDefinition
from simulator.crm.filters import Filter
from simulator.crm.lifecycle import moves_back
from simulator.crm.search import SearchQuery, Sort
from simulator.crm.settings import BEFORE_2026_09, FROM_2026_09, WriteRules
from simulator.crm.values import ValueProblem, normalise
from simulator.errors import HubSpotError
from simulator.portal import Portal, PortalSettings, Source, WriteInput

APP = Source.app(99)
RULES = st.sampled_from([BEFORE_2026_09, FROM_2026_09])
TYPES = {
    "string": "text",
    "number": "number",
    "bool": "booleancheckbox",
    "enumeration": "checkbox",
    "date": "date",
    "datetime": "date",
}


def definition(kind: str) -> PropertyDefinition:
    options = tuple(Option(each, each) for each in ("a", "b", "c"))
    return PropertyDefinition("sample", "Sample", kind, TYPES[kind], "group", options=options)


@given(st.sampled_from(sorted(TYPES)), st.text(max_size=40) | st.integers().map(str) | st.datetimes().map(str), RULES)
def test_a_value_is_refused_with_a_code_or_stored_in_a_form_that_is_stored_the_same_again(kind: str, raw: str, rules: WriteRules):
    try:
        stored = normalise(definition(kind), raw, rules).value
    except ValueProblem as problem:
        assert problem.code
        return
    assert normalise(definition(kind), stored, rules).value == stored


@given(st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1)))  # noqa: DTZ001
def test_a_moment_is_stored_the_same_from_iso_and_from_milliseconds(moment: datetime):
    at_ms = int((moment.replace(microsecond=0, tzinfo=UTC)).timestamp() * 1000)
    iso = moment.replace(microsecond=0).isoformat() + "Z"
    kind = definition("datetime")
    assert normalise(kind, str(at_ms), FROM_2026_09) == normalise(kind, iso, FROM_2026_09)


@given(st.lists(st.sampled_from("abc")), st.lists(st.sampled_from("abc"), min_size=1))
def test_adding_to_a_choice_keeps_what_was_there_and_repeats_nothing(before: list[str], added: list[str]):
    current = ";".join(dict.fromkeys(before))
    after = normalise(definition("enumeration"), ";" + ";".join(added), FROM_2026_09, current=current).value.split(";")
    assert set(after) == {*before, *added}
    assert len(after) == len(set(after))


@given(st.lists(st.sampled_from(["subscriber", "lead", "customer", "evangelist", "other", "55"]), max_size=6))
def test_lifecycle_never_moves_back(stages: list[str]):
    known = ["subscriber", "lead", "customer", "evangelist", "other"]
    current = ""
    for wanted in stages:
        if not moves_back(current, wanted):
            if current in known and wanted in known:
                assert known.index(wanted) >= known.index(current)
            current = wanted


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.sampled_from(["add", "primary", "remove"])), max_size=14))
def test_links_stand_on_both_sides_and_a_contact_has_one_primary_company(steps: list[tuple[int, int, str]]):
    portal = Portal(1, Clock(), PortalSettings())
    contacts = [portal.create("contacts", {}, source=APP).id for _ in range(3)]
    companies = [portal.create("companies", {}, source=APP).id for _ in range(3)]
    links = portal.crm.associations
    for contact, company, what in steps:
        start, end = ("contacts", contacts[contact]), ("companies", companies[company])
        if what == "remove":
            portal.dissociate(start, end, source=APP)
        else:
            types = [portal.association_types.get("contacts", "companies", 1)] if what == "primary" else []
            links.add(start, end, types)
        for contact_id in contacts:
            targets = links.targets(("contacts", contact_id), "companies")
            assert sum(1 in ids for ids in targets.values()) <= 1
            for company_id, ids in targets.items():
                back = links.targets(("companies", company_id), "contacts")[contact_id]
                assert {279: 280, 1: 2}.keys() >= set(ids)
                assert set(back) == {{279: 280, 1: 2}[each] for each in ids}


ROWS = st.lists(
    st.fixed_dictionaries(
        {}, optional={"numberofemployees": st.integers(0, 9).map(str), "city": st.sampled_from(["Berlin", "bonn"])}
    ),
    max_size=12,
)
OPERATORS: dict[str, Any] = {
    "EQ": lambda value, wanted: value == wanted,
    "NEQ": lambda value, wanted: value != wanted,
    "LT": lambda value, wanted: value < wanted,
    "LTE": lambda value, wanted: value <= wanted,
    "GT": lambda value, wanted: value > wanted,
    "GTE": lambda value, wanted: value >= wanted,
}


@settings(max_examples=60, deadline=None)
@given(ROWS, st.sampled_from(sorted(OPERATORS)), st.integers(0, 9), st.integers(0, 14), st.booleans())
def test_search_finds_what_a_plain_reading_finds(
    rows: list[dict[str, str]], operator: str, wanted: int, above: int, descending: bool
):
    portal = Portal(1, Clock(), PortalSettings())
    outcome = portal.batch_create("companies", [WriteInput(row) for row in rows], source=APP)
    records = [written.record for written in outcome.written]
    floor = int(records[0].id) + above - 5 if records else 0
    expected = [
        record
        for record in records
        if (count := record.properties.get("numberofemployees")) is not None
        and OPERATORS[operator](int(count), wanted)
        and int(record.id) > floor
    ]
    expected.sort(key=lambda record: int(record.properties["numberofemployees"]), reverse=descending)
    group = (Filter("numberofemployees", operator, str(wanted)), Filter("hs_object_id", "GT", str(floor)))
    query = SearchQuery((group,), sort=Sort("numberofemployees", descending), limit=200)
    assert [hit.record.id for hit in portal.search("companies", query).hits] == [record.id for record in expected]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(["a@example.com", "b@example.com", "A@EXAMPLE.com"]), max_size=8), st.data())
def test_no_two_live_contacts_share_an_address(addresses: list[str], data: st.DataObject):
    portal = Portal(1, Clock(), PortalSettings())
    for address in addresses:
        try:
            portal.create("contacts", {"email": address}, source=APP)
        except HubSpotError as refused:
            assert refused.status == 409
            holder = refused.message.rpartition(" ")[2]
            if data.draw(st.booleans()):
                portal.archive("contacts", holder, source=APP)
        held = [record.properties["email"] for record in portal.records("contacts")]
        assert len(held) == len(set(held))
