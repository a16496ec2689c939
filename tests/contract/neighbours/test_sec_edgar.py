"""The stand-in of SEC EDGAR over HTTP: the three documents agree, strangers without a name are refused, pages instead of JSON refusals."""

import urllib3

from simulator.data.demo import load_companies
from tests.contract.neighbours.asking import Asker

AGENT = {"User-Agent": "Leadlight/1.0 (+https://example.com/bot)"}


def read(asker: Asker, path: str, **headers: str) -> urllib3.BaseHTTPResponse:
    return asker.pool.request("GET", asker.root_url + path, headers={**AGENT, **headers})


def test_three_documents_are_about_the_same_company(sec_edgar: Asker):
    listed = read(sec_edgar, "/www/files/company_tickers.json").json()
    row = listed["0"]
    cik = f"{row['cik_str']:010}"
    filer = read(sec_edgar, f"/data/submissions/CIK{cik}.json").json()
    facts = read(sec_edgar, f"/data/api/xbrl/companyfacts/CIK{cik}.json").json()
    assert (filer["cik"], filer["name"], filer["tickers"]) == (cik, row["title"], [row["ticker"]])
    assert (facts["cik"], facts["entityName"]) == (row["cik_str"], row["title"])
    assert len({len(column) for column in filer["filings"]["recent"].values()}) == 1


def test_every_listed_company_is_american_and_has_its_own_number_and_ticker(sec_edgar: Asker):
    rows = list(read(sec_edgar, "/www/files/company_tickers.json").json().values())
    american = sum(company.country_code == "US" for company in load_companies())
    assert american * 0.7 < len(rows) < american
    assert len({row["cik_str"] for row in rows}) == len({row["ticker"] for row in rows}) == len(rows)


def test_annual_report_repeats_the_year_before_and_holds_a_quarter(sec_edgar: Asker):
    row = read(sec_edgar, "/www/files/company_tickers.json").json()["3"]
    facts = read(sec_edgar, f"/data/api/xbrl/companyfacts/CIK{row['cik_str']:010}.json").json()["facts"]["us-gaap"]
    (tag,) = facts.values()
    reports = [(one["start"], one["end"], one["fy"]) for one in tag["units"]["USD"]]
    assert ("2024-01-01", "2024-12-31", 2024) in reports
    assert ("2024-01-01", "2024-12-31", 2025) in reports
    assert ("2025-10-01", "2025-12-31", 2025) in reports


def test_caller_without_a_name_gets_a_page_and_403(sec_edgar: Asker):
    answer = read(sec_edgar, "/www/files/company_tickers.json", **{"User-Agent": "python-requests/2.33"})
    assert (answer.status, answer.headers["content-type"].partition(";")[0]) == (403, "text/html")
    assert b"Undeclared Automated Tool" in answer.data


def test_unknown_number_is_404_without_json(sec_edgar: Asker):
    answer = read(sec_edgar, "/data/submissions/CIK0000000001.json")
    assert (answer.status, answer.headers["content-type"].partition(";")[0]) == (404, "application/xml")


def test_key_in_a_header_makes_it_misbehave(sec_edgar: Asker):
    path = "/www/files/company_tickers.json"
    statuses = [read(sec_edgar, path, **{"X-Simulator-Key": "key-throttled"}).status for _ in range(3)]
    assert statuses == [200, 200, 429]
    assert read(sec_edgar, path, **{"X-Simulator-Key": "key-down"}).status == 503
