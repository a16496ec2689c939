"""From the install link over HubSpot's consent page to a connected portal, every way it can go wrong, and out again."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, text
from werkzeug.test import TestResponse

from integration.access.audit_store import AuditStore
from integration.access.role_store import RoleStore
from integration.admin.console.entrance import Entrance
from integration.admin.console.gate import Gate
from integration.admin.console.session_store import SessionStore
from integration.admin.disconnect import Disconnector, add_disconnect_routes
from integration.admin.install import InstallParts, build_blueprint
from integration.admin.install_jobs import InstallJobs
from integration.admin.install_links import SealedLinks
from integration.admin.purge import Purger
from integration.core.crypto import SecretBox
from integration.db.session import Database
from integration.hubspot.manifest import MANIFEST
from integration.hubspot.oauth_state_store import OAuthStateStore
from integration.hubspot.objects import COMPANIES, CONTACTS, PropertyDeclaration
from integration.hubspot.provision import Provisioner
from integration.jobs.request import JobRequest
from simulator.faults import FaultSpec
from tests.contract.hubspot.stand import APP_ID, PORTAL_ID, PUBLIC_URL, Stand, build_stand, running_simulator

DECLARATIONS = (PropertyDeclaration("leadlight_fit_score", "ICP fit", "number", "number", "0 to 100.", (CONTACTS, COMPANIES)),)


@dataclass
class Jobs:
    """Takes jobs like the engine: in the caller's transaction, equal waiting ones once."""

    waiting: list[JobRequest] = field(default_factory=list)

    def defer(self, connection: Connection, request: JobRequest) -> bool:
        assert connection.in_transaction()
        if any(request.queueing_lock == other.queueing_lock for other in self.waiting):
            return False
        self.waiting.append(request)
        return True

    def named(self, name: str) -> list[JobRequest]:
        return [request for request in self.waiting if request.name == name]

    def take(self, name: str) -> JobRequest:
        (found,) = [request for request in self.waiting if request.name == name]
        self.waiting.remove(found)
        return found


@dataclass
class Place:
    """Our pages on a stand, and the jobs they ask for."""

    stand: Stand
    app: Flask
    jobs: Jobs
    links: SealedLinks
    install_jobs: InstallJobs
    purger: Purger

    def browser(self) -> FlaskClient:
        return self.app.test_client()

    def portal(self):
        with self.stand.database.begin() as connection:
            return self.stand.portals.find(connection, portal_id=PORTAL_ID)

    def count(self, table: str) -> int:
        with self.stand.database.begin() as connection:
            return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())  # noqa: S608 - a name of ours


def build_place(stand: Stand) -> Place:
    jobs, clock = Jobs(), stand.world.clock.now
    links = SealedLinks(SecretBox(stand.settings.keys), OAuthStateStore(), clock)
    provisioner = Provisioner(stand.database, stand.clients, stand.portals, DECLARATIONS, clock)
    purger = Purger(stand.database, stand.portals, jobs, clock, after_days=30)
    disconnector = Disconnector(stand.database, stand.clients, stand.tokens, stand.portals, provisioner, purger, clock)
    gate = Gate(stand.settings, stand.database, clock, stand.portals, SessionStore(), RoleStore())
    parts = InstallParts(
        settings=stand.settings,
        database=stand.database,
        oauth=stand.oauth,
        tokens=stand.tokens,
        token_store=stand.token_store,
        portals=stand.portals,
        links=links,
        deferrer=jobs,
        manifest=MANIFEST,
        declarations=DECLARATIONS,
        clock=clock,
        entrance=Entrance(gate, AuditStore()),
    )
    blueprint = build_blueprint(parts)
    add_disconnect_routes(blueprint, database=stand.database, links=links, portals=stand.portals, disconnector=disconnector)
    app = Flask("admin-under-test")
    app.register_blueprint(blueprint)
    return Place(stand, app, jobs, links, InstallJobs(stand.database, provisioner, jobs), purger)


@pytest.fixture
def place(database: Database) -> Iterator[Place]:
    with running_simulator() as simulator:
        yield build_place(build_stand(simulator, database))


def consent_address(browser: FlaskClient) -> str:
    response = browser.get("/install")
    assert response.status_code == 303
    return response.headers["Location"]


