"""What holds for every page and action of the console, whoever writes the next one: the tests walk over what discovery finds."""

from __future__ import annotations

import re

from integration.access.roles import Role
from integration.admin.console.base import Action, Page
from tests.contract.console.conftest import OURS, THEIRS, Desk
from tests.contract.console.rows import MARK, OBJECT_ID, fill, snapshot

_URL_VALUES = {
    "run_id": MARK,
    "object_type": "contacts",
    "object_id": OBJECT_ID,
    "left_id": OBJECT_ID,
    "right_id": "777000778",
    "letter_id": 1,
    "alert_id": 1,
    "provider": MARK,
    "property_name": MARK,
    "question": MARK,
}
_FORM = {
    "run_id": MARK, "run": MARK, "parent_run_id": MARK, "object_type": "contacts", "object_id": OBJECT_ID, "record": f"contacts/{OBJECT_ID}",
    "left_id": OBJECT_ID, "right_id": "777000778", "survivor_id": OBJECT_ID, "primary_id": OBJECT_ID, "other_id": "777000778",
    "letter_id": "1", "alert_id": "1", "provider": "apollo", "period": "day", "cap_credits": "5", "cap": "5", "key": "sample-key",
    "email": "somebody@portal-700002.example.com", "role": "viewer", "why": "sample", "reason": MARK, "question": "identity",
    "choice": MARK, "property_name": MARK, "policy": "always", "scope": "run", "confirm": "yes", "confirmed": "yes", "sure": "yes",
    "portal_id": str(THEIRS), "portal": str(THEIRS), "preset": "careful", "state": "dismissed",
}  # fmt: skip
"""Whatever a form may ask for, with the other portal's ids."""


def values_for(desk: Desk, route: Page | Action) -> dict[str, object]:
    """A value of the other portal for each part of the address."""
    return {name: _URL_VALUES.get(name, 1 if name.endswith("_id") else MARK) for name in desk.arguments(route)}


def test_discovery_finds_pages_and_each_menu_entry_leads_to_one(desk: Desk) -> None:
    assert {"overview", "runs", "run", "record", "dead_letters", "doctor", "members", "audit"} <= {
        page.endpoint for page in desk.pages
    }
    texts = [page.menu for page in desk.pages if page.menu]
    assert len(texts) == len(set(texts)), "two menu entries of one name cannot be told apart"
    for page in desk.pages:
        assert not (page.menu and desk.arguments(page)), f"{page.endpoint} stands in the menu but needs more than a portal"


def test_whoever_is_not_signed_in_comes_to_the_sign_in_page(desk: Desk) -> None:
    stranger = desk.app.test_client()
    for page in desk.pages:
        path = desk.path(page, OURS, **values_for(desk, page))
        answer = stranger.get(path)
        assert answer.status_code == 303, path
        assert answer.headers["Location"].startswith("/admin?next="), path
    with desk.parts.database.begin() as connection:
        before = snapshot(connection, OURS)
    for action in desk.actions:
        path = desk.path(action, OURS, **values_for(desk, action))
        answer = stranger.post(path, data=_FORM)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/admin"), path
    with desk.parts.database.begin() as connection:
        assert snapshot(connection, OURS) == before


def test_every_address_of_another_portal_is_not_found_and_nothing_happens_there(desk: Desk) -> None:
    browser = desk.sign_in(OURS, Role.ADMIN)
    with desk.parts.database.begin() as connection:
        fill(connection, THEIRS)
        before = snapshot(connection, THEIRS)
    for page in desk.pages:
        path = desk.path(page, THEIRS, **values_for(desk, page))
        assert browser.get(path).status_code == 404, path
    for action in desk.actions:
        path = desk.path(action, THEIRS, **values_for(desk, action))
        assert browser.post(path, _FORM).status_code == 404, path
    with desk.parts.database.begin() as connection:
        assert snapshot(connection, THEIRS) == before


def test_no_page_shows_anything_of_another_portal(desk: Desk) -> None:
    browser = desk.sign_in(OURS, Role.ADMIN)
    with desk.parts.database.begin() as connection:
        fill(connection, THEIRS)
    for page in desk.pages:
        values = values_for(desk, page)
        path = desk.path(page, OURS, **values)
        answer = browser.get(path)
        body = answer.get_data(as_text=True)
        shown = body.replace(path, "").replace(f'value="{path}', "")
        assert MARK not in shown, path
        assert answer.status_code in ((200, 303, 502, 503) if not values else (404, 502, 503)), f"{path}: {answer.status_code}"
        assert "Something went wrong on our side" not in body, path


