"""The register's files loaded into PostgreSQL and asked: whole, again, broken off, and with rows that are wrong."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.core.errors import BadInput, Conflict
from integration.db.session import Database
from integration.providers.adapter import AdapterKit
from integration.providers.base import Field, FieldValue, ProviderReply, Subject
from integration.providers.open_data.files import find_files
from integration.providers.open_data.load_store import LoadStore
from integration.providers.open_data.loading import Bad, Report, load
from integration.providers.open_data.register import OpenRegister
from integration.providers.open_data.rows import PARSERS, BadRow
from integration.providers.registry import build_adapters
from tests.contract.providers.conftest import soon

COMPANY = '"11222333";"AURORA FOLHA TECNOLOGIA LTDA";"2062";"49";"500000,00";"05";""'
LETTERS = '"12ABC345";"EXEMPLO ALFANUMERICO LTDA";"2062";"49";"1000,00";"01";""'
PLACE = (
    '"11222333";"0001";"81";"1";"AURORA PAYROLL BRASIL";"02";"20160201";"00";"";"";"20160201";"6203100";"6204000";"AVENIDA";"EXEMPLO";"37";'
    '"ANDAR 4";"BELA VISTA";"01311902";"SP";"7107";"11";"30000000";"";"";"";"";"contato@example.com";"";""'
)
LETTERS_PLACE = (
    '"12ABC345";"01DE";"35";"1";"";"02";"20260803";"00";"";"";"20260803";"6203100";"";"RUA";"MODELO";"S/N";"";"CENTRO";"01001000";"SP";'
    '"7107";"11";"30000001";"";"";"";"";"";"";""'
)
FILES = {
    "Empresas0.csv": [COMPANY, LETTERS],
    "Estabelecimentos0.csv": [PLACE, LETTERS_PLACE],
    "Naturezas.csv": ['"2062";"Sociedade Empresária Limitada"'],
    "Municipios.csv": ['"7107";"SAO PAULO"'],
    "Simples.csv": ['"11222333";"N";"00000000";"00000000";"N";"00000000";"00000000"'],
    "Socios0.csv": ['"11222333";"2";"ANA EXEMPLO DE SOUZA";"***123456**";"49";"20160201";"";"***000000**";"";"00";"5"'],
}


def write(folder: Path, changes: dict[str, list[str]] | None = None, *, zipped: bool = False) -> Path:
    folder.mkdir(exist_ok=True)
    for name, lines in (FILES | (changes or {})).items():
        content = ("\r\n".join(lines) + "\r\n").encode("iso-8859-1")
        if zipped:
            with zipfile.ZipFile(folder / name.replace(".csv", ".zip"), "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr(name.upper(), content)
        else:
            (folder / name).write_bytes(content)
    return folder


def run(database: Database, folder: Path, month: str = "2026-11") -> tuple[Report, list[Bad]]:
    bad: list[Bad] = []
    return load(database, find_files(folder), month, tell_bad=bad.append, tell=lambda _file, _read: None), bad


def ask(kit: AdapterKit, database: Database, **known: object) -> ProviderReply:
    adapters = build_adapters(replace(kit, open_data=OpenRegister(database)))
    (endpoint,) = next(one.endpoints for one in adapters if one.info.name == "receita_open_data")
    subject = Subject("company", **known)  # type: ignore[arg-type]
    assert endpoint.offer.accepts(subject)
    return endpoint.ask([subject], key="", until=soon())[0]


def said(reply: ProviderReply) -> dict[Field, FieldValue]:
    return {one.field: one.value for one in reply.findings}


@pytest.mark.parametrize("zipped", [False, True])
def test_what_was_loaded_is_found_by_number_and_no_person_is_kept(
    database: Database, kit: AdapterKit, tmp_path: Path, zipped: bool
) -> None:
    assert ask(kit, database, register_numbers=("BR-11222333000181",)).outcome == "skipped"
    report, bad = run(database, write(tmp_path / "m", zipped=zipped))
    assert (report.total, report.partners, report.bad_rows, bad) == (7, 1, 0, [])
    found = said(ask(kit, database, register_numbers=("BR-11222333000181",)))
    assert found == {
        Field.LEGAL_NAME: "AURORA FOLHA TECNOLOGIA LTDA", Field.COMPANY_NAME: "AURORA PAYROLL BRASIL", Field.COMPANY_STATUS: "active",
        Field.LEGAL_FORM: "Sociedade Empresária Limitada", Field.REGISTER_NUMBER: ("BR-11222333000181",), Field.FOUNDED_YEAR: 2016,
        Field.INDUSTRY_CODES: ("CNAE-6203100", "CNAE-6204000"), Field.SHARE_CAPITAL: "BRL 500000.00", Field.COUNTRY: "BR",
        Field.STATE: "SP", Field.CITY: "SAO PAULO", Field.STREET: "AVENIDA EXEMPLO, 37, ANDAR 4", Field.POSTAL_CODE: "01311-902",
        Field.COMPANY_PHONE: "+551130000000",
    }  # fmt: skip
    letters = ask(kit, database, register_numbers=("BR-12ABC34501DE35",))
    assert said(letters)[Field.LEGAL_NAME] == "EXEMPLO ALFANUMERICO LTDA"
    assert ask(kit, database, register_numbers=("BR-11222333000262",)).outcome == "not_found"


def test_a_name_gives_candidates_and_never_an_answer(database: Database, kit: AdapterKit, tmp_path: Path) -> None:
    run(database, write(tmp_path / "m"))
    reply = ask(kit, database, company_name="Aurora Folha Tecnologia S/A", country="BR", city="São Paulo")
    assert (
        reply.findings,
        [{one.field: one.value for one in candidate.findings}[Field.CITY] for candidate in reply.candidates],
    ) == (
        (),
        ["SAO PAULO"],
    )
    assert ask(kit, database, company_name="Aurora Folha Tecnologia", country="BR", state="RJ").outcome == "not_found"


def test_loading_a_month_again_changes_nothing_and_a_new_month_takes_its_place(
    database: Database, kit: AdapterKit, tmp_path: Path
) -> None:
    folder = write(tmp_path / "m")
    run(database, folder)
    assert run(database, folder)[0].was_current
    run(database, write(tmp_path / "n", {"Empresas0.csv": [COMPANY.replace("AURORA", "OUTRA")]}), "2026-12")
    assert said(ask(kit, database, register_numbers=("BR-11222333000181",)))[Field.LEGAL_NAME] == "OUTRA FOLHA TECNOLOGIA LTDA"


def test_bad_rows_are_told_with_file_and_line_and_the_rest_is_loaded(database: Database, kit: AdapterKit, tmp_path: Path) -> None:
    broken = [PLACE.replace('"20160201";"6203100"', '"20161399";"6203100"'), '"short";"row"', PLACE, LETTERS_PLACE, LETTERS_PLACE]
    report, bad = run(database, write(tmp_path / "m", {"Estabelecimentos0.csv": broken}))
    assert [(one.file, one.line, one.why) for one in bad] == [
        ("Estabelecimentos0.csv", 1, "no such day"),
        ("Estabelecimentos0.csv", 2, "2 fields instead of 30"),
    ]
    assert (report.bad_rows, report.repeats) == (2, 1)
    assert ask(kit, database, register_numbers=("BR-11222333000181",)).outcome == "found"


def test_a_broken_archive_leaves_what_is_asked_as_it_was_and_the_next_run_goes_on(
    database: Database, kit: AdapterKit, tmp_path: Path
) -> None:
    run(database, write(tmp_path / "old"), "2026-10")
    folder = write(tmp_path / "m", {"Empresas0.csv": [COMPANY.replace("AURORA", "NOVA"), LETTERS]}, zipped=True)
    whole = (folder / "Estabelecimentos0.zip").read_bytes()
    damaged = bytearray(whole)
    damaged[60] ^= 0xFF
    (folder / "Estabelecimentos0.zip").write_bytes(bytes(damaged))
    with pytest.raises(BadInput, match="broken archive"):
        run(database, folder)
    assert said(ask(kit, database, register_numbers=("BR-11222333000181",)))[Field.LEGAL_NAME] == "AURORA FOLHA TECNOLOGIA LTDA"
    (folder / "Estabelecimentos0.zip").write_bytes(whole)
    report, _ = run(database, folder)
    assert report.skipped == ["Empresas0.zip"]
    assert said(ask(kit, database, register_numbers=("BR-11222333000181",)))[Field.LEGAL_NAME] == "NOVA FOLHA TECNOLOGIA LTDA"


def test_two_loads_at_once_are_refused(database: Database, tmp_path: Path) -> None:
    with database.begin() as connection:
        assert LoadStore().lock(connection)
        with pytest.raises(Conflict):
            run(database, write(tmp_path / "m"))


def test_a_folder_without_the_files_is_refused(database: Database, tmp_path: Path) -> None:
    with pytest.raises(BadInput):
        find_files(tmp_path)
    (tmp_path / "Cnaes.csv").write_text('"1";"x"\n')
    with pytest.raises(BadInput, match="no Empresas and no Estabelecimentos"):
        run(database, tmp_path)


@given(st.sampled_from(sorted(PARSERS)), st.lists(st.text(max_size=12), max_size=31))
def test_any_record_is_a_row_or_bad(kind: str, fields: list[str]) -> None:
    try:
        row = PARSERS[kind](fields)
    except BadRow:
        return
    assert row
