"""Rows and their outcomes as they are stored: JSON, packed. Pure. What did not decode in the file survives, which PostgreSQL's texts could not hold."""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from typing import Any, Final

from integration.lead_files.reading.rows import Row
from integration.lead_files.streaming import ScoredRow

CHUNK_ROWS: Final = 1_000
PART_BYTES: Final = 1 << 19
_LEVEL: Final = 1
"""Fast; leads of a file resemble one another, so it packs them to a quarter all the same."""


def pack_rows(rows: Sequence[Row]) -> bytes:
    return _pack([[row.line, row.problem, row.cells] for row in rows])


def unpack_rows(packed: bytes) -> list[Row]:
    return [Row(line, tuple(cells), problem) for line, problem, cells in _unpack(packed)]


def pack_outcomes(rows: Sequence[ScoredRow]) -> bytes:
    """For each row its problem and the cells that scoring added."""
    return _pack([[row.checked.problem, row.added] for row in rows])


def unpack_outcomes(packed: bytes) -> list[tuple[str, tuple[str, ...]]]:
    return [(problem, tuple(added)) for problem, added in _unpack(packed)]


def _pack(value: object) -> bytes:
    return zlib.compress(json.dumps(value, separators=(",", ":")).encode("ascii"), _LEVEL)


def _unpack(packed: bytes) -> Any:
    return json.loads(zlib.decompress(packed))
