"""The register's JSON about one establishment: every member there, most of them null or empty. Partners are invented, their numbers masked."""

from simulator.neighbours.facts import CompanyFacts
from simulator.neighbours.register_numbers import legal_name_of

Body = dict[str, object]
SAMPLES = {
    "11222333000181": ("AURORA FOLHA TECNOLOGIA LTDA", "AURORA PAYROLL BRASIL", 2, "ATIVA", "2016-02-01", "MATRIZ"),
    "11222333000262": ("AURORA FOLHA TECNOLOGIA LTDA", "AURORA PAYROLL BRASIL", 8, "BAIXADA", "2016-02-01", "FILIAL"),
    "12ABC34501DE35": ("EXEMPLO ALFANUMERICO LTDA", "", 2, "ATIVA", "2026-08-03", "MATRIZ"),
}
"""Number: legal name, trade name, status, its word, start, kind. The companies of the contract's own examples."""


def sample_body(cnpj: str) -> Body:
    """The body of one of the samples."""
    name, trade_name, status, word, started_on, kind = SAMPLES[cnpj]
    return _body(cnpj, name, trade_name, "SAO PAULO", "SP", started_on) | {
        "situacao_cadastral": status,
        "descricao_situacao_cadastral": word,
        "identificador_matriz_filial": 1 if kind == "MATRIZ" else 2,
        "descricao_identificador_matriz_filial": kind,
    }


def company_body(cnpj: str, facts: CompanyFacts) -> Body:
    """The body of a company of the list, as its head office."""
    company = facts.company
    started_on = f"{company.founded_year or 1999}-02-01"
    return _body(cnpj, legal_name_of(facts), company.name.upper(), company.city.upper(), company.state, started_on)


def _body(cnpj: str, name: str, trade_name: str, city: str, state: str, started_on: str) -> Body:
    return {
        "uf": state, "cep": "01311902", "qsa": [_partner()], "cnpj": cnpj, "pais": None, "email": None, "porte": "DEMAIS",
        "bairro": "BELA VISTA", "numero": "37", "ddd_fax": "", "municipio": city, "logradouro": "EXEMPLO", "cnae_fiscal": 6203100,
        "codigo_pais": None, "complemento": "ANDAR 4", "codigo_porte": 5, "razao_social": name, "nome_fantasia": trade_name,
        "capital_social": 500000, "ddd_telefone_1": "1130000000", "ddd_telefone_2": "", "opcao_pelo_mei": False, "codigo_municipio": 7107,
        "cnaes_secundarios": [{"codigo": 6204000, "descricao": "Consultoria em tecnologia da informação"}],
        "natureza_juridica": "Sociedade Empresária Limitada", "regime_tributario": None, "situacao_especial": "", "opcao_pelo_simples": False,
        "situacao_cadastral": 2, "data_opcao_pelo_mei": None, "data_exclusao_do_mei": None,
        "cnae_fiscal_descricao": "Desenvolvimento e licenciamento de programas de computador não-customizáveis",
        "codigo_municipio_ibge": 3550308, "data_inicio_atividade": started_on, "data_situacao_especial": None,
        "data_opcao_pelo_simples": None, "data_situacao_cadastral": started_on, "nome_cidade_no_exterior": "",
        "codigo_natureza_juridica": 2062, "data_exclusao_do_simples": None, "motivo_situacao_cadastral": 0,
        "ente_federativo_responsavel": "", "identificador_matriz_filial": 1, "qualificacao_do_responsavel": 49,
        "descricao_situacao_cadastral": "ATIVA", "descricao_tipo_de_logradouro": "AVENIDA",
        "descricao_motivo_situacao_cadastral": "SEM MOTIVO", "descricao_identificador_matriz_filial": "MATRIZ",
    }  # fmt: skip


def _partner() -> Body:
    return {
        "pais": None, "nome_socio": "ANA EXEMPLO DE SOUZA", "codigo_pais": None, "faixa_etaria": "Entre 41 a 50 anos",
        "cnpj_cpf_do_socio": "***123456**", "qualificacao_socio": "Sócio-Administrador", "codigo_faixa_etaria": 5,
        "data_entrada_sociedade": "2016-02-01", "identificador_de_socio": 2, "cpf_representante_legal": "***000000**",
        "nome_representante_legal": "", "codigo_qualificacao_socio": 49, "qualificacao_representante_legal": "Não informada",
        "codigo_qualificacao_representante_legal": 0,
    }  # fmt: skip
