"""The demo list and the invented world around it: complete, synthetic where people are concerned, repeatable."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

import simulator.neighbours
from simulator.data.demo import build_contact, build_contacts, load_companies
from simulator.neighbours.chance import draw, pick_weighted
from simulator.neighbours.facts import FactBook, Glasses, bare_domain
from simulator.neighbours.running import find_neighbours
from simulator.neighbours.windows import Rule, Windows

BOOK = FactBook(load_companies())


def test_there_are_300_different_companies_of_many_countries():
    companies = load_companies()
    assert len({company.domain for company in companies}) == len(companies) == 300
    assert len({company.country for company in companies}) > 40
    assert sum(1 for company in companies if company.employees) == 120
    assert all(company.name and company.city and len(company.country_code) == 2 for company in companies)


def test_contacts_are_plainly_synthetic_and_one_or_two_a_company():
    contacts = build_contacts(load_companies())
    assert len(contacts) == len({contact.email for contact in contacts}) == 450
    assert all(contact.first_name == "Sample" and contact.email.startswith("sample.contact.") for contact in contacts)
    assert contacts == build_contacts(load_companies())


@given(number=st.integers(0, 999_999), company=st.sampled_from(load_companies()))
def test_a_contact_is_found_again_by_address_and_by_name(number, company):
    contact = build_contact(number, company.domain)
    by_email = BOOK.find_email(contact.email.upper())
    by_name = BOOK.find_person(contact.first_name, contact.last_name, f"https://www.{company.domain}/x")
    assert by_email == by_name
    assert by_email is not None and by_email[0] == contact


@given(st.text(max_size=60))
def test_no_text_is_a_problem_when_looking_things_up(text):
    BOOK.find_name(text)
    BOOK.find_person(text, text, text)
    assert BOOK.find_email(text) is None or text.lower().strip().startswith("sample.contact.")
    assert bare_domain(text) == bare_domain(bare_domain(text)) or "www." in bare_domain(text) or ":" in text or "/" in text


def test_sources_know_most_but_not_all_and_disagree_sometimes():
    domains = BOOK.domains()
    for source in ("apollo", "hunter"):
        assert 0.75 < sum(Glasses(source).knows(domain) for domain in domains) / len(domains) < 0.93
    views = [(Glasses("apollo").employees(f), Glasses("site").employees(f)) for d in domains if (f := BOOK.find_domain(d))]
    agreeing = sum(first == second for first, second in views)
    assert 0.2 < agreeing / len(views) < 0.7


def test_made_domains_are_companies_invented_on_the_spot():
    facts = BOOK.find_domain("www.blue-river-made.example")
    assert facts and facts.company.name == "Blue River Made-up"
    assert BOOK.find_domain("made.example") is None


@given(st.lists(st.text(), min_size=1, max_size=4))
def test_draws_are_repeatable_and_in_range(words):
    assert draw(*words) == draw(*words)
    assert 0 <= draw(*words) < 1
    assert pick_weighted((("a", 1), ("b", 0)), *words) == "a"


@given(limit=st.integers(1, 5), gaps=st.lists(st.floats(0, 3), min_size=1, max_size=30))
def test_a_window_never_lets_more_through_than_its_limit(limit, gaps):
    windows, now, let_through = Windows(), 0.0, []
    for gap in gaps:
        now += gap
        (usage,) = windows.take("key", "call", [Rule("w", limit, 2.0)], now)
        assert usage.used <= limit and usage.resets_in_s > 0
        if not usage.exceeded:
            let_through.append((now + usage.resets_in_s).__round__(6))
    assert all(let_through.count(end) <= limit for end in let_through)


def test_every_folder_is_a_neighbour_with_paths_to_put_behind_an_origin():
    found = find_neighbours()
    folders = {path.parent.name for path in Path(simulator.neighbours.__file__).parent.glob("*/__init__.py")}
    assert found.keys() == folders
    assert {"apollo", "hunter", "sites", "dns"} <= folders
    for one in found.values():
        assert all(path == "" or (path.startswith("/") and not path.endswith("/")) for path in (one.base_path, *one.paths.values()))
        assert (one.build_app is None) == (one.serve_own is not None) == (one.scheme != "http")
