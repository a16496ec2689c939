"""A whole installation for a benchmark: on a database of its own, gone with its logs when the benchmark ends."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from integration.benchmarks.ground import fresh_database
from integration.demo.stand import Stand, StandOptions

UNPACED: Final = {"LEADLIGHT_PROVIDER_RATE_FACTOR": "0"}
"""Lifts the providers' documented rates: a load that a real plan allows in minutes shall reach the pipeline in seconds."""


@contextmanager
def bench_stand(name: str, options: StandOptions) -> Iterator[Stand]:
    """A running stand. Raises ChildFailed when one of its processes does not start."""
    with (
        tempfile.TemporaryDirectory() as folder,
        fresh_database(name) as database,
        Stand(Path(folder), database.url, options) as stand,
    ):
        yield stand
