"""The local portal in the browser, over HTTP: what is shown, that nothing acts, what empty pages say."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import urllib3

from simulator.server import RunningServer, serve
from tests.contract.simulator.pages.bench import Bench

ATTACK = '"><script>alert(1)</script><img src=x onerror=alert(1)>'


@pytest.fixture
def bench() -> Iterator[Bench]:
    built = Bench.at_fixed_time()
    yield built
    built.world.close()


@pytest.fixture
def server(bench: Bench) -> Iterator[RunningServer]:
    with serve(bench.app) as running:
        yield running


@pytest.fixture
def read(server: RunningServer) -> Iterator[Any]:
    pool = urllib3.PoolManager(retries=False)

    def get(path: str, status: int = 200) -> str:
        answer = pool.request("GET", f"{server.base_url}/portal{path}")
        assert answer.status == status
        assert "script" not in answer.headers["content-security-policy"]
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        return answer.data.decode()

    yield get
    pool.clear()


def names_in(page: str) -> list[str]:
    return re.findall(r'<th scope="row"><a href="[^"]*">([^<]*)</a>', page)


def test_every_page_says_that_it_is_not_hubspot(bench: Bench, read: Any):
    record = bench.create("companies", name="Acme")
    for path in ("/", "/4801001/", f"/4801001/record/companies/{record}"):
        assert "It is not HubSpot" in read(path)


def test_portals_are_listed_with_their_counts(bench: Bench, read: Any):
    bench.create("contacts", email="a@x.example")
    assert "0 companies, 1 contacts" in read("/")


def test_empty_portal_says_what_to_do_next(read: Any):
    assert "Load the demo data" in read("/4801001/")
    assert "No contacts yet" in read("/4801001/?type=contacts")


def test_unknown_portal_and_record_lead_back(read: Any):
    assert "There is no portal 5" in read("/5/", 404)
    for path in ("companies/999", "notes/101", "nothing/1", "companies/x"):
        assert "This record is not here" in read(f"/4801001/record/{path}", 404)


def test_list_is_sorted_by_our_score_first_and_unscored_come_last(bench: Bench, read: Any):
    bench.add_our_properties("companies")
    for name, score in (("Low", "5"), ("High", "95"), ("None", ""), ("Middle", "40")):
        record = bench.create("companies", name=name)
        if score:
            bench.update("companies", record, leadlight_icp_fit_score=score)
    page = read("/4801001/")
    assert names_in(page) == ["High", "Middle", "Low", "None"]
    assert "not yet" in page
    assert names_in(read("/4801001/?sort=name")) == ["High", "Low", "Middle", "None"]
    assert names_in(read("/4801001/?sort=unheard-of")) == ["High", "Middle", "Low", "None"]


def test_list_without_our_properties_is_sorted_by_last_change(bench: Bench, read: Any):
    for name in ("First", "Second"):
        bench.clock.advance(1)
        bench.create("companies", name=name)
    assert names_in(read("/4801001/")) == ["Second", "First"]


def test_search_finds_all_words_in_any_field(bench: Bench, read: Any):
    bench.create("companies", name="Blue River", city="Leeds")
    bench.create("companies", name="Blue Hill", city="Austin")
    assert names_in(read("/4801001/?q=LEEDS+blue")) == ["Blue River"]
    nothing = read("/4801001/?q=%3Cscript%3E")
    assert "Nothing matches “&lt;script&gt;”" in nothing
    assert "show all 2 companies" in nothing


def test_long_lists_are_paged_and_pages_beyond_the_end_show_the_last(bench: Bench, read: Any):
    for number in range(60):
        bench.create(
            "contacts", email=f"sample.contact.{number:03d}@x.example", firstname="Sample", lastname=f"Contact {number:03d}"
        )
    first = read("/4801001/?type=contacts&sort=name")
    assert (len(names_in(first)), names_in(first)[0]) == (25, "Sample Contact 000")
    assert 'rel="next"' in first and 'rel="prev"' not in first
    for page in ("3", "99"):
        last = read(f"/4801001/?type=contacts&sort=name&page={page}")
        assert names_in(last)[-1] == "Sample Contact 059"
    assert names_in(read("/4801001/?type=contacts&sort=name&page=-4")) == names_in(first)


def test_record_shows_our_group_first_with_value_source_and_time(bench: Bench, read: Any):
    bench.add_our_properties("companies")
    record = bench.create("companies", name="Acme", domain="acme.example")
    bench.update("companies", record, leadlight_icp_fit_score="40", leadlight_draft="ready")
    bench.clock.advance(60)
    bench.update("companies", record, leadlight_icp_fit_score="75")
    page = read(f"/4801001/record/companies/{record}")
    ours, _, others = page.partition('class="card group"')
    assert "Leadlight · 21 Nov 2026, 09:06" in ours
    assert re.search(r"<td>75</td><td>Leadlight</td><td>21 Nov 2026, 09:06</td></tr><tr><td>40</td>", ours)
    assert "Ready to send" in ours
    assert "acme.example" in others and "A person in the portal (userId:7)" in others


def test_record_answers_to_its_type_id_too(bench: Bench, read: Any):
    record = bench.create("companies", name="Acme")
    assert read(f"/4801001/record/0-2/{record}") == read(f"/4801001/record/companies/{record}")


def test_record_without_our_values_says_when_they_come(bench: Bench, read: Any):
    record = bench.create("contacts", email="a@x.example")
    page = read(f"/4801001/record/contacts/{record}")
    assert "Nothing written yet" in page
    assert "No notes or tasks yet" in page


def test_timeline_has_notes_and_tasks_newest_first(bench: Bench, read: Any):
    record = bench.create("companies", name="Acme")
    note = bench.create("notes", hs_timestamp="2026-11-20T10:00:00Z", hs_note_body="<h2>Brief</h2><p><b>Who</b> they are</p>")
    task = bench.create(
        "tasks", hs_timestamp="2026-11-23T10:00:00Z", hs_task_subject="Call them", hs_task_status="NOT_STARTED",
        hs_task_priority="HIGH", hs_task_type="CALL",
    )  # fmt: skip
    bench.link("notes", note, "companies", record)
    bench.link("tasks", task, "companies", record)
    page = read(f"/4801001/record/companies/{record}")
    assert page.index("Call them") < page.index("<h4>Brief</h4>")
    assert "Status: Not started" in page and "due 23 Nov 2026, 10:00" in page
    assert "<p><b>Who</b> they are</p>" in page


def test_associations_link_both_ways_and_name_the_primary_company(bench: Bench, read: Any):
    company = bench.create("companies", name="Acme")
    contact = bench.create("contacts", email="a@x.example", firstname="Sample", lastname="Contact 1")
    bench.link("contacts", contact, "companies", company)
    assert f'href="/portal/4801001/record/contacts/{contact}"' in read(f"/4801001/record/companies/{company}")
    page = read(f"/4801001/record/contacts/{contact}")
    assert f'href="/portal/4801001/record/companies/{company}"' in page
    assert "Primary" in page


def test_nothing_a_record_says_can_act(bench: Bench, read: Any):
    bench.add_our_properties("companies")
    company = bench.create("companies", name=ATTACK, city=ATTACK, website="javascript:alert(1)", description=ATTACK * 9)
    bench.update("companies", company, leadlight_reasons=ATTACK)
    note = bench.create("notes", hs_timestamp="2026-11-20T10:00:00Z", hs_note_body=f"<p>{ATTACK}</p>")
    task = bench.create("tasks", hs_timestamp="2026-11-20T10:00:00Z", hs_task_subject=ATTACK, hs_task_body=ATTACK)
    bench.link("notes", note, "companies", company)
    bench.link("tasks", task, "companies", company)
    for page in (read(f"/4801001/record/companies/{company}"), read("/4801001/")):
        assert "<script" not in page
        assert "<img" not in page
        assert "javascript:" not in re.sub(r"<div[^>]*>javascript:alert\(1\)</div>", "", re.sub(r"<td>[^<]*</td>", "", page))


def test_style_sheet_is_served(server: RunningServer):
    answer = urllib3.request("GET", f"{server.base_url}/portal/static/portal.css", retries=False)
    assert (answer.status, answer.headers["content-type"].split(";")[0]) == (200, "text/css")
