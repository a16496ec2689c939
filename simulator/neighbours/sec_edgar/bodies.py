"""The register's documents built from the facts. Only the demo list's companies in the United States are listed.

Shapes follow https://www.sec.gov/search-filings/edgar-application-programming-interfaces, state of November 2026: recent filings are
parallel arrays, facts are lists of values as each report gave them, so a year stands there again in the report of the next.
"""

import re
from dataclasses import dataclass

from simulator.neighbours.chance import draw, pick
from simulator.neighbours.facts import CompanyFacts, FactBook, Glasses

EDGAR = Glasses("sec_edgar")
Body = dict[str, object]
FIRST_CIK = 9_100_001
LAST_YEAR = 2025
# The classification's number and name by the trade of the demo list.
_TRADES = {
    "Software": ("7372", "Services-Prepackaged Software"),
    "Machinery": ("3530", "Construction, Mining & Materials Handling Machinery & Equip"),
    "Health Care Equipment & Supplies": ("3841", "Surgical & Medical Instruments & Apparatus"),
    "Specialty Retail": ("5900", "Retail-Miscellaneous Retail"),
    "Banks": ("6021", "National Commercial Banks"),
    "Biotechnology": ("2836", "Biological Products, (No Diagnostic Substances)"),
    "Oil, Gas & Consumable Fuels": ("1311", "Crude Petroleum & Natural Gas"),
}
_OTHER_TRADE = ("7389", "Services-Business Services, NEC")
_OLD_TAG, _NEW_TAG = "Revenues", "RevenueFromContractWithCustomerExcludingAssessedTax"


@dataclass(frozen=True)
class Filer:
    """One listed company. `cik` has ten digits."""

    facts: CompanyFacts
    cik: str
    ticker: str

    @property
    def title(self) -> str:
        """The name in the list of tickers: capitals, a legal form, for some the state of incorporation."""
        name = re.sub(r"[,.]", "", self.facts.company.name).upper()
        name = (
            name
            if re.search(r"\b(INC|CORP|CO|LTD|PLC|LLC|LP)$", name)
            else f"{name} {pick(('INC', 'CORP'), 'form', self.facts.domain)}"
        )
        return f"{name} /DE/" if draw("edgar mark", self.facts.domain) < 0.1 else name


def find_filers(book: FactBook) -> dict[str, Filer]:
    """The listed companies by CIK, in the order of the demo list."""
    domains = [domain for domain in book.domains() if EDGAR.knows(domain)]
    known = [facts for domain in domains if (facts := book.find_domain(domain)) and facts.company.country_code == "US"]
    filers = (Filer(facts, f"{FIRST_CIK + number:010}", _ticker(facts, number)) for number, facts in enumerate(known))
    return {filer.cik: filer for filer in filers}


def tickers(filers: dict[str, Filer]) -> Body:
    rows = ({"cik_str": int(one.cik), "ticker": one.ticker, "title": one.title} for one in filers.values())
    return {str(number): row for number, row in enumerate(rows)}


def submissions(filer: Filer) -> Body:
    company = filer.facts.company
    sic, trade = _TRADES.get(company.industry, _OTHER_TRADE)
    address = {
        "street1": filer.facts.street.upper(), "street2": None, "city": company.city.upper(), "stateOrCountry": company.state or "DE",
        "zipCode": f"{10_000 + int(draw('zip', company.domain) * 80_000):05}", "stateOrCountryDescription": company.state or "DE",
    }  # fmt: skip
    return {
        "cik": filer.cik, "entityType": "operating", "sic": sic, "sicDescription": trade, "ownerOrg": "06 Technology",
        "insiderTransactionForOwnerExists": 0, "insiderTransactionForIssuerExists": 1, "name": filer.title, "tickers": [filer.ticker],
        "exchanges": [pick(("Nasdaq", "NYSE"), "exchange", company.domain)], "ein": "000000000", "lei": None, "description": "",
        "website": f"https://www.{company.domain}" if draw("edgar site", company.domain) < 0.3 else "", "investorWebsite": "",
        "category": "Large accelerated filer", "fiscalYearEnd": "1231", "stateOfIncorporation": "DE",
        "stateOfIncorporationDescription": "DE", "addresses": {"mailing": address, "business": address},
        "phone": re.sub(r"\D", "", (filer.facts.phone or "").removeprefix("+1")), "flags": "", "formerNames": [],
        "filings": {"recent": _recent(filer), "files": []},
    }  # fmt: skip


def company_facts(filer: Filer) -> Body:
    """Five years of revenue, each year twice (as reported, and as the year before in the next report), and a quarter among them."""
    company = filer.facts.company
    latest = round((company.revenue_musd or filer.facts.employees * 0.2) * 1_000_000)
    tag = pick((_OLD_TAG, _NEW_TAG), "edgar tag", company.domain)
    rows = [
        _report(year, told_in, round(latest * 0.95 ** (LAST_YEAR - year)))
        for year in range(LAST_YEAR - 4, LAST_YEAR + 1)
        for told_in in (year, year + 1)
        if told_in <= LAST_YEAR
    ]
    rows.append(_report(LAST_YEAR, LAST_YEAR, latest // 4) | {"start": f"{LAST_YEAR}-10-01"})
    dei: Body = {"EntityCommonStockSharesOutstanding": _tag("Entity Common Stock, Shares Outstanding", "shares", [_shares(filer)])}
    if draw("edgar staff", company.domain) < 0.1:
        count = _report(LAST_YEAR, LAST_YEAR, filer.facts.employees)
        dei["EntityNumberOfEmployees"] = _tag("Entity Number of Employees", "pure", [count])
    return {"cik": int(filer.cik), "entityName": filer.title, "facts": {"dei": dei, "us-gaap": {tag: _tag(tag, "USD", rows)}}}


def _report(year: int, told_in: int, value: int) -> Body:
    return {"start": f"{year}-01-01", "end": f"{year}-12-31", "val": value, "accn": f"0009100001-{told_in + 1 - 2000:02}-000002",
            "fy": told_in, "fp": "FY", "form": "10-K", "filed": f"{told_in + 1}-02-20"}  # fmt: skip


def _shares(filer: Filer) -> Body:
    return {"end": "2026-10-15", "val": filer.facts.employees * 10_000, "accn": "0009100001-26-000010", "fy": 2026, "fp": "Q3",
            "form": "10-Q", "filed": "2026-10-30"}  # fmt: skip


def _tag(label: str, unit: str, rows: list[Body]) -> Body:
    return {"label": label, "description": "What the filer reported.", "units": {unit: rows}}


def _recent(filer: Filer) -> Body:
    document = f"{filer.ticker.lower()}-20260930.htm"
    return {
        "accessionNumber": ["0009100001-26-000010"], "filingDate": ["2026-10-30"], "reportDate": ["2026-09-30"],
        "acceptanceDateTime": ["2026-10-30T16:05:00.000Z"], "act": ["34"], "form": ["10-Q"], "fileNumber": ["001-99999"],
        "filmNumber": ["261000001"], "items": [""], "size": [5_120_000], "isXBRL": [1], "isInlineXBRL": [1],
        "primaryDocument": [document], "primaryDocDescription": ["10-Q"],
    }  # fmt: skip


def _ticker(facts: CompanyFacts, number: int) -> str:
    """Three letters of the name and a letter or two for its place in the list, so that no two are alike."""
    letters = re.sub(r"[^A-Z]", "", facts.company.name.upper())[:3]
    return letters + chr(ord("A") + number // 26) + chr(ord("A") + number % 26)
