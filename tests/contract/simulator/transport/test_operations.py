"""What the families list is what is routed, guarded and shown in the coverage page."""

import json
import re
import signal
import subprocess
import sys

import requests
from hypothesis import given
from hypothesis import strategies as st

from simulator.__main__ import main
from simulator.app import build_app, operations
from simulator.coverage import coverage_rows, read_surface, render_coverage
from simulator.operation import Operation, OperationTable, canonical_path
from simulator.running import RunningSimulator

OUTSIDE = re.compile(r"^/(_control|portal|static)(/|$)|/authorize$")


def test_every_route_of_the_api_is_a_listed_operation(simulator: RunningSimulator) -> None:
    table = OperationTable(operations())
    unlisted = []
    for rule in build_app(simulator.world).url_map.iter_rules():
        path = re.sub(r"<(?:\w+:)?(\w+)>", "1", rule.rule)
        if OUTSIDE.search(path):
            continue
        methods = (rule.methods or set()) - {"HEAD", "OPTIONS"}
        unlisted += [f"{method} {rule.rule}" for method in methods if table.find(method, path) is None]
    assert unlisted == []


def test_every_listed_operation_is_routed(simulator: RunningSimulator) -> None:
    adapter = build_app(simulator.world).url_map.bind("localhost")
    for operation in operations():
        path = re.sub(r"\{[^}]+\}", "1", operation.path.replace("{version}", "2026-09"))
        assert adapter.test(path, operation.method) or adapter.test(f"{path}/", operation.method), operation


def test_the_surface_names_each_operation_once() -> None:
    surface = [(method, path) for _, method, path in read_surface()]
    assert len(surface) == len(set(surface))
    assert len(surface) > 150


def test_coverage_shows_simulated_partial_and_absent() -> None:
    rows = {(row.method, row.path): row.status for row in coverage_rows()}
    assert rows[("POST", "/oauth/{version}/token")] == "simulated"
    assert rows[("POST", "/oauth/{version}/token/introspect")] == "partial"
    assert rows[("POST", "/crm/exports/{version}/export/async")] == "absent"
    assert rows[("POST", "/crm/objects/{version}/{objectType}/batch/read")] == "simulated"
    page = render_coverage()
    assert page.endswith("|\n")
    assert "| contacts | 0-1 | simulated |" in page


def test_a_partial_operation_says_why() -> None:
    assert [each for each in operations() if each.status == "partial" and not each.note] == []


def test_coverage_is_a_command(capsys) -> None:
    assert main(["coverage"]) == 0
    assert capsys.readouterr().out == render_coverage()


def test_a_seed_file_that_cannot_be_read_is_said_plainly(capsys, tmp_path) -> None:
    bad = tmp_path / "seed.json"
    bad.write_text('{"portals": 3}')
    assert main(["run", "--port", "0", "--seed", str(bad)]) == 2
    assert "seed.json.portals must be a list" in capsys.readouterr().err


def test_it_runs_by_itself_until_interrupted(tmp_path) -> None:
    seed = tmp_path / "seed.json"
    seed.write_text('{"portals": [{"portal_id": 62515}]}')
    command = [sys.executable, "-m", "simulator", "--port", "0", "--seed", str(seed)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline()) == {"records": {"62515": {}}, "installs": []}
        base_url = process.stdout.readline().split()[3].rstrip(",")
        portals = requests.get(f"{base_url}/_control/portals", timeout=5).json()["portals"]
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0
    assert portals[0]["portal_id"] == 62515


def test_the_more_literal_operation_wins() -> None:
    table = OperationTable(
        [
            Operation("GET", "/crm/properties/{version}/{objectType}/{name}"),
            Operation("GET", "/crm/properties/{version}/{objectType}/groups"),
        ]
    )
    groups, one = (table.find("GET", f"/crm/v3/properties/contacts/{tail}") for tail in ("groups", "email"))
    assert groups is not None
    assert groups.operation.path.endswith("/groups")
    assert one is not None
    assert (one.operation.path[-6:], one.object_type) == ("{name}", "contacts")
    assert table.find("PUT", "/crm/v3/properties/contacts/email") is None


@given(
    family=st.sampled_from(["objects", "owners", "pipelines", "associations"]),
    tail=st.from_regex(r"(/[a-z0-9]{1,8}){0,4}", fullmatch=True),
)
def test_legacy_and_dated_paths_are_one(family: str, tail: str) -> None:
    assert canonical_path(f"/crm/v3/{family}{tail}") == canonical_path(f"/crm/{family}/v3{tail}") == f"/crm/{family}/v3{tail}"
    assert canonical_path(f"/crm/{family}/2026-09{tail}/") == f"/crm/{family}/2026-09{tail}"
