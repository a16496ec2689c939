"""The command line keeps its contract: every command has a summary, settings are refused all at once."""

from __future__ import annotations

import subprocess
import sys

import pytest

from integration.cli import _commands, main


def leadlight(*arguments: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "integration.cli", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        env={"PATH": "/usr/bin:/bin", **(env or {})},
    )


def test_every_command_says_what_it_does() -> None:
    for name, command in _commands().items():
        assert command.SUMMARY, name
        assert command.SUMMARY[0].islower()
        assert not command.SUMMARY.endswith(".")


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["--help"])
    assert stopped.value.code == 0
    shown = capsys.readouterr().out
    assert all(name in shown for name in _commands())


def test_bad_settings_are_named_all_at_once() -> None:
    answer = leadlight("new-key", env={"LEADLIGHT_WEB_PORT": "many", "HUBSPOT_API_URL": "nowhere", "LEADLIGHT_KEYS": "short"})
    assert answer.returncode == 1
    assert all(name in answer.stderr for name in ("LEADLIGHT_WEB_PORT", "HUBSPOT_API_URL", "LEADLIGHT_KEYS: key 1"))
    assert "Traceback" not in answer.stderr


def test_a_new_key_is_accepted_as_a_setting() -> None:
    key = leadlight("new-key").stdout.strip()
    assert leadlight("new-key", env={"LEADLIGHT_KEYS": key}).returncode == 0


def test_an_unknown_command_is_a_usage_error() -> None:
    assert leadlight("fly").returncode == 2
