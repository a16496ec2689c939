"""The numbers that registers gave the companies of the invented world: CNPJ, British company number, LEI. Fixed for each company.

Every number has right check digits and a front that no register gives out ("ZZ", "SAMPLE"), so that it belongs to nobody. Only companies
of the list are found by number; those made up on the spot have numbers too, but nobody can look them up.
"""

from collections.abc import Iterable

from simulator.data.demo import DemoCompany
from simulator.neighbours.chance import draw, hex_id
from simulator.neighbours.facts import CompanyFacts, build_facts

_FIRST_WEIGHTS = (5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)
_SECOND_WEIGHTS = (6, *_FIRST_WEIGHTS)
_FORMS = {"BR": "LTDA", "GB": "LIMITED", "US": "INC.", "DE": "GMBH"}
_KNOWN_FORMS = frozenset(
    {
        "LTD", "LTD.", "LIMITED", "PLC", "INC", "INC.", "CORP", "CORP.", "CORPORATION", "LLC", "S.A.", "S.A", "LTDA", "LTDA.", "AG", "SE",
        "AB", "ASA", "N.V.", "B.V.", "GMBH", "S.P.A.", "OYJ", "SA", "NV",
    }
)  # fmt: skip


def with_check_digits(front: str) -> str:
    """The CNPJ with these twelve characters in front."""
    whole = front
    for weights in (_FIRST_WEIGHTS, _SECOND_WEIGHTS):
        rest = sum((ord(char) - 48) * weight for char, weight in zip(whole, weights, strict=True)) % 11
        whole += str(0 if rest < 2 else 11 - rest)
    return whole


def cnpj_of(facts: CompanyFacts) -> str | None:
    """The head office's CNPJ, with letters; None for a company elsewhere."""
    return with_check_digits(f"ZZ{hex_id(6, 'cnpj', facts.domain).upper()}0001") if facts.company.country_code == "BR" else None


def british_number_of(facts: CompanyFacts) -> str | None:
    """The number at Companies House; None for a company elsewhere."""
    return f"ZZ{int(draw('company number', facts.domain) * 1_000_000):06d}" if facts.company.country_code == "GB" else None


def lei_of(facts: CompanyFacts) -> str:
    """Twenty characters, the last two of them check digits (ISO 17442)."""
    front = f"SAMPLE{hex_id(12, 'lei', facts.domain).upper()}"
    return f"{front}{98 - int(''.join(str(int(char, 36)) for char in front + '00')) % 97:02d}"


def legal_name_of(facts: CompanyFacts) -> str:
    """The name in capitals, with a legal form."""
    name = facts.company.name.upper()
    form = _FORMS.get(facts.company.country_code, "")
    return name if name.split()[-1] in _KNOWN_FORMS or not form else f"{name} {form}"


class Register:
    """The companies of one country's register ("": every country's) that a source knows, by number."""

    def __init__(self, companies: Iterable[DemoCompany], country_code: str) -> None:
        self.companies = tuple(build_facts(one) for one in companies if country_code in ("", one.country_code))

    def by_cnpj(self) -> dict[str, CompanyFacts]:
        return {number: one for one in self.companies if (number := cnpj_of(one))}

    def by_british_number(self) -> dict[str, CompanyFacts]:
        return {number: one for one in self.companies if (number := british_number_of(one))}

    def by_lei(self) -> dict[str, CompanyFacts]:
        return {lei_of(one): one for one in self.companies}
