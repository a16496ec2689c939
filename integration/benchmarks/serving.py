"""Starts gunicorn with an application of a benchmark, and waits until it answers."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from integration.core.errors import AppError

PROCESSES: Final = 2
THREADS: Final = 8
SERVER: Final = f"gunicorn gthread, {PROCESSES} processes, {THREADS} threads each"


@contextmanager
def gunicorn(module: str, port: int, environment: Mapping[str, str], *, path: str) -> Iterator[None]:
    """A server on `port` for as long as the block runs, with what `build_app()` of the module makes; it answers at `path` by then."""
    command = [
        *(sys.executable, "-m", "gunicorn", "--worker-class", "gthread", "--keep-alive", "30"),
        *("--workers", str(PROCESSES), "--threads", str(THREADS), "--bind", f"127.0.0.1:{port}"),
        *("--log-level", "error", f"{module}:build_app()"),
    ]
    server = subprocess.Popen(command, env={**os.environ, **environment})  # noqa: S603  our own interpreter and arguments
    try:
        _wait_for(port, path)
        yield
    finally:
        server.terminate()
        server.wait(timeout=20)


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def silent_server() -> Iterator[str]:
    """The address of a server that takes connections and never says a word."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(512)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


def _wait_for(port: int, path: str, *, limit_s: float = 60) -> None:
    until = time.monotonic() + limit_s
    while time.monotonic() < until:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
            connection.request("GET", path)
            connection.getresponse().read()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AppError("The benchmark's server did not start.", reason="bench_server")
