"""The web process serves the application it is given, in its own processes, and stops when told."""

from __future__ import annotations

import socket
import subprocess
import sys
import textwrap
import urllib.error
import urllib.request
from pathlib import Path

from tests.unit.jobs.engines import wait_until

_ROOT = Path(__file__).resolve().parents[3]
_SCRIPT = textwrap.dedent(
    """
    import sys
    from flask import Flask
    from integration.core.settings import Secret, WebSettings
    from integration.processes.web import run_web

    def create_app():
        app = Flask("web")
        app.add_url_rule("/ping", view_func=lambda: "pong")
        return app

    settings = WebSettings(
        host="127.0.0.1",
        port=int(sys.argv[1]),
        public_url="http://localhost",
        processes=1,
        threads=2,
        metrics_token=Secret(""),
        session_idle_min=30.0,
    )
    run_web(settings, create_app)
    """
)


def test_the_web_process_answers_and_stops_on_sigterm() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-c", _SCRIPT, str(port)], cwd=_ROOT, stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: _get(f"http://127.0.0.1:{port}/ping") == "pong", 20)
        process.terminate()
        assert process.wait(15) == 0
    finally:
        process.kill()
        process.wait()


def _get(address: str) -> str | None:
    try:
        with urllib.request.urlopen(address, timeout=2) as reply:
            return str(reply.read().decode())
    except urllib.error.URLError:
        return None