def test_no_action_with_another_portals_ids_has_an_effect_there(desk: Desk) -> None:
    with desk.parts.database.begin() as connection:
        fill(connection, THEIRS)
        before = snapshot(connection, THEIRS)
    for action in desk.actions:
        browser = desk.sign_in(OURS, Role.ADMIN)
        path = desk.path(action, OURS, **values_for(desk, action))
        answer = browser.post(path, _FORM)
        assert answer.status_code in (303, 403, 404), f"{path}: {answer.status_code}"
        with desk.parts.database.begin() as connection:
            assert snapshot(connection, THEIRS) == before, path
            connection.exec_driver_sql(f"UPDATE portal SET state = 'connected' WHERE portal_id = {OURS}")  # noqa: S608


def test_a_role_that_is_too_low_sees_a_refusal_and_nothing_happens(desk: Desk) -> None:
    for role in (Role.VIEWER, Role.OPERATOR):
        browser = desk.sign_in(OURS, role)
        with desk.parts.database.begin() as connection:
            before = snapshot(connection, OURS)
        for route in (route for route in desk.routes if route.role > role):
            path = desk.path(route, OURS, **values_for(desk, route))
            answer = browser.get(path) if isinstance(route, Page) else browser.post(path, _FORM)
            assert answer.status_code == 403, f"{path} as {role.word}"
            assert "needs the role" in answer.get_data(as_text=True), path
        with desk.parts.database.begin() as connection:
            assert snapshot(connection, OURS) == before


def test_every_action_needs_at_least_an_operator(desk: Desk) -> None:
    assert [action.endpoint for action in desk.actions if action.role < Role.OPERATOR] == []


def test_a_form_without_the_sessions_token_or_from_elsewhere_does_nothing(desk: Desk) -> None:
    browser = desk.sign_in(OURS, Role.ADMIN)
    other = desk.sign_in(THEIRS, Role.ADMIN)
    token = browser.csrf_token()
    with desk.parts.database.begin() as connection:
        before = snapshot(connection, OURS)
    for action in desk.actions:
        path = desk.path(action, OURS, **values_for(desk, action))
        wrong = [browser.post(path, {**_FORM, "csrf_token": text}) for text in ("", token[:-1], other.csrf_token(), "é")]
        wrong.append(browser.post(path, {**_FORM, "csrf_token": token}, Origin="https://elsewhere.example"))
        wrong.append(browser.post(path, {**_FORM, "csrf_token": token}, Origin="null"))
        wrong.append(browser.post(path, {**_FORM, "csrf_token": token}, Sec_Fetch_Site="cross-site"))
        wrong.append(browser.post(path, {**_FORM, "csrf_token": token}, Sec_Fetch_Site="same-site"))
        assert [answer.status_code for answer in wrong] == [403] * len(wrong), path
    with desk.parts.database.begin() as connection:
        assert snapshot(connection, OURS) == before


def test_every_page_forbids_scripts_frames_caches_and_guessing(desk: Desk) -> None:
    browser = desk.sign_in(OURS, Role.ADMIN)
    for page in desk.pages:
        answer = browser.get(desk.path(page, OURS, **values_for(desk, page)))
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'")
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        body = answer.get_data(as_text=True)
        assert "<script" not in body
        assert not re.search(r"\s(style|on\w+)=", body), f"{page.endpoint}: the policy blocks styles and handlers in attributes"


def test_every_form_of_every_page_carries_the_token_or_only_asks(desk: Desk) -> None:
    browser = desk.sign_in(OURS, Role.ADMIN)
    for page in desk.pages:
        body = browser.get(desk.path(page, OURS, **values_for(desk, page))).get_data(as_text=True)
        for form in re.findall(r"<form.*?</form>", body, re.DOTALL):
            assert 'method="get"' in form or f'name="csrf_token" value="{browser.csrf_token()}"' in form, page.endpoint


def test_an_address_nobody_knows_is_a_friendly_page(desk: Desk) -> None:
    browser = desk.sign_in(OURS, Role.VIEWER)
    for path in ("/no-such-page", "/runs/none", "/dead-letters/123456", "/records/contacts/99", "/records/nonsense/1"):
        answer = browser.get(path)
        assert answer.status_code == 404, path
        assert "There is no such page" in answer.get_data(as_text=True), path
    assert browser.get("/admin/nonsense").status_code == 404
    assert browser.client.post(f"/admin/{OURS}/runs").status_code in (404, 405)
