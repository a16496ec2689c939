"""What is read from registries: the longest listed ending, date and registrar, nothing of people."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.core.errors import UnexpectedReply
from integration.core.outbound_session import ApiReply
from integration.providers.adapters.rdap import find_server, look_up, parse_domain, parse_registries, shipped_registries
from integration.providers.base import Field, FieldValue, Subject
from integration.providers.http_exchange import NO_ANSWER

LABEL = st.from_regex(r"[a-z][a-z0-9-]{0,8}[a-z0-9]", fullmatch=True)
NAMES = st.sampled_from(["roles", "vcardArray", "eventAction", "eventDate"])
ANYTHING = st.recursive(
    st.none() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)


def listed(*services: object) -> bytes:
    return json.dumps({"services": services}).encode()


def body(**parts: object) -> dict[str, object]:
    return {"objectClassName": "domain", "ldhName": "SAMPLE.COM.", **parts}


def facts(parts: Mapping[str, object]) -> dict[Field, FieldValue]:
    return {one.field: one.value for one in parse_domain(parts, "sample.com", "https://registry.example/domain/sample.com")}


def test_encrypted_address_is_taken_and_ends_in_one_slash() -> None:
    found = parse_registries(
        listed([["COM", "net"], ["http://a.example/", "https://b.example/v1"]], [["plain"], ["http://c.example/"]])
    )
    assert found == {"com": "https://b.example/v1/", "net": "https://b.example/v1/"}


@given(LABEL, LABEL, LABEL)
def test_longest_listed_ending_wins(name: str, second: str, first: str) -> None:
    registries = {first: "https://short.example/", f"{second}.{first}": "https://long.example/"}
    assert find_server(registries, f"{name}.{second}.{first}") == "https://long.example/"
    assert find_server(registries, f"{second}.{first}") == "https://short.example/"
    assert find_server({}, f"{name}.{first}") is None


def test_shipped_copy_is_a_list_like_the_real_one_and_knows_the_commonest_endings() -> None:
    assert {"com", "net", "org", "br", "uk"} <= shipped_registries().keys()


def test_without_the_list_the_shipped_copy_says_whom_to_ask() -> None:
    talk = look_up(Subject("company", domain="sample.com"))
    assert next(talk).accepts_failure
    step = talk.send(NO_ANSWER)
    assert (step.is_strangers, step.request.url) == (True, shipped_registries()["com"] + "domain/sample.com")


def test_ending_that_is_not_listed_is_a_negative_answer_that_says_so() -> None:
    talk = look_up(Subject("company", domain="sample.nowhere"))
    next(talk)
    with pytest.raises(StopIteration) as end:
        talk.send(ApiReply(200, {}, listed([["com"], ["https://a.example/"]])))
    assert (end.value.value.values, end.value.value.error) == ((), None)
    assert ".nowhere" in end.value.value.detail


def test_only_the_registrars_name_is_read_from_the_cards() -> None:
    def card(name: str) -> list[object]:
        return ["vcard", [["version", {}, "text", "4.0"], ["fn", {}, "text", name]]]

    entities = [
        {"roles": ["registrant"], "vcardArray": card("Sample Person")},
        {"roles": ["technical", "registrar"], "vcardArray": card("Sample Registrar")},
    ]
    assert facts(body(entities=entities)) == {Field.DOMAIN_REGISTRAR: "Sample Registrar", Field.DOMAIN: "sample.com"}


@given(ANYTHING, ANYTHING)
def test_events_and_entities_of_any_shape_are_read_or_left_out(events: object, entities: object) -> None:
    assert set(facts(body(events=events, entities=entities))) <= {Field.DOMAIN_REGISTERED_ON, Field.DOMAIN_REGISTRAR}


@pytest.mark.parametrize("parts", [{"ldhName": "OTHER.COM"}, {"objectClassName": "entity"}, {"ldhName": None}])
def test_answer_about_something_else_is_refused(parts: dict[str, object]) -> None:
    with pytest.raises(UnexpectedReply):
        facts(body(**parts))
