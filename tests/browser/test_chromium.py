"""Finding a browser: a named one must start, and Node is found or brought along."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from crm_cards.host.node import find_node
from tests.browser.chromium import NoBrowser, find_chromium


def test_a_browser_that_is_named_and_does_not_start_is_an_error_not_a_detour(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "chromium"
    broken.write_text("#!/bin/sh\nexit 3\n")
    broken.chmod(0o755)
    monkeypatch.setenv("LEADLIGHT_CHROMIUM", str(broken))
    with pytest.raises(NoBrowser, match="does not start"):
        find_chromium(tmp_path)


def test_without_node_on_the_path_the_one_from_pypi_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda _name: None)
    said = subprocess.run(
        [*find_node().node, "-e", "console.log(require('zlib').constants.BROTLI_DECODE)"], capture_output=True, text=True
    )
    assert said.stdout.strip().isdigit()
