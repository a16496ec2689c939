"""Sessions and roles of the console: how long they last, what ends them, and what a browser is told."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import timedelta
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text, update
from werkzeug.datastructures import MultiDict

from integration.access.role_store import RoleStore
from integration.access.roles import Role
from integration.admin.console.base import Visit
from integration.admin.console.session_store import SessionStore
from integration.app import build_parts
from integration.core.clock import system_clock
from integration.core.crypto import new_key
from integration.core.settings import Settings
from integration.db.models import ConsoleSessionRow
from integration.db.session import Database
from integration.pipeline.lanes import BACKFILL, LIVE
from integration.pipeline.worklist_store import WorkRequest
from integration.web_app import build_app
from tests.contract.console.conftest import OURS, THEIRS, Browser, Desk


def age(desk: Desk, **values: object) -> None:
    with desk.parts.database.begin() as connection:
        connection.execute(update(ConsoleSessionRow).values(**values))


def says(browser: Browser, path: str = "") -> str:
    return unescape(browser.get(path).get_data(as_text=True))


def test_the_cookie_is_stored_only_as_a_digest(desk: Desk) -> None:
    browser = desk.sign_in(OURS, Role.VIEWER)
    assert browser.get().status_code == 200
    with desk.parts.database.begin() as connection:
        stored = connection.execute(text("SELECT session_digest FROM console_session")).scalar_one()
    assert browser.cookie not in stored
    assert len(browser.cookie) >= 43, "thirty-two random bytes"
    forger = desk.app.test_client()
    forger.set_cookie("leadlight_session", stored, path="/admin")
    assert forger.get(f"/admin/{OURS}").status_code == 303


def test_a_session_ends_when_nobody_used_it_for_half_an_hour(desk: Desk) -> None:
    browser = desk.sign_in(OURS, Role.VIEWER)
    age(desk, seen_at=system_clock() - timedelta(minutes=29))
    assert browser.get().status_code == 200, "and this visit makes it young again"
    age(desk, seen_at=system_clock() - timedelta(minutes=31))
    assert browser.get().status_code == 303


def test_a_visit_keeps_a_session_alive(desk: Desk) -> None:
    browser = desk.sign_in(OURS, Role.VIEWER)
    long_ago = system_clock() - timedelta(minutes=20)
    age(desk, seen_at=long_ago)
    browser.get()
    with desk.parts.database.begin() as connection:
        assert connection.execute(text("SELECT seen_at FROM console_session")).scalar_one() > long_ago + timedelta(minutes=19)


def test_a_session_ends_after_its_life_however_busy_it_was(desk: Desk) -> None:
    browser = desk.sign_in(OURS, Role.VIEWER)
    age(desk, ends_at=system_clock() - timedelta(seconds=1))
    assert browser.get().status_code == 303


def test_ended_sessions_are_forgotten(desk: Desk) -> None:
    desk.sign_in(OURS, Role.VIEWER)
    age(desk, ends_at=system_clock() - timedelta(seconds=1))
    desk.sign_in(OURS, Role.ADMIN)
    with desk.parts.database.begin() as connection:
        assert SessionStore().forget_ended(connection, now=system_clock(), idle=timedelta(minutes=30)) == 1
        assert connection.execute(text("SELECT count(*) FROM console_session")).scalar_one() == 1


def test_a_role_is_looked_up_at_each_visit(desk: Desk) -> None:
    browser = desk.sign_in(OURS, Role.VIEWER)
    assert "You are <strong>viewer</strong>" in says(browser)
    with desk.parts.database.begin() as connection:
        RoleStore().grant(connection, portal_id=OURS, email=browser.email, role=Role.ADMIN, by="x", now=system_clock())
    assert "You are <strong>admin</strong>" in says(browser)


def test_somebody_whose_role_is_gone_sees_nothing_any_more(desk: Desk) -> None:
    browser = desk.sign_in(OURS, None)
    answer = browser.get("/runs")
    assert answer.status_code == 403
    assert "You have no access any more" in answer.get_data(as_text=True)


def test_removing_a_member_ends_their_sessions_at_once(desk: Desk) -> None:
    admin, viewer = desk.sign_in(OURS, Role.ADMIN), desk.sign_in(OURS, Role.VIEWER)
    answer = admin.post("/members/revoke", {"email": viewer.email})
    assert answer.status_code == 303
    assert viewer.get().status_code == 303
    assert "no access any more and is signed out everywhere" in says(admin, "/members")


@pytest.mark.parametrize("form", [("/members/revoke", {}), ("/members/grant", {"role": "viewer"})], ids=["revoke", "demote"])
def test_the_last_admin_stays_admin(desk: Desk, form: tuple[str, dict[str, str]]) -> None:
    admin = desk.sign_in(OURS, Role.ADMIN)
    desk.sign_in(THEIRS, Role.ADMIN)
    path, fields = form
    admin.post(path, {"email": admin.email.upper(), **fields, "back": f"/admin/{OURS}/members"})
    page = says(admin, "/members")
    assert "is the only admin" in page
    with desk.parts.database.begin() as connection:
        assert RoleStore().role_of(connection, portal_id=OURS, email=admin.email) is Role.ADMIN
        assert not connection.execute(text("SELECT count(*) FROM audit")).scalar_one(), "what was refused is not in the log"


def test_a_role_is_granted_by_address_and_the_log_says_by_whom(desk: Desk) -> None:
    admin = desk.sign_in(OURS, Role.ADMIN)
    admin.post("/members/grant", {"email": "New.Person@Example.com", "role": "operator"})
    with desk.parts.database.begin() as connection:
        assert RoleStore().role_of(connection, portal_id=OURS, email="new.person@example.com") is Role.OPERATOR
        assert RoleStore().role_of(connection, portal_id=THEIRS, email="new.person@example.com") is None
    log = says(admin, "/audit")
    assert all(word in log for word in ("granted role", "new.person@example.com", admin.email, "operator"))


@pytest.mark.parametrize("form", [{"email": "nonsense", "role": "viewer"}, {"email": "a@example.com", "role": "king"}, {}])
def test_a_form_that_does_not_fit_changes_nothing_and_says_why(desk: Desk, form: dict[str, str]) -> None:
    admin = desk.sign_in(OURS, Role.ADMIN)
    answer = admin.post("/members/grant", {**form, "back": f"/admin/{OURS}/members"})
    assert answer.headers["Location"] == f"/admin/{OURS}/members"
    assert 'role="alert"' in says(admin, "/members")
    assert 'class="notice' not in says(admin, "/members"), "said once"


@pytest.mark.parametrize(
    "back", ["https://elsewhere.example/", "//elsewhere.example", f"/admin/{THEIRS}/runs", "/admin/70000111", ""]
)
def test_a_refused_form_sends_nobody_elsewhere(desk: Desk, back: str) -> None:
    admin = desk.sign_in(OURS, Role.ADMIN)
    assert admin.post("/members/grant", {"back": back}).headers["Location"] == f"/admin/{OURS}"


def test_a_notice_that_this_session_did_not_make_is_not_shown(desk: Desk) -> None:
    admin, viewer = desk.sign_in(OURS, Role.ADMIN), desk.sign_in(OURS, Role.VIEWER)
    answer = admin.post("/members/grant", {"email": "a@example.com", "role": "viewer"})
    sealed = answer.headers["Set-Cookie"].partition("leadlight_notice=")[2].partition(";")[0]
    for cookie in (sealed, "nonsense", '["wrong","Call this number"]'):
        viewer.client.set_cookie("leadlight_notice", cookie, path="/admin")
        assert 'class="notice' not in says(viewer)


def test_signing_out_ends_this_session_and_everywhere_ends_all(desk: Desk) -> None:
    first, second, third = (desk.sign_in(OURS, Role.VIEWER) for _ in range(3))
    token = _token_of(first)
    assert first.client.post(f"/admin/{OURS}/sign-out", data={"csrf_token": "wrong"}).status_code == 403
    assert first.client.post(f"/admin/{OURS}/sign-out", data={"csrf_token": token}).status_code == 303
    assert [browser.get().status_code for browser in (first, second, third)] == [303, 200, 200]
    second.client.post(f"/admin/{OURS}/sign-out", data={"csrf_token": _token_of(second), "everywhere": "yes"})
    assert [browser.get().status_code for browser in (second, third)] == [303, 303]
    log = says(desk.sign_in(OURS, Role.ADMIN), "/audit")
    assert log.count('<td data-label="What">signed out') == 2, "the refused form did not sign anybody out"


def _token_of(browser: Browser) -> str:
    return says(browser).partition('name="csrf_token" value="')[2].partition('"')[0]


def test_an_address_asked_for_without_a_session_is_kept_for_after_the_sign_in(desk: Desk) -> None:
    stranger = desk.app.test_client()
    answer = stranger.get(f"/admin/{OURS}/runs?kind=undo")
    assert answer.headers["Location"] == f"/admin?next=/admin/{OURS}/runs?kind%3Dundo"
    page = stranger.get(answer.headers["Location"]).get_data(as_text=True)
    assert f"/admin/sign-in?next=/admin/{OURS}/runs?kind%3Dundo" in unescape(page)
    for elsewhere in ("https://elsewhere.example", "//elsewhere.example", "/admin//elsewhere.example", "/admin/\\elsewhere"):
        page = stranger.get("/admin", query_string={"next": elsewhere}).get_data(as_text=True)
        assert "elsewhere" not in page


def test_on_https_the_cookie_is_secure_and_browsers_are_told_to_stay_there(database: Database) -> None:
    env = {"LEADLIGHT_KEYS": new_key(), "LEADLIGHT_PUBLIC_URL": "https://leadlight.example"}
    with ExitStack() as held:
        client: FlaskClient = build_app(build_parts(Settings.from_env(env), database, held)).test_client()
        answer = client.get("/admin")
        assert "max-age=" in answer.headers["Strict-Transport-Security"]
        assert client.get(f"/admin/{OURS}").headers["Strict-Transport-Security"]


def test_without_a_client_id_the_sign_in_says_what_to_set_up(database: Database) -> None:
    with ExitStack() as held:
        settings = Settings.from_env({"LEADLIGHT_KEYS": new_key()})
        answer = build_app(build_parts(settings, database, held)).test_client().get("/admin/sign-in")
    assert answer.status_code == 404
    assert "HUBSPOT_CLIENT_ID" in answer.get_data(as_text=True)


def test_a_choice_made_from_a_stale_page_does_not_end_a_dry_run_that_began_meanwhile(desk: Desk) -> None:
    admin, portals = desk.sign_in(OURS, Role.ADMIN), desk.parts.portals
    with desk.parts.database.begin() as connection:
        portals.change_preferences(connection, portal_id=OURS, changes={"dry_run": False, "sender_name": "Sample Sender"})
    with desk.parts.database.begin() as connection:
        before = portals.find(connection, portal_id=OURS)
        portals.change_preferences(connection, portal_id=OURS, changes={"dry_run": True})
    assert before is not None
    [action] = [one for one in desk.actions if one.endpoint == "set_company_creation"]
    with desk.app.test_request_context():
        visit = Visit(before, admin.email, "1", Role.ADMIN, "token")
        action.act(visit, MultiDict({"create_companies": "yes"}))
    with desk.parts.database.begin() as connection:
        after = portals.find(connection, portal_id=OURS)
    assert after is not None
    assert after.preferences == {"dry_run": True, "sender_name": "Sample Sender", "create_companies": True}


def test_before_a_key_is_stored_an_admin_reads_what_records_under_way_can_cost(desk: Desk) -> None:
    admin, viewer = desk.sign_in(OURS, Role.ADMIN), desk.sign_in(OURS, Role.VIEWER)
    assert "begins to cost" not in says(admin, "/providers")
    waiting = [WorkRequest("companies", str(number), BACKFILL, ("backfill",)) for number in range(7)]
    with desk.parts.database.begin() as connection:
        desk.parts.worklist.add(connection, OURS, [*waiting, WorkRequest("companies", "99", LIVE, ("change",))], now=system_clock())
    page = " ".join(says(admin, "/providers").split())
    assert "7 companies are being loaded or wait for their turn; asking Apollo.io about all of them costs at most" in page
    assert "begins to cost" not in says(viewer, "/providers")
    assert "begins to cost" not in says(desk.sign_in(THEIRS, Role.ADMIN), "/providers")
