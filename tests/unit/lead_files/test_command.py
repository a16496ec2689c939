"""The command that scores a file on this machine."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from integration.cli import main

_ROWS = 12_000


@pytest.fixture
def leads(tmp_path: Path) -> Path:
    lines = [f"Sample {n},{'broken' if n % 100 == 0 else f's{n}@sample-{n % 50}.com'},Head of Sales,=x" for n in range(_ROWS)]
    path = tmp_path / "leads.csv"
    path.write_text("\n".join(["Name,Mail,Role,Remark", *lines]) + "\n", encoding="utf-8")
    return path


def _table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_row_is_in_one_of_the_two_files(leads: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["leads", "score", str(leads), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    results, refused = _table(leads.with_suffix(".scored.csv")), _table(leads.with_suffix(".bad.csv"))
    assert (said["good"], said["bad"]) == (len(results), len(refused)) == (_ROWS - 120, 120)
    assert said["columns"] == {"Name": "full_name", "Mail": "email", "Role": "job_title", "Remark": ""}
    lines = sorted([int(row["Name"].split()[1]) for row in results] + [int(row["leadlight_line"]) - 2 for row in refused])
    assert lines == list(range(_ROWS))
    assert results[0]["Remark"] == "'=x"


def test_columns_can_be_set_by_hand(leads: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["leads", "score", str(leads), "--map", "Remark=job_title", "--map", "Mail=", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["columns"] == {"Name": "full_name", "Mail": "", "Role": "", "Remark": "job_title"}
    assert said["bad"] == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere.csv"], "cannot be read"),
        (["{leads}", "--map", "Nothing=email"], "no column 'Nothing'"),
        (["{leads}", "--map", "Mail=nothing"], "cannot stand for 'nothing'"),
        (["{leads}", "--map", "Mail"], "HEADING=TARGET"),
        (["{leads}", "--out", "{leads}"], "three different files"),
        (["{leads}", "--out", "/nowhere/at/all.csv"], "cannot be written"),
    ],
)
def test_what_cannot_work_is_said(leads: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str) -> None:
    assert main(["leads", "score", *(one.format(leads=leads) for one in arguments)]) == 1
    assert said in capsys.readouterr().err
