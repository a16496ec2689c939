"""Child processes that end when we do: started with a log file each, stopped together, their failures told with the end of the log."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

from integration.core.errors import AppError


class ChildFailed(AppError):
    """A child process ended, or did not answer in time. The message carries the end of its log."""

    default_reason = "child_failed"


@dataclass
class Child:
    """One running process. `name` is its log file's name too."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def tail(self, lines: int = 20) -> str:
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])

    def check(self) -> None:
        """Raises ChildFailed when the process has ended."""
        code = self.process.poll()
        if code is not None:
            raise ChildFailed(f"{self.name} ended with exit code {code}. The end of {self.log}:\n{self.tail()}")

    def kill(self) -> None:
        """End it at once, as a crash would: SIGKILL, also to the processes it started."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self, *, timeout_s: float = 30.0) -> None:
        """Ask it to end; kill it when it does not."""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            self.kill()


@dataclass
class Children:
    """The processes of one stand."""

    logs: Path
    running: list[Child] = field(default_factory=list)

    def start(self, name: str, *arguments: str, env: Mapping[str, str]) -> Child:
        """Start `leadlight <arguments>` in a process group of its own."""
        self.logs.mkdir(parents=True, exist_ok=True)
        log = self.logs / f"{name}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(  # noqa: S603  our own interpreter and our own module
                [sys.executable, "-m", "integration.cli", *arguments],
                stdout=output,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                env={**_inherited(), **env},
                start_new_session=True,
            )
        child = Child(name, process, log)
        self.running.append(child)
        return child

    def run(self, *arguments: str, env: Mapping[str, str], stdin: str = "") -> str:
        """Run `leadlight <arguments>` to its end; what it wrote to standard output. Raises ChildFailed when it refuses."""
        answer = subprocess.run(  # noqa: S603  our own interpreter and our own module
            [sys.executable, "-m", "integration.cli", *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            env={**_inherited(), **env},
        )
        if answer.returncode != 0:
            raise ChildFailed(f"leadlight {' '.join(arguments)} ended with exit code {answer.returncode}:\n{answer.stderr[-2000:]}")
        return answer.stdout

    def stop(self) -> None:
        """Stop all, the last started first."""
        for child in reversed(self.running):
            if child.process.poll() is None:
                child.process.terminate()
        for child in reversed(self.running):
            child.stop()
        self.running.clear()


def wait_for_answer(url: str, child: Child, *, timeout_s: float = 60.0) -> None:
    """Return when `url` answers 200. Raises ChildFailed when the child ends or the time is over."""
    until = time.monotonic() + timeout_s
    with httpx2.Client(trust_env=False, timeout=5.0) as client:
        while time.monotonic() < until:
            child.check()
            try:
                if client.get(url).status_code == 200:
                    return
            except httpx2.TransportError:
                pass  # it does not listen yet
            time.sleep(0.05)
    raise ChildFailed(f"{child.name} did not answer at {url} within {timeout_s:g} s. The end of {child.log}:\n{child.tail()}")


def _inherited() -> dict[str, str]:
    """Our environment without the settings of a real installation, which must never leak into a stand."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("HUBSPOT_", "LEADLIGHT_", "DATABASE_URL", "APOLLO_", "HUNTER_"))
    }
