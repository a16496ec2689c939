"""The set-up of scores: where a profile is wrong, what a draft would change, and which versions there were."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.core.errors import BadInput, Conflict, NotFound
from integration.hubspot.objects import COMPANIES, CONTACTS
from integration.hubspot.portal_store import PortalStore
from integration.pipeline.score_setup.desk import ScoreDesk
from integration.pipeline.score_setup.preview import compare
from integration.pipeline.score_setup.sampling import SampledRecord
from integration.providers.base import Field
from integration.scoring.history import NO_HISTORY
from integration.scoring.profile import build_profile, default_profile, default_text, parse_profile, profile_data
from integration.scoring.profile_parts import PriorityProfile, PriorityWeights
from integration.scoring.profile_problems import find_problems
from tests.factories import COMPANY_FACTS, company_sheet
from tests.unit.pipeline.conftest import PORTAL, Stand

ADMIN = "sample.admin@example.com"
OTHER = "sample.other@example.com"
ONLY_FIT = PriorityWeights(icp_fit=100, bant=0, heat=0, expected_value=0, risk=0, urgency=0)
WITHOUT_BANT = {
    "weights": {"icp_fit": 100, "bant": 0, "heat": 0, "expected_value": 0, "risk": 0, "urgency": 0},
    "hot_from": 60,
    "warm_from": 35,
    "excluded_at_most": 0,
    "expected_value_full": 20_000,
}


@dataclass
class Office:
    """A desk over a portal with two scored records."""

    stand: Stand
    desk: ScoreDesk


@pytest.fixture
def office(stand: Stand) -> Office:
    stand.queue("101")
    stand.queue("9001", object_type=COMPANIES)
    stand.run()
    stand.run(COMPANIES)
    return Office(stand, ScoreDesk(stand.database, stand.hubspot, PortalStore(), stand.clock))


def with_priority(priority: PriorityProfile) -> object:
    return default_profile().model_copy(update={"priority": priority})


def test_a_good_profile_has_no_problems() -> None:
    assert find_problems(default_text()) == ()


def test_each_problem_stands_at_its_line() -> None:
    text = default_text().replace("hot_from: 60\n  warm", "hot_from: 600\n  warm").replace("    weight: 30", "    weight: many")
    found = find_problems(text)
    lines = text.splitlines()
    assert [(one.path, lines[(one.line or 0) - 1].strip()) for one in found] == [
        ("icp.industry.weight", "weight: many"),
        ("priority.hot_from", "hot_from: 600"),
    ]
    assert [one.excerpt for one in found] == ["weight: many", "hot_from: 600"]


def test_a_missing_part_is_told_at_the_mapping_it_belongs_into() -> None:
    [problem] = find_problems(default_text().replace("    weight: 30\n", ""))
    assert (problem.path, problem.excerpt) == ("icp.industry.weight", "industry:")


def test_weights_that_do_not_add_up_are_told_at_the_weights() -> None:
    [problem] = find_problems(default_text().replace("{icp_fit: 35,", "{icp_fit: 45,"))
    assert problem.path == "priority.weights"
    assert "they add up to 110" in problem.message
    assert problem.excerpt.startswith("weights:")


def test_broken_yaml_is_told_with_its_line() -> None:
    [problem] = find_problems("icp:\n  industry: [a, b\nbant: {}\n")
    assert problem.message.startswith("not valid YAML")
    assert problem.line in (2, 3)


@given(st.text(max_size=200))
def test_any_text_is_taken_or_has_problems(text: str) -> None:
    problems = find_problems(text)
    try:
        parse_profile(text)
    except BadInput:
        assert problems
    else:
        assert problems == ()


def test_the_preview_counts_labels_buckets_and_movers() -> None:
    fits = company_sheet()
    poor = company_sheet({**COMPANY_FACTS, Field.INDUSTRY: "Fishing", Field.COUNTRY: "JP", Field.EMPLOYEE_COUNT: 3})
    unknown = company_sheet({Field.COMPANY_NAME: "Sample Works"})
    records = [SampledRecord(f"Sample {place}", sheet) for place, sheet in enumerate((fits, poor, unknown))]
    draft = build_profile(profile_data(default_profile()) | {"priority": PriorityProfile(weights=ONLY_FIT).model_dump()})
    preview = compare(records, default_profile(), draft, NO_HISTORY)
    assert (preview.record_count, preview.silent_before_count, preview.silent_after_count) == (3, 1, 1)
    assert sum(one.before_count for one in preview.buckets) == sum(one.after_count for one in preview.buckets) == 2
    assert preview.relabelled_count == sum(count for _, _, count in preview.changes)
    assert preview.movers[0].title == "Sample 0"
    assert preview.movers[0].value_after == 100.0
    for mover in preview.movers:
        change = sum(one.points for one in mover.reasons)
        assert change == pytest.approx((mover.value_after or 0) - (mover.value_before or 0))


def test_a_draft_that_says_the_same_moves_nobody() -> None:
    records = [SampledRecord("Sample", company_sheet())]
    preview = compare(records, default_profile(), default_profile(), NO_HISTORY)
    assert (preview.moved_count, preview.relabelled_count, preview.movers) == (0, 0, ())


def test_the_preview_looks_at_the_portals_own_records_and_writes_nothing(office: Office) -> None:
    assert office.desk.keep_priority(PORTAL, ADMIN, WITHOUT_BANT) == ()
    setup = office.desk.setup(PORTAL, ADMIN)
    office.stand.hubspot.calls.clear()
    preview = office.desk.preview(PORTAL, setup)
    assert preview is not None
    assert preview.record_count == setup.scored_count == 2
    stored = office.stand.rows("SELECT value FROM score WHERE name = 'priority' ORDER BY object_id")
    assert sum(bucket.before_count for bucket in preview.buckets) == len([one for (one,) in stored if one is not None])
    assert {mover.object_type for mover in preview.movers} <= {CONTACTS, COMPANIES}
    assert set(office.stand.hubspot.calls) == {"batch_read", "associated_ids"}
    assert office.stand.rows("SELECT count(*) FROM score_profile") == [(0,)]


def test_the_preview_says_before_what_the_records_say_now(office: Office) -> None:
    office.desk.keep_priority(PORTAL, ADMIN, WITHOUT_BANT)
    preview = office.desk.preview(PORTAL, office.desk.setup(PORTAL, ADMIN))
    assert preview is not None
    rows = office.stand.rows("SELECT object_id, value FROM score WHERE name = 'priority'")
    stored = {str(object_id): value for object_id, value in rows}
    assert {mover.object_id: mover.value_before for mover in preview.movers} == {
        mover.object_id: pytest.approx(stored[mover.object_id]) for mover in preview.movers
    }
    assert preview.movers


def test_what_is_saved_is_scored_by_and_can_be_gone_back_from(office: Office) -> None:
    before = office.stand.rows("SELECT value FROM score WHERE name = 'priority' AND object_id = '9001'")
    office.desk.keep_priority(PORTAL, ADMIN, WITHOUT_BANT)
    assert office.desk.save(PORTAL, ADMIN, note=" only the fit ") == 1
    office.stand.queue("9001", object_type=COMPANIES)
    office.stand.run(COMPANIES)
    fit = office.stand.rows("SELECT value FROM score WHERE name = 'icp_fit' AND object_id = '9001'")
    assert office.stand.rows("SELECT value FROM score WHERE name = 'priority' AND object_id = '9001'") == fit != before
    assert office.desk.use_default(PORTAL, ADMIN) == 2
    assert office.desk.restore(PORTAL, OTHER, 1) == 3
    setup = office.desk.setup(PORTAL, ADMIN)
    assert [(one.version, one.note, one.saved_by, one.restored_from) for one in setup.versions] == [
        (3, "As version 1", OTHER, 1),
        (2, "The default profile", ADMIN, None),
        (1, "only the fit", ADMIN, None),
    ]
    assert setup.current is not None
    assert setup.current.priority.weights == ONLY_FIT
    assert setup.draft is None
    with pytest.raises(NotFound):
        office.desk.restore(PORTAL, ADMIN, 9)


def test_a_wrong_draft_is_kept_as_it_was_typed_and_cannot_be_saved(office: Office) -> None:
    [problem] = office.desk.keep_draft(PORTAL, ADMIN, "icp: [\r\n")
    assert problem.message.startswith("not valid YAML")
    setup = office.desk.setup(PORTAL, ADMIN)
    assert (setup.text, setup.may_be_saved, office.desk.preview(PORTAL, setup)) == ("icp: [\n", False, None)
    with pytest.raises(BadInput):
        office.desk.save(PORTAL, ADMIN, note="")
    assert office.desk.setup(PORTAL, OTHER).draft is None, "a draft is its writer's"
    office.desk.drop_draft(PORTAL, ADMIN)
    assert office.desk.setup(PORTAL, ADMIN).text == default_text()


def test_whoever_saves_over_somebody_elses_version_is_told_first(office: Office) -> None:
    office.desk.keep_priority(PORTAL, ADMIN, WITHOUT_BANT)
    office.desk.keep_draft(PORTAL, OTHER, default_text())
    office.desk.save(PORTAL, OTHER, note="")
    with pytest.raises(Conflict, match="version 1 meanwhile"):
        office.desk.save(PORTAL, ADMIN, note="")
    assert office.desk.save(PORTAL, ADMIN, note="after a second look") == 2


def test_the_weights_of_the_form_leave_the_rest_of_the_text_as_it_is(office: Office) -> None:
    office.desk.keep_priority(PORTAL, ADMIN, WITHOUT_BANT)
    text = office.desk.setup(PORTAL, ADMIN).text
    assert text.split("\npriority:")[0] == default_text().split("\npriority:")[0]
    assert parse_profile(text).priority.weights == ONLY_FIT
    old = "icp: {}\nbant: {}\n"
    office.desk.keep_draft(PORTAL, ADMIN, old)
    office.desk.keep_priority(PORTAL, ADMIN, WITHOUT_BANT)
    assert office.desk.setup(PORTAL, ADMIN).text.startswith("icp: {}\nbant: {}\npriority:\n")
