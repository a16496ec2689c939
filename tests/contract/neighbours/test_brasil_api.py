"""BrasilAPI's stand-in over HTTP: the register's shape, letters in numbers, and the two services' different errors over one register."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from simulator.data.demo import load_companies
from simulator.neighbours.brasil_api.routes import UPSTREAM_DOWN
from simulator.neighbours.facts import build_facts
from simulator.neighbours.register_numbers import cnpj_of, lei_of
from simulator.neighbours.running import RunningNeighbours
from tests.contract.neighbours.asking import Asker

BRAZILIAN = next(build_facts(one) for one in load_companies() if one.country_code == "BR")


@pytest.fixture
def ask(neighbours: RunningNeighbours) -> Iterator[Any]:
    asker = Asker("", neighbours.servers["brasil_api"].base_url)
    asker.control("POST", "reset")

    def call(service: str, path: str, key: str | None = None):
        headers = {"X-Simulator-Key": key} if key else {}
        return asker.pool.request("GET", neighbours.addresses[service] + path, headers=headers)

    yield call
    asker.close()


@pytest.mark.parametrize(("service", "path"), [("brasil_api", "/cnpj/v1/"), ("minha_receita", "/")])
def test_both_answer_a_number_in_any_writing_with_one_body(ask: Any, service: str, path: str) -> None:
    answers = [ask(service, path + written) for written in ("11222333000181", "11.222.333/0001-81")]
    assert [(one.status, one.json()["razao_social"]) for one in answers] == [(200, "AURORA FOLHA TECNOLOGIA LTDA")] * 2
    assert "max-age=86400" in answers[0].headers["cache-control"]


def test_a_number_with_letters_is_known_and_everything_personal_is_masked(ask: Any) -> None:
    body = ask("brasil_api", "/cnpj/v1/12ABC34501DE35").json()
    assert (body["cnpj"], body["email"], body["qsa"][0]["cnpj_cpf_do_socio"]) == ("12ABC34501DE35", None, "***123456**")


def test_a_closed_branch_says_so(ask: Any) -> None:
    body = ask("brasil_api", "/cnpj/v1/11222333000262").json()
    assert (body["situacao_cadastral"], body["identificador_matriz_filial"]) == (8, 2)


def test_a_brazilian_company_of_the_list_is_found_by_its_number(ask: Any) -> None:
    body = ask("minha_receita", f"/{cnpj_of(BRAZILIAN)}").json()
    assert (body["municipio"], body["uf"]) == (BRAZILIAN.company.city.upper(), BRAZILIAN.company.state)


def test_each_service_words_its_refusals_its_own_way(ask: Any) -> None:
    absent = "/00000000000191"
    assert [ask("brasil_api", f"/cnpj/v1{one}").status for one in ("/123", absent)] == [400, 404]
    assert ask("brasil_api", "/cnpj/v1/123").json() == {
        "message": "CNPJ 123 inválido.",
        "type": "bad_request",
        "name": "BadRequestError",
    }
    assert ask("minha_receita", "/foobar").json() == {"message": "CNPJ foobar inválido."}
    assert ask("minha_receita", absent).json() == {"message": "CNPJ 00.000.000/0001-91 não encontrado."}


def test_brasil_api_turns_the_registers_failure_into_a_500(ask: Any) -> None:
    answer = ask("brasil_api", f"/cnpj/v1/{UPSTREAM_DOWN}")
    assert (answer.status, answer.json()["type"]) == (500, "internal_error")
    assert ask("minha_receita", f"/{UPSTREAM_DOWN}").status == 503


def test_it_tells_how_old_its_data_is_and_misbehaves_on_request(ask: Any) -> None:
    assert ask("minha_receita", "/updated").json() == {"message": "2026-11-08"}
    assert [ask("minha_receita", "/updated", key="key-throttled").status for _ in range(3)] == [200, 200, 429]
    assert ask("brasil_api", "/cnpj/v1/11222333000181", key="key-html").headers["content-type"].startswith("text/html")
    assert ask("brasil_api", "/cnpj/v1/11222333000181", key="key-bad").status == 401


def test_numbers_of_the_invented_world_are_right_and_belong_to_no_other_company() -> None:
    every = [build_facts(one) for one in load_companies()]
    leis = [lei_of(one) for one in every]
    assert all(int("".join(str(int(char, 36)) for char in lei)) % 97 == 1 for lei in leis)
    assert len(set(leis)) == len(every)
