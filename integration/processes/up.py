"""All processes of a small installation under one: starts them, restarts those that die, and stops them cleanly.

Children run in sessions of their own, so that Ctrl-C in a terminal reaches only this process, which then stops them in order and waits.

Limit: when this process itself is killed with -9, its children live on; a service manager's control group ends them.
"""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType
from typing import Final

import structlog

from integration.core.metrics import MULTIPROCESS_VARIABLE

_LONG_LIFE_S: Final = 60.0
_LONGEST_DELAY_S: Final = 30.0
_LOOK_EVERY_S: Final = 0.2
_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class ChildCommand:
    """One process to keep alive. Children stop in the order in which they are given."""

    name: str
    command: tuple[str, ...]


@dataclass
class _Child:
    command: ChildCommand
    process: subprocess.Popen[bytes]
    started_at: float
    short_lives: int = 0
    restart_at: float | None = field(default=None)


def restart_delay_s(short_lives: int) -> float:
    """Seconds to wait before a restart after so many short lives in a row: 0 for the first death, then doubling from one second."""
    return 0.0 if short_lives == 0 else min(2.0 ** (short_lives - 1), _LONGEST_DELAY_S)


class Supervisor:
    """Keeps children alive until it is told to stop."""

    def __init__(self, commands: Sequence[ChildCommand], *, env: Mapping[str, str], grace_s: float = 30.0) -> None:
        self._commands = tuple(commands)
        self._env = dict(env)
        self._grace_s = grace_s
        self._stop = threading.Event()

    def run(self) -> bool:
        """Run until SIGTERM, SIGINT or `stop()`. True when every child ended by itself, False when one had to be killed."""
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, self._on_signal)
        with tempfile.TemporaryDirectory(prefix="leadlight-metrics-") as metrics_folder:
            self._env.setdefault(MULTIPROCESS_VARIABLE, metrics_folder)
            children: list[_Child] = []
            try:
                for command in self._commands:
                    children.append(_Child(command, self._start(command), time.monotonic()))
                while not self._stop.wait(_LOOK_EVERY_S):
                    for child in children:
                        self._look_after(child, time.monotonic())
            finally:
                clean = self._end(children)
        return clean

    def stop(self) -> None:
        """Ask `run` to stop the children and return. Callable from any thread."""
        self._stop.set()

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self.stop()

    def _start(self, command: ChildCommand) -> subprocess.Popen[bytes]:
        return subprocess.Popen(command.command, env=self._env, start_new_session=True)  # noqa: S603  our own commands

    def _look_after(self, child: _Child, now: float) -> None:
        if child.process.poll() is None:
            return
        if child.restart_at is None:
            child.short_lives = 0 if now - child.started_at > _LONG_LIFE_S else child.short_lives
            child.restart_at = now + restart_delay_s(child.short_lives)
            child.short_lives += 1
            _log.error("process_died", process=child.command.name, status=child.process.returncode)
        if now >= child.restart_at:
            child.process, child.started_at, child.restart_at = self._start(child.command), now, None

    def _end(self, children: Sequence[_Child]) -> bool:
        for child in children:
            _signal_group(child.process, signal.SIGTERM)
        deadline = time.monotonic() + self._grace_s
        clean = True
        for child in children:
            try:
                child.process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                clean = False
                _log.error("process_killed", process=child.command.name)
                _signal_group(child.process, signal.SIGKILL)
                child.process.wait()
        return clean


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """SIGTERM goes to the process, which stops its own children in order; SIGKILL to all of its session, or they would be orphans."""
    if process.poll() is not None:
        return
    if number is signal.SIGKILL:
        os.killpg(process.pid, number)
    else:
        process.send_signal(number)
