"""Structured logs on standard error: JSON lines in production, readable lines on a terminal.

Call sites bind `portal_id` and `job_id` through structlog's context variables. A value under a key that names a secret or personal data is
replaced before it is written, so that a slip at a call site stays harmless.
"""

from __future__ import annotations

import io
import logging
import re
import sys
from typing import Final, TextIO, cast

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

_SECRET_KEY: Final = re.compile(
    r"token|secret|password|authorization|api_?key|email|phone|body|payload|first_?name|last_?name", re.IGNORECASE
)
_SECRET_VALUE: Final = re.compile(r"(Bearer\s+\S+|[A-Za-z0-9_-]{2,}1-[0-9a-f-]{30,}|[\w.+-]+@[\w-]+\.[\w.]+)")
REDACTED: Final = "[redacted]"


class _StandardError(io.TextIOBase):
    """Writes to whatever `sys.stderr` is at that moment: loggers are kept for long, and it may be replaced meanwhile."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


_STANDARD_ERROR: Final = cast(TextIO, _StandardError())


def configure_logs(level: str, *, machine_readable: bool | None = None) -> None:
    """Set up logging for the process. `machine_readable` None means: JSON unless standard error is a terminal."""
    as_json = not sys.stderr.isatty() if machine_readable is None else machine_readable
    renderer = structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer()
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        redact,
    ]
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.PrintLoggerFactory(_STANDARD_ERROR),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(_STANDARD_ERROR)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processor=renderer, foreign_pre_chain=shared))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)


def redact(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Hide values by the name of their key, and whatever looks like a token or an e-mail address inside texts."""
    for key, value in event.items():
        if key in ("event", "level", "timestamp"):
            continue
        if _SECRET_KEY.search(key):
            event[key] = REDACTED
        elif isinstance(value, str):
            event[key] = _SECRET_VALUE.sub(REDACTED, value)
    return event