def decide(address: str, decision: str = "connect") -> str:
    """Press a button on HubSpot's consent page; the callback's path and query."""
    assert requests.get(address, timeout=5).status_code == 200
    answer = requests.post(address, data={"decision": decision, "portal_id": PORTAL_ID}, allow_redirects=False, timeout=5)
    location = answer.headers["Location"]
    assert location.startswith(f"{PUBLIC_URL}/oauth/callback?")
    return location.removeprefix(PUBLIC_URL)


def install(place: Place, browser: FlaskClient | None = None) -> TestResponse:
    """The whole way, up to the page at the end."""
    browser = browser or place.browser()
    return browser.get(decide(consent_address(browser)), follow_redirects=True)


def page_of(response: TestResponse) -> str:
    return unescape(response.get_data(as_text=True))


def test_an_install_connects_the_portal_and_asks_for_its_work(place: Place) -> None:
    response = install(place)

    assert response.status_code == 200
    assert "Leadlight is installed" in page_of(response)
    assert place.portal().state == "connected"
    assert set(MANIFEST.required_scopes) <= place.portal().scopes
    assert [(job.name, job.args) for job in place.jobs.waiting] == [("provision", {"portal_id": PORTAL_ID})]
    assert place.stand.client.account_details().portal_id == PORTAL_ID


def test_the_page_shows_when_the_properties_are_there_and_the_backfill_starts(place: Place) -> None:
    browser = place.browser()
    waiting = install(place, browser)
    assert 'http-equiv="refresh"' in waiting.get_data(as_text=True)

    place.install_jobs.provision(place.jobs.take("provision").args)
    ready = browser.get(waiting.request.full_path)

    assert "The properties are in place" in page_of(ready)
    assert 'http-equiv="refresh"' not in ready.get_data(as_text=True)
    assert place.jobs.take("sync").args == {"portal_id": PORTAL_ID, "sync": "backfill"}
    assert place.portal().account.ui_domain == "app.hubspot.com"


def test_the_page_says_what_is_written_and_how_to_add_the_card(place: Place) -> None:
    page = page_of(install(place))

    assert "leadlight_fit_score" in page
    assert "Record customization" in page
    assert "Super Admin" in page


def test_refused_optional_rights_are_named_with_what_is_off(place: Place) -> None:
    account = place.stand.world.accounts[PORTAL_ID]
    place.stand.world.accounts[PORTAL_ID] = type(account)(unavailable_scopes=frozenset({"crm.objects.owners.read"}))

    page = page_of(install(place))

    assert "crm.objects.owners.read" in page
    assert "Drafts in the owner's name" in page
    assert place.portal().state == "connected"


def test_the_consent_address_asks_for_what_the_manifest_says(place: Place) -> None:
    query = parse_qs(urlsplit(consent_address(place.browser())).query)

    assert query["scope"] == [" ".join(MANIFEST.required_scopes)]
    assert query["optional_scope"] == [" ".join(MANIFEST.optional_scopes)]
    assert query["redirect_uri"] == [f"{PUBLIC_URL}/oauth/callback"]


def test_secrets_travel_only_in_form_bodies(place: Place) -> None:
    install(place)

    assert place.stand.calls("/oauth/") == ["POST /oauth/2026-09/token", "POST /oauth/2026-09/token/introspect"]


def refusal(place: Place, path: str, browser: FlaskClient) -> tuple[int, str]:
    response = browser.get(path)
    assert place.portal() is None
    assert "What to do" in page_of(response)
    return response.status_code, page_of(response)


def test_an_admin_who_declines_reads_what_to_do_and_whom_to_ask(place: Place) -> None:
    browser = place.browser()

    status, page = refusal(place, decide(consent_address(browser), "refuse"), browser)

    assert status == 403
    assert "was not approved" in page
    assert "Text to forward" in page


def test_a_callback_without_a_state_is_refused(place: Place) -> None:
    browser = place.browser()
    consent_address(browser)

    assert refusal(place, "/oauth/callback?code=abc", browser)[0] == 400
    assert place.stand.calls("/oauth/") == []


def test_a_state_we_did_not_make_is_refused(place: Place) -> None:
    browser = place.browser()
    consent_address(browser)

    for state in ("made-up", "gAAAAABnothing", "ä", "a" * 5000):
        assert refusal(place, f"/oauth/callback?{urlencode({'code': 'abc', 'state': state})}", browser)[0] == 400
    assert place.stand.calls("/oauth/") == []


def test_a_state_works_once(place: Place) -> None:
    browser = place.browser()
    callback = decide(consent_address(browser))
    assert browser.get(callback).status_code == 303

    response = browser.get(callback)

    assert response.status_code == 400
    assert "used already" in page_of(response)
    assert place.stand.calls("/oauth/") == ["POST /oauth/2026-09/token", "POST /oauth/2026-09/token/introspect"]


