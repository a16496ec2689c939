"""Whatever a register sends, its adapter answers in our vocabulary or says that the answer is malformed; nothing else happens."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.core.clock import system_clock
from integration.core.errors import UnexpectedReply
from integration.core.outbound_session import ApiReply
from integration.providers.adapters import brasil_api, companies_house, gleif, minha_receita
from integration.providers.base import Field, Finding, Subject
from integration.providers.http_base import HttpConversation, build_reply
from integration.providers.name_match import named_closely, same_name
from integration.providers.questions import identities, with_findings

CALLS = (brasil_api.COMPANY, minha_receita.COMPANY, companies_house.COMPANY, gleif.COMPANY)
MEMBERS = (
    "cnpj", "razao_social", "cnae_fiscal", "cnaes_secundarios", "codigo", "situacao_cadastral", "capital_social", "ddd_telefone_1", "cep",
    "items", "title", "company_number", "company_status", "type", "sic_codes", "registered_office_address", "address", "country",
    "data", "id", "attributes", "entity", "legalName", "name", "otherNames", "headquartersAddress", "addressLines", "registeredAt",
    "registeredAs", "legalForm", "status", "relationships", "direct-parent", "links", "lei-record",
)  # fmt: skip
SAMPLES = ("11222333000181", "01234567", "9845000EXAMPLE000048", "Sample", "GB", "active", "ltd", "RA000585", "\x00", "\ud800", "x")
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12) | st.sampled_from(SAMPLES),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(MEMBERS), inner, max_size=6),
    max_leaves=25,
)
BODIES = st.dictionaries(st.sampled_from(MEMBERS), VALUES, max_size=8)
BASES = st.sampled_from(
    [
        {"cnpj": "11222333000181"},
        {"company_number": "01234567"},
        {"items": [{"title": "Sample", "company_number": "01234567"}], "company_number": "01234567"},
        {"data": {"id": "9845000EXAMPLE000048", "attributes": {"entity": {"legalName": {"name": "Sample"}}}}},
        {},
    ]
)
SUBJECTS = (
    Subject("company", register_numbers=("BR-11222333000181", "GB-01234567", "LEI-9845000EXAMPLE000048")),
    Subject("company", company_name="Sample", country="GB"),
)


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.offer.question_prefix)
@given(body=BODIES, base=BASES, subject=st.sampled_from(SUBJECTS))
def test_any_body_is_answered_or_malformed(
    call: HttpConversation, body: dict[str, object], base: dict[str, object], subject: Subject
) -> None:
    if not call.offer.accepts(subject):
        return
    reply = ApiReply(200, {}, json.dumps(base | body).encode())
    talk = call.look_up(subject)
    try:
        next(talk)
        for _ in range(call.offer.requests):
            talk.send(reply)
    except UnexpectedReply:
        return
    except StopIteration as end:
        found = build_reply(call.offer, end.value, system_clock)
        stored = json.dumps([one.value for one in found.findings], allow_nan=False)
        assert "\\u0000" not in stored
        assert "\\ud800" not in stored
        assert all(0 < one.confidence_ratio <= 1 and one.field in call.offer.fields for one in found.findings)
        assert len({one.field for one in found.findings}) == len(found.findings)
        return
    pytest.fail("more requests than declared")


def test_names_are_the_same_but_for_form_case_and_accents_and_nothing_more() -> None:
    assert same_name("Aurora Payroll", "AURORA PAYROLL LTD", "GB")
    assert same_name("Padaria São João", "PADARIA SAO JOAO LTDA", "BR")
    assert not same_name("Aurora", "Aurora Payroll Ltd", "GB")
    assert not same_name("&&", "??")
    assert named_closely("Aurora Payroll", ["AURORA PAYROLLS LTD", "OTHER LTD"], str) == ["AURORA PAYROLLS LTD"]


def test_a_company_is_asked_on_with_what_was_found_but_never_under_another_domain() -> None:
    found = {
        name: Finding(name, value, "website", system_clock(), 0.8)
        for name, value in (
            (Field.DOMAIN, "other.com"),
            (Field.COMPANY_NAME, "Sample"),
            (Field.COUNTRY, "BR"),
            (Field.REGISTER_NUMBER, ("BR-11222333000181", "LEI-9845000EXAMPLE000048")),
        )
    }
    subject = with_findings(Subject("company", domain="sample.com", register_numbers=("BR-11222333000181",)), found)
    assert (subject.domain, subject.company_name, subject.country) == ("sample.com", "Sample", "BR")
    assert subject.register_numbers == ("BR-11222333000181", "LEI-9845000EXAMPLE000048")
    assert identities(Subject("company", register_numbers=("BR-1",))) == ("company|br-1",)
