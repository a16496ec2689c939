"""The page Scores without HubSpot in reach: who may change it, what is told of a wrong draft, and that nothing typed is lost."""

from __future__ import annotations

from sqlalchemy import text

from integration.access.roles import Role
from integration.scoring.profile import default_text
from tests.contract.console.conftest import OURS, Desk

WEIGHTS = {
    "icp_fit": "40", "bant": "20", "heat": "15", "expected_value": "5", "risk": "5", "urgency": "15",
    "hot_from": "55", "warm_from": "30", "excluded_at_most": "0", "expected_value_full": "12500.5",
}  # fmt: skip


def rows(desk: Desk, query: str) -> list[tuple[object, ...]]:
    with desk.parts.database.begin() as connection:
        return [tuple(row) for row in connection.execute(text(query), {"portal": OURS})]


def test_weights_become_a_draft_that_is_saved_with_a_note_and_audited(desk: Desk) -> None:
    admin = desk.sign_in(OURS, Role.ADMIN)
    assert admin.post("/scores/weights", WEIGHTS).status_code == 303
    page = admin.get("/scores").text
    assert "You are at a draft" in page
    assert "There is nothing to try the draft on." in page
    admin.post("/scores/save", {"note": "a sample note"})
    page = admin.get("/scores").text
    assert "Saved as version 1" in page
    assert "a sample note" in page
    [(stored,)] = rows(desk, "SELECT preferences->'icp_profile'->'priority' FROM portal WHERE portal_id = :portal")
    assert isinstance(stored, dict)
    assert (stored["hot_from"], stored["expected_value_full"], stored["weights"]["bant"]) == (55, 12500.5, 20)
    audited = rows(desk, "SELECT action, target, detail->>'note' FROM audit WHERE action LIKE 'scores%' ORDER BY id")
    assert audited == [("scores_drafted", "draft", None), ("scores_saved", "version 1", "a sample note")]


def test_a_wrong_draft_is_shown_with_its_line_and_its_words_stay_in_the_editor(desk: Desk) -> None:
    admin = desk.sign_in(OURS, Role.ADMIN)
    typed = default_text().replace("    weight: 30", "    weight: <b>many</b>", 1)
    line = next(place for place, one in enumerate(typed.splitlines(), start=1) if "many" in one)
    admin.post("/scores/preview", {"text": typed})
    page = admin.get("/scores").text
    assert f"Line {line}: <code>weight: &lt;b&gt;many&lt;/b&gt;</code>" in page
    assert "icp.industry.weight" in page
    assert "&lt;b&gt;many&lt;/b&gt;" in page.split("<textarea")[1]
    assert "Save and score by it" not in page
    admin.post("/scores/save", {"note": ""})
    assert "icp.industry.weight" in admin.get("/scores").text
    assert rows(desk, "SELECT count(*) FROM score_profile") == [(0,)]


def test_what_is_no_number_is_refused_by_its_name_and_changes_nothing(desk: Desk) -> None:
    admin = desk.sign_in(OURS, Role.ADMIN)
    admin.post("/scores/weights", WEIGHTS | {"risk": "a lot"})
    assert "Risk of loss: &#39;a lot&#39; is no number" in admin.get("/scores").text
    assert rows(desk, "SELECT count(*) FROM score_draft") == [(0,)]


def test_weights_that_do_not_add_up_stay_in_their_fields_and_say_by_how_much(desk: Desk) -> None:
    admin = desk.sign_in(OURS, Role.ADMIN)
    admin.post("/scores/weights", WEIGHTS | {"icp_fit": "60"})
    page = admin.get("/scores").text
    assert "the six weights must add up to 100, they add up to 120" in page
    assert 'name="icp_fit" value="60"' in page


def test_a_silent_hubspot_is_told_and_the_draft_stays(desk: Desk) -> None:
    admin = desk.sign_in(OURS, Role.ADMIN)
    with desk.parts.database.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO score (portal_id, object_type, object_id, name, value, unit, label, reasons, scored_at) "
                "VALUES (:portal, 'contacts', '101', 'priority', 50, 'points', 'warm', '[]', now())"
            ),
            {"portal": OURS},
        )
    admin.post("/scores/weights", WEIGHTS)
    page = admin.get("/scores")
    assert page.status_code == 200
    assert "HubSpot cannot be asked right now" in page.text
    assert "You are at a draft" in page.text


def test_a_viewer_sees_the_profile_and_no_way_to_change_it(desk: Desk) -> None:
    viewer = desk.sign_in(OURS, Role.VIEWER)
    page = viewer.get("/scores").text
    assert "Only an admin of Leadlight can change it." in page
    assert "any_of:" in page
    assert "<textarea" not in page
    assert viewer.post("/scores/save", {}).status_code == 403


def test_a_stored_profile_that_no_longer_holds_can_be_set_right(desk: Desk) -> None:
    admin = desk.sign_in(OURS, Role.ADMIN)
    with desk.parts.database.begin() as connection:
        desk.parts.portals.change_preferences(connection, portal_id=OURS, changes={"icp_profile": {"icp": 3}})
    page = admin.get("/scores").text
    assert "does not hold any more" in page
    assert "What is wrong" in page
    admin.post("/scores/default")
    assert "The default profile holds again" in admin.get("/scores").text
