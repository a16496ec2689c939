"""Signing in through HubSpot's consent page: who gets in, who does not, what a sign-in must never do; and what pages tell of real work."""

from __future__ import annotations

from urllib.parse import parse_qs, urljoin, urlsplit

import httpx2
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import text

from integration.access.roles import Role
from integration.core.clock import system_clock
from integration.demo.control import Control
from integration.demo.stand import Stand
from integration.hubspot.objects import CONTACTS
from integration.hubspot.portal_store import DISCONNECTED, PortalStore
from integration.jobs.dead_letter_store import DeadLetterEntry, DeadLetterStore
from tests.scenario.account import Account
from tests.scenario.console import Console, email_of, let_in, notice_of, text_of
from tests.stands import OpenAccount


def rows(stand: Stand, query: str, **values: object) -> list[tuple[object, ...]]:
    with stand.database.begin() as connection:
        return [tuple(row) for row in connection.execute(text(query), values)]


def test_whoever_installed_is_admin_and_signed_in_and_nobody_else_is(open_account: OpenAccount) -> None:
    account = open_account("first")
    installer, colleague = Console(account.stand, account.portal_id), Console(account.stand, account.portal_id)
    assert "You are admin of portal" in text_of(installer.land())
    landed = colleague.land(9042)
    assert landed.status_code == 403
    assert "You have no access yet" in text_of(landed)
    assert email_of(account.portal_id) in text_of(landed), "the page says whom to ask"
    assert colleague.get().url.path == "/admin"
    assert [row[0] for row in rows(account.stand, "SELECT email FROM console_role WHERE portal_id = :p", p=account.portal_id)] == [
        email_of(account.portal_id)
    ]


def test_installing_again_as_somebody_else_makes_no_second_admin(open_account: OpenAccount) -> None:
    account = open_account("again")
    other = Console(account.stand, account.portal_id)
    consent = other.browser.get(f"{account.stand.addresses.web}/install")
    landed = _agree(other.browser, consent, account.portal_id, user_id=9043)
    assert "is installed" in text_of(landed)
    assert other.get().url.path == "/admin", "connected again, but without a role"


def test_the_install_ends_signed_in_so_that_the_console_is_one_click_away(open_account: OpenAccount) -> None:
    account = open_account("oneclick", installed=False)
    console = Console(account.stand, account.portal_id)
    consent = console.browser.get(f"{account.stand.addresses.web}/install")
    landed = _agree(console.browser, consent, account.portal_id)
    assert f"/admin/{account.portal_id}" in landed.text
    assert "You are admin of portal" in text_of(console.get())


def test_a_sign_in_to_a_connected_portal_keeps_the_tokens_and_asks_for_no_work(open_account: OpenAccount) -> None:
    account = open_account("kept")
    query = "SELECT md5(oauth_token::text) FROM oauth_token WHERE portal_id = :p"
    before = rows(account.stand, query, p=account.portal_id)
    provisioned = rows(account.stand, "SELECT provisioned_at FROM portal WHERE portal_id = :p", p=account.portal_id)
    Console(account.stand, account.portal_id).sign_in()
    assert rows(account.stand, query, p=account.portal_id) == before
    assert rows(account.stand, "SELECT provisioned_at FROM portal WHERE portal_id = :p", p=account.portal_id) == provisioned


def test_a_sign_in_to_a_portal_that_lost_its_connection_connects_it_again(open_account: OpenAccount) -> None:
    account = open_account("lost")
    with account.stand.database.begin() as connection:
        PortalStore().set_state(connection, portal_id=account.portal_id, state=DISCONNECTED, reason="bad_hub", now=system_clock())
    page = Console(account.stand, account.portal_id).land()
    assert page.status_code == 200
    assert "HubSpot is not connected" not in text_of(page)
    assert rows(account.stand, "SELECT state FROM portal WHERE portal_id = :p", p=account.portal_id) == [("connected",)]


def test_a_sign_in_leads_to_the_page_that_was_asked_for_and_only_within_the_portal(open_account: OpenAccount) -> None:
    account = open_account("deep")
    console = Console(account.stand, account.portal_id)
    assert console.land(goes_to=f"/admin/{account.portal_id}/members").url.path.endswith("/members")
    console = Console(account.stand, account.portal_id)
    assert console.land(goes_to="/admin/1/members").url.path == f"/admin/{account.portal_id}"


