"""`up` keeps its processes alive and takes them down in order."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from integration.processes.up import ChildCommand, Supervisor, restart_delay_s
from tests.unit.jobs.engines import wait_until

_ROOT = Path(__file__).resolve().parents[3]


def child(name: str, script: str, *args: str) -> ChildCommand:
    return ChildCommand(name, (sys.executable, "-c", textwrap.dedent(script), *args))


LIVES = """
    import os, sys, time
    with open(sys.argv[1], "a") as file:
        file.write(f"{os.getpid()}\\n")
    time.sleep(60)
"""
STUBBORN = """
    import signal, sys, time
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    open(sys.argv[1], "a").write("started\\n")
    time.sleep(60)
"""


@contextmanager
def supervising(supervisor: Supervisor) -> Iterator[list[bool]]:
    outcome: list[bool] = []
    thread = threading.Thread(target=lambda: outcome.append(supervisor.run()))
    thread.start()
    try:
        yield outcome
    finally:
        supervisor.stop()
        thread.join(10)


def lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_process_that_dies_is_started_again_and_all_stop_together(tmp_path: Path) -> None:
    supervisor = Supervisor([child("a", LIVES, str(tmp_path / "a")), child("b", LIVES, str(tmp_path / "b"))], env=os.environ)
    with supervising(supervisor) as outcome:
        wait_until(lambda: len(lines(tmp_path / "a")) == 1 and len(lines(tmp_path / "b")) == 1)
        os.kill(int(lines(tmp_path / "a")[0]), signal.SIGKILL)
        wait_until(lambda: len(lines(tmp_path / "a")) == 2)
    assert outcome == [True]
    assert len(lines(tmp_path / "b")) == 1
    assert not any(is_alive(int(pid)) for name in "ab" for pid in lines(tmp_path / name))


def test_a_process_that_will_not_stop_is_killed_after_the_grace(tmp_path: Path) -> None:
    supervisor = Supervisor([child("stubborn", STUBBORN, str(tmp_path / "s"))], env=os.environ, grace_s=0.3)
    with supervising(supervisor) as outcome:
        wait_until(lambda: lines(tmp_path / "s") == ["started"])
    assert outcome == [False]


def test_children_share_a_folder_for_metrics_that_is_gone_afterwards(tmp_path: Path) -> None:
    script = """
        import os, sys, time
        open(sys.argv[1], "w").write(os.environ["PROMETHEUS_MULTIPROC_DIR"] + "\\n")
        time.sleep(60)
    """
    env = {name: value for name, value in os.environ.items() if name != "PROMETHEUS_MULTIPROC_DIR"}
    with supervising(Supervisor([child("a", script, str(tmp_path / "a"))], env=env)):
        wait_until(lambda: len(lines(tmp_path / "a")) == 1)
        folder = Path(lines(tmp_path / "a")[0])
        assert folder.is_dir()
    assert not folder.exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_everything(tmp_path: Path, number: signal.Signals) -> None:
    script = textwrap.dedent(
        """
        import os, sys
        from integration.processes.up import ChildCommand, Supervisor
        command = ChildCommand("a", (sys.executable, "-c", sys.argv[1], sys.argv[2]))
        sys.exit(0 if Supervisor([command], env=os.environ).run() else 1)
        """
    )
    process = subprocess.Popen([sys.executable, "-c", script, textwrap.dedent(LIVES), str(tmp_path / "a")], cwd=_ROOT)
    wait_until(lambda: len(lines(tmp_path / "a")) == 1)
    process.send_signal(number)
    assert process.wait(10) == 0
    assert not is_alive(int(lines(tmp_path / "a")[0]))


def test_restarts_slow_down_while_lives_stay_short() -> None:
    assert [restart_delay_s(lives) for lives in range(8)] == [0.0, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0]


def test_a_process_that_dies_at_once_is_not_restarted_in_a_circle(tmp_path: Path) -> None:
    script = """
        import sys
        open(sys.argv[1], "a").write("x\\n")
    """
    with supervising(Supervisor([child("brief", script, str(tmp_path / "x"))], env=os.environ)):
        wait_until(lambda: len(lines(tmp_path / "x")) == 2)
        time.sleep(0.6)
        assert len(lines(tmp_path / "x")) == 2
