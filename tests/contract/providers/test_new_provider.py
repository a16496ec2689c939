"""The kit: what `leadlight new-provider` writes is a working provider, by the project's own tests, before anybody edits it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from integration.core.errors import BadInput, Conflict
from integration.scaffold.new_provider import render_provider, write_provider
from tests.house.rules import Source, size_complaints, smell_complaints

ROOT = Path(__file__).resolve().parents[3]
TODAY = date(2026, 11, 30)
_COPIED = ("integration", "simulator", "tests", "pyproject.toml", "crm_cards", "webhooks", "migrations")


@pytest.mark.parametrize("name", ["", "Acme", "acme-data", "_acme", "acme__data", "../acme", "1acme", "a" * 41])
def test_names_that_are_no_modules_are_refused(name: str) -> None:
    with pytest.raises(BadInput):
        render_provider(name, today=TODAY)


def test_files_that_are_there_are_never_overwritten(tmp_path: Path) -> None:
    write_provider(tmp_path, "acme_data", today=TODAY)
    adapter = tmp_path / "integration/providers/adapters/acme_data.py"
    adapter.write_text("ours", encoding="utf-8")
    with pytest.raises(Conflict):
        write_provider(tmp_path, "acme_data", today=TODAY)
    assert adapter.read_text(encoding="utf-8") == "ours"


def test_a_new_provider_keeps_the_house_rules() -> None:
    for path, text in render_provider("acme_data", today=TODAY).items():
        if path.endswith(".py"):
            source = Source(path, text)
            assert list(size_complaints(source)) + list(smell_complaints(source)) == []


def test_a_new_provider_passes_its_tests_as_it_is(tmp_path: Path) -> None:
    ignored = shutil.ignore_patterns("node_modules", "__pycache__", "out", "images")
    for name in _COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, tmp_path / name, ignore=ignored)
        else:
            shutil.copy(source, tmp_path / name)
    written = write_provider(tmp_path, "acme_data", today=TODAY)
    linted = subprocess.run(
        [sys.executable, "-m", "ruff", "check", *(str(path) for path in written if path.suffix == ".py")],
        capture_output=True, text=True, cwd=tmp_path,
    )  # fmt: skip
    assert linted.returncode == 0, linted.stdout
    tested = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "-p", "no:cacheprovider", "-k", "acme_data",
         "tests/contract/providers/test_adapters.py", "tests/contract/providers/test_error_matrix.py"],
        capture_output=True, text=True, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )  # fmt: skip
    assert tested.returncode == 0, tested.stdout[-3000:]
    assert "10 passed" in tested.stdout, tested.stdout[-1000:]