def test_the_cookie_changes_with_every_sign_in_so_a_planted_one_is_worth_nothing(open_account: OpenAccount) -> None:
    account = open_account("planted")
    console = Console(account.stand, account.portal_id)
    console.browser.cookies.set("leadlight_session", "planted-by-somebody", domain="localhost.local", path="/admin")
    console.sign_in()
    first = {cookie.value for cookie in console.browser.cookies.jar if cookie.name == "leadlight_session"}
    again = Console(account.stand, account.portal_id).sign_in()
    second = {cookie.value for cookie in again.browser.cookies.jar if cookie.name == "leadlight_session"}
    assert not first & second
    thief = Console(account.stand, account.portal_id)
    thief.browser.cookies.set("leadlight_session", "planted-by-somebody", domain="localhost.local", path="/admin")
    assert thief.get().url.path == "/admin"


def test_a_callback_works_once_and_only_in_its_own_browser(open_account: OpenAccount) -> None:
    account = open_account("replayed")
    browser, other = (Console(account.stand, account.portal_id).browser for _ in range(2))
    callback = _callback(browser, account)
    stolen = other.get(callback)
    assert (stolen.status_code, "Another browser started this sign-in" in text_of(stolen)) == (400, True)
    assert browser.get(callback).status_code == 200
    replayed = browser.get(callback)
    assert (replayed.status_code, "used already" in text_of(replayed)) == (400, True)
    forged = browser.get(callback.replace("state=", "state=x"))
    assert forged.status_code == 400
    assert "What to do" in text_of(forged)


def test_somebody_who_declines_is_told_that_nothing_happened(open_account: OpenAccount) -> None:
    account = open_account("declined")
    console = Console(account.stand, account.portal_id)
    consent = console.browser.get(f"{account.stand.addresses.web}/admin/sign-in")
    landed = _agree(console.browser, consent, account.portal_id, decision="refuse")
    assert landed.status_code == 403
    assert "You were not signed in" in text_of(landed)


def test_when_hubspot_does_not_say_who_it_is_nobody_is_signed_in_but_an_install_goes_on(open_account: OpenAccount) -> None:
    account = open_account("nameless", installed=False)
    control: Control = account.stand.control
    control.post("/faults", {"kind": "status", "status": 503, "path": "/token/introspect"})
    console = Console(account.stand, account.portal_id)
    consent = console.browser.get(f"{account.stand.addresses.web}/install")
    assert "is installed" in text_of(_agree(console.browser, consent, account.portal_id))
    landed = console.land()
    assert landed.status_code == 503
    assert "HubSpot did not say who you are" in text_of(landed)
    control.delete("/faults")
    landed = console.land()
    assert "The portal has no admin yet" in text_of(landed), "signing in alone makes nobody admin"
    account.stand.leadlight("member", "--portal", str(account.portal_id), "--email", email_of(account.portal_id), "--role", "admin")
    assert "You are admin" in text_of(console.land())
    assert "command line" in text_of(console.get("/audit"))


def test_no_secret_of_a_sign_in_stands_in_an_address_we_hand_out(open_account: OpenAccount) -> None:
    account = open_account("secrets")
    console = Console(account.stand, account.portal_id).sign_in()
    cookie = next(one for one in console.browser.cookies.jar if one.name == "leadlight_session")
    page = console.get()
    assert cookie.value
    assert cookie.value not in page.text
    assert "code=" not in str(page.url)
    assert cookie.has_nonstandard_attr("HttpOnly")
    assert cookie.path == "/admin"