def test_two_callbacks_at_once_install_once(place: Place) -> None:
    browser = place.browser()
    callback = decide(consent_address(browser))
    cookie = browser.get_cookie("leadlight_install")
    assert cookie is not None
    answers: list[int] = []

    def arrive() -> None:
        twin = place.browser()
        twin.set_cookie("leadlight_install", cookie.value)
        answers.append(twin.get(callback).status_code)

    threads = [threading.Thread(target=arrive) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == [303, *[400] * 5]
    assert place.stand.calls("/oauth/") == ["POST /oauth/2026-09/token", "POST /oauth/2026-09/token/introspect"]


def test_a_state_ends_after_a_quarter_of_an_hour(place: Place) -> None:
    browser = place.browser()
    callback = decide(consent_address(browser))
    place.stand.world.clock.advance(16 * 60)

    assert "took too long" in refusal(place, callback, browser)[1]


def test_another_browser_cannot_end_an_install(place: Place) -> None:
    callback = decide(consent_address(place.browser()))
    victim = place.browser()
    consent_address(victim)

    assert "Another browser" in refusal(place, callback, victim)[1]
    assert "Another browser" in refusal(place, callback, place.browser())[1]


def test_too_few_rights_stop_the_install_and_are_named(place: Place) -> None:
    browser = place.browser()
    address = consent_address(browser)
    world = place.stand.world
    lax = world.apps[APP_ID]
    world.register_app(type(lax)(**{**vars(lax), "required_scopes": ("oauth",), "optional_scopes": tuple(lax.declared_scopes)}))
    parts = urlsplit(address)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()} | {"scope": "oauth", "optional_scope": ""}

    status, page = refusal(place, decide(parts._replace(query=urlencode(query)).geturl()), browser)

    assert status == 403
    assert "crm.objects.contacts.write" in page
    assert place.count("oauth_token") == 0


def test_a_made_up_code_is_refused(place: Place) -> None:
    browser = place.browser()
    state = parse_qs(urlsplit(consent_address(browser)).query)["state"][0]

    status, page = refusal(place, f"/oauth/callback?{urlencode({'code': 'made-up', 'state': state})}", browser)

    assert status == 400
    assert "did not accept the install code" in page


def test_a_wrong_secret_of_ours_is_not_blamed_on_the_admin(place: Place) -> None:
    other = build_place(build_stand(place.stand.simulator, place.stand.database, HUBSPOT_CLIENT_SECRET="wrong"))
    browser = other.browser()

    status, page = refusal(other, decide(consent_address(browser)), browser)

    assert status == 500
    assert "not about your account" in page


def test_hubspot_being_down_is_said_and_the_install_can_be_repeated(place: Place) -> None:
    place.stand.world.faults.add(FaultSpec("status", "/oauth/", count=1, status=503))
    browser = place.browser()
    assert refusal(place, decide(consent_address(browser)), browser)[0] == 503

    assert install(place, browser).status_code == 200


def test_a_server_without_credentials_says_so(place: Place) -> None:
    bare = build_place(build_stand(place.stand.simulator, place.stand.database, HUBSPOT_CLIENT_SECRET=""))

    for path in ("/install", "/oauth/callback?code=x&state=y"):
        assert refusal(bare, path, bare.browser())[0] == 404


@pytest.mark.parametrize(
    "path", ["/oauth/callback", "/oauth/callback?error=access_denied", f"/portals/{PORTAL_ID}/installed?link=x"]
)
def test_every_page_forbids_scripts_frames_and_caches(place: Place, path: str) -> None:
    response = place.browser().get(path)

    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert "<script" not in response.get_data(as_text=True)


def test_the_style_sheet_comes_from_our_own_address(place: Place) -> None:
    page = place.browser().get("/oauth/callback").get_data(as_text=True)
    address = re.search(r'rel="stylesheet" href="([^"]+)"', page)
    assert address is not None

    with place.browser().get(address.group(1)) as sheet:
        assert (sheet.status_code, sheet.mimetype) == (200, "text/css")


def test_the_cookie_is_kept_from_scripts_and_other_sites(place: Place) -> None:
    cookie = place.browser().get("/install").headers["Set-Cookie"]
    safe = build_place(build_stand(place.stand.simulator, place.stand.database, LEADLIGHT_PUBLIC_URL="https://app.example.com"))

    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie
    assert "Secure" in safe.browser().get("/install").headers["Set-Cookie"]


