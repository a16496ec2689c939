"""The web process: gunicorn with threads, configured from the settings. Builds the application in each of its processes, after the fork."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Final

from flask import Flask
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]
from prometheus_client.multiprocess import mark_process_dead

from integration.core.metrics import MULTIPROCESS_VARIABLE
from integration.core.settings import WebSettings

_ANSWER_LIMIT_S: Final = 60
_GRACE_S: Final = 20
_KEEP_ALIVE_S: Final = 30


def run_web(settings: WebSettings, create_app: Callable[[], Flask]) -> None:
    """Serve until SIGTERM or SIGINT; requests in hand get 20 seconds to end. Never returns: gunicorn ends the process."""
    _Server(settings, create_app).run()


class _Server(BaseApplication):  # type: ignore[misc]
    """gunicorn without its command line and configuration file."""

    def __init__(self, settings: WebSettings, create_app: Callable[[], Flask]) -> None:
        self._settings = settings
        self._create_app = create_app
        super().__init__()

    def load_config(self) -> None:
        options = {
            "bind": f"{self._settings.host}:{self._settings.port}",
            "workers": self._settings.processes,
            "worker_class": "gthread",
            "threads": self._settings.threads,
            "timeout": _ANSWER_LIMIT_S,
            "graceful_timeout": _GRACE_S,
            "keepalive": _KEEP_ALIVE_S,
            "proc_name": "leadlight-web",
            "control_socket_disable": True,  # it would be one file for every web process of the user
            "child_exit": _forget_metrics,
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return self._create_app()


def _forget_metrics(_server: object, worker: _HasPid) -> None:
    """A process that ended no longer counts in gauges of the living."""
    if os.environ.get(MULTIPROCESS_VARIABLE):
        mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


class _HasPid:
    pid: int