def test_a_dead_letter_is_replayed_by_an_operator_and_discarded_with_a_reason(open_account: OpenAccount) -> None:
    account = open_account("letters")
    [contact_id] = account.add_contacts(1)
    account.wait_until_written(contacts=1)
    entry = DeadLetterEntry(
        account.portal_id, "record", "refused", "HubSpot refused the record.", object_type=CONTACTS, object_id=contact_id
    )
    with account.stand.database.begin() as connection:
        DeadLetterStore().save(connection, [entry, entry])
        first, second = DeadLetterStore().find_open(connection, portal_id=account.portal_id)
    let_in(account.stand, account.portal_id, 9044, Role.OPERATOR)
    console = Console(account.stand, account.portal_id).sign_in(9044)
    assert "HubSpot refused the record." in text_of(console.get(f"/dead-letters/{first.letter_id}"))
    runs = _run_count(account)
    assert "back at work" in notice_of(console.post(f"/dead-letters/{first.letter_id}/replay"))
    account.settle()
    assert _run_count(account) > runs, "the record was carried through once more"
    assert "Say why" in notice_of(console.post(f"/dead-letters/{second.letter_id}/discard", back="/dead-letters"))
    assert "is discarded" in notice_of(console.post(f"/dead-letters/{second.letter_id}/discard", {"why": "a made-up record"}))
    assert "No dead letters." in text_of(console.get("/dead-letters"))
    log = text_of(console.get("/audit"))
    assert "a made-up record" in log
    assert "replayed dead letter" in log


def test_a_records_page_tells_its_whole_story_and_a_search_finds_it(open_account: OpenAccount) -> None:
    account = open_account("story")
    account.add_companies(1)
    [contact_id] = account.add_contacts(1)
    account.wait_until_written(contacts=1, companies=1)
    console = Console(account.stand, account.portal_id).sign_in()
    found = console.get("/records", object_type=CONTACTS, object_id=contact_id)
    assert found.url.path.endswith(f"/records/contacts/{contact_id}")
    story = text_of(found)
    assert "HubSpot told: created" in story
    assert "apollo answered" in story
    assert "Fields decided" in story
    assert "We created the note" in story
    assert "leadlight_ headline" in story
    pasted = console.get(
        "/records",
        object_id=f"https://app.example.com/contacts/{account.portal_id}/record/0-1/{contact_id}?x=1",
        object_type="deals",
    )
    assert pasted.url.path == found.url.path
    assert "Nothing is known about contact 424242" in text_of(console.get("/records", object_type=CONTACTS, object_id="424242"))
    assert "That is no record id" in text_of(console.get("/records", object_type=CONTACTS, object_id="nobody"))


def test_a_runs_page_shows_every_field_before_and_after_and_its_filters_hold(open_account: OpenAccount) -> None:
    account = open_account("runs")
    account.add_companies(2)
    account.wait_until_written(companies=2)
    console = Console(account.stand, account.portal_id).sign_in()
    page = LexborHTMLParser(console.get("/runs", object_type="companies", writes="yes").text)
    link = page.css_first("main table a")
    assert link is not None
    run = console.browser.get(urljoin(console.home, link.attributes["href"] or ""))
    assert "leadlight_ icp_ fit" in text_of(run)
    assert "written" in text_of(run)
    kept = console.browser.get(str(run.url), params={"outcome": "refused"})
    assert "No field of this run fits this choice" in text_of(kept)
    assert "No run fits this choice" in text_of(console.get("/runs", kind="merge"))
    assert console.get("/runs", after="nonsense").status_code == 400


def _agree(
    browser: httpx2.Client,
    consent: httpx2.Response,
    portal_id: int,
    *,
    user_id: int = 9001,
    decision: str = "connect",
    follow: bool = True,
) -> httpx2.Response:
    form = LexborHTMLParser(consent.text).css_first("form")
    assert form is not None
    target = urljoin(str(consent.url), form.attributes.get("action") or "")
    data = {"portal_id": str(portal_id), "user_id": str(user_id), "decision": decision}
    return browser.post(target, data=data, follow_redirects=follow)


def _callback(browser: httpx2.Client, account: Account) -> str:
    """The address HubSpot sends a person back to, not followed yet."""
    consent = browser.get(f"{account.stand.addresses.web}/admin/sign-in")
    location = _agree(browser, consent, account.portal_id, follow=False).headers["location"]
    assert parse_qs(urlsplit(location).query)["state"]
    return location


def _run_count(account: Account) -> int:
    [(count,)] = rows(account.stand, "SELECT count(*) FROM run WHERE portal_id = :p", p=account.portal_id)
    assert isinstance(count, int)
    return count