def test_what_hubspot_sends_back_is_shown_nowhere(place: Place) -> None:
    query = urlencode({"error": "<b>x</b>", "error_description": "<script>alert(1)</script>", "next": "https://evil.example"})

    response = place.browser().get(f"/oauth/callback?{query}")

    assert "alert(1)" not in response.get_data(as_text=True)
    assert "evil.example" not in response.get_data(as_text=True)


def test_the_status_page_needs_its_own_link(place: Place) -> None:
    install(place)

    for link in ("", "x", place.links.status_link(PORTAL_ID + 1)):
        assert place.browser().get(f"/portals/{PORTAL_ID}/installed", query_string={"link": link}).status_code == 403


def test_a_second_install_reconnects_in_place(place: Place) -> None:
    install(place)
    place.jobs.waiting.clear()
    with place.stand.database.begin() as connection:
        place.stand.portals.save_preferences(connection, portal_id=PORTAL_ID, preferences={"sender_name": "Sample Sender"})
    place.stand.tokens.disconnect(PORTAL_ID, "invalid_grant")
    first = place.portal()

    install(place)

    again = place.portal()
    assert (again.state, again.state_reason) == ("connected", "")
    assert again.preferences == {"sender_name": "Sample Sender"}
    assert again.installed_at == first.installed_at
    assert place.stand.client.account_details().portal_id == PORTAL_ID
    assert [job.name for job in place.jobs.waiting] == ["provision"]


# Disconnecting


def link_on(response: TestResponse) -> dict[str, Any]:
    found = re.search(r'name="link" value="([^"]+)"', response.get_data(as_text=True))
    assert found is not None
    return {"link": unescape(found.group(1))}


def ask_to_disconnect(place: Place, browser: FlaskClient) -> dict[str, Any]:
    with place.stand.database.begin() as connection:
        link = place.links.disconnect_link(connection, PORTAL_ID)
    return link_on(browser.get(f"/portals/{PORTAL_ID}/disconnect", query_string={"link": link}))


def give_it_work(place: Place) -> None:
    with place.stand.database.begin() as connection:
        connection.execute(
            text("INSERT INTO work_item (portal_id, object_type, object_id, lane) VALUES (:portal, 'contacts', '1', 0)"),
            {"portal": PORTAL_ID},
        )
        connection.execute(
            text(
                "INSERT INTO finding (portal_id, object_type, object_id, field, provider, value, seen_at, confidence_ratio, chosen, run_id)"
                " VALUES (:portal, 'contacts', '1', 'city', 'website', '\"Ghent\"', now(), 0.5, true, 'r')"
            ),
            {"portal": PORTAL_ID},
        )


def test_disconnecting_uninstalls_erases_and_stops(place: Place) -> None:
    install(place)
    give_it_work(place)
    browser = place.browser()

    response = browser.post(f"/portals/{PORTAL_ID}/disconnect", data=ask_to_disconnect(place, browser))

    assert response.status_code == 200
    assert "is disconnected" in page_of(response)
    assert "DELETE /appinstalls/2026-09/external-install" in place.stand.calls()
    assert place.portal().state == "uninstalled"
    assert place.count("oauth_token") == 0
    assert place.count("work_item") == 0
    assert not place.jobs.named("erase_portal")
    assert place.count("finding") == 1, "what was learned stays for a while, in case they come back"
    assert f"erased on {(place.portal().state_since + timedelta(days=30)):%Y-%m-%d}" in page_of(response)


def test_what_a_portal_left_behind_is_erased_when_its_time_has_come(place: Place) -> None:
    install(place)
    give_it_work(place)
    browser = place.browser()
    browser.post(f"/portals/{PORTAL_ID}/disconnect", data=ask_to_disconnect(place, browser))

    place.stand.world.clock.advance(29 * 24 * 3600)
    place.purger.purge_portals({})
    assert not place.jobs.named("erase_portal")

    place.stand.world.clock.advance(25 * 3600)
    place.purger.purge_portals({})
    first, again = place.jobs.named("erase_portal")
    place.purger.erase_portal(first.args)
    assert place.count("finding") == 0
    assert place.portal().account is None
    assert place.portal().erased_at is not None
    assert again.run_at is not None, "once more for what was under way"

    place.jobs.waiting.clear()
    place.purger.purge_portals({})
    assert not place.jobs.named("erase_portal"), "what is erased is not erased again every day"


def test_a_portal_that_hubspot_cut_off_is_erased_after_the_same_time(place: Place) -> None:
    install(place)
    give_it_work(place)
    place.stand.tokens.disconnect(PORTAL_ID, "bad_hub")
    place.stand.world.clock.advance(31 * 24 * 3600)
    place.purger.purge_portals({})
    place.purger.erase_portal(place.jobs.named("erase_portal")[0].args)
    assert place.count("finding") == 0
    assert place.portal().state == "uninstalled"


def test_an_admin_may_have_everything_erased_at_once(place: Place) -> None:
    install(place)
    give_it_work(place)
    browser = place.browser()

    response = browser.post(f"/portals/{PORTAL_ID}/disconnect", data={**ask_to_disconnect(place, browser), "erase_now": "yes"})

    assert "being erased now" in page_of(response)
    place.purger.erase_portal(place.jobs.named("erase_portal")[0].args)
    assert place.count("finding") == 0


def test_the_status_page_leads_to_disconnecting(place: Place) -> None:
    browser = place.browser()
    installed = install(place, browser)
    address = re.search(r'href="(/portals/\d+/disconnect[^"]+)"', installed.get_data(as_text=True))
    assert address is not None

    form = link_on(browser.get(unescape(address.group(1))))

    assert browser.post(f"/portals/{PORTAL_ID}/disconnect", data=form).status_code == 200
    assert place.portal().state == "uninstalled"


def test_cleaning_up_removes_our_properties_only_when_asked(place: Place) -> None:
    install(place)
    place.install_jobs.provision({"portal_id": PORTAL_ID})
    browser = place.browser()

    response = browser.post(f"/portals/{PORTAL_ID}/disconnect", data={**ask_to_disconnect(place, browser), "clean_up": "yes"})

    assert "properties are removed" in page_of(response)
    schema = place.stand.world.portals[PORTAL_ID].schema(CONTACTS)
    assert "leadlight_fit_score" not in schema.live


def test_a_disconnect_link_works_once_and_only_for_its_portal(place: Place) -> None:
    install(place)
    browser = place.browser()
    form = ask_to_disconnect(place, browser)
    assert browser.post("/portals/1/disconnect", data=form).status_code == 403
    assert browser.post(f"/portals/{PORTAL_ID}/disconnect", data={"link": place.links.status_link(PORTAL_ID)}).status_code == 403
    assert browser.post(f"/portals/{PORTAL_ID}/disconnect").status_code == 403
    assert place.portal().state == "connected"

    assert browser.post(f"/portals/{PORTAL_ID}/disconnect", data=form).status_code == 200
    assert browser.post(f"/portals/{PORTAL_ID}/disconnect", data=form).status_code == 403


def test_nothing_is_erased_while_hubspot_does_not_answer(place: Place) -> None:
    install(place)
    browser = place.browser()
    form = ask_to_disconnect(place, browser)
    place.stand.world.faults.add(FaultSpec("status", "/external-install", count=1, status=503))

    assert browser.post(f"/portals/{PORTAL_ID}/disconnect", data=form).status_code == 503
    assert place.portal().state == "connected"
    assert place.count("oauth_token") == 1

    assert browser.post(f"/portals/{PORTAL_ID}/disconnect", data=form).status_code == 200
    assert place.count("oauth_token") == 0


def test_a_portal_hubspot_uninstalled_itself_can_still_be_erased(place: Place) -> None:
    install(place)
    place.stand.world.uninstall(APP_ID, PORTAL_ID)
    browser = place.browser()

    response = browser.post(f"/portals/{PORTAL_ID}/disconnect", data=ask_to_disconnect(place, browser))

    assert "ended the connection before" in page_of(response)
    assert place.portal().state == "uninstalled"


def test_a_portal_that_came_back_is_not_erased(place: Place) -> None:
    install(place)
    browser = place.browser()
    browser.post(f"/portals/{PORTAL_ID}/disconnect", data={**ask_to_disconnect(place, browser), "erase_now": "yes"})
    late, later = place.jobs.named("erase_portal")
    install(place)
    give_it_work(place)
    place.purger.erase_portal(late.args)
    place.stand.tokens.disconnect(PORTAL_ID, "bad_hub")

    place.purger.erase_portal(later.args)

    assert place.count("finding") == 1, "an old wish to erase does not reach what came after"
    assert place.portal().erased_at is None
