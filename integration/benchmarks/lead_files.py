"""How fast a file of leads is checked and scored, and the memory that takes: 1,000,000 synthetic rows through the production code, in a fresh process.

LEADLIGHT_BENCH_LEADS sets another number of rows. One row in fifty is refused. The result is written to disk as `leadlight leads score` does.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from integration.core.clock import system_clock
from integration.lead_files.on_disk import prepare, score_file
from integration.pipeline.decisions import decisions_for

ROWS_VARIABLE: Final = "LEADLIGHT_BENCH_LEADS"
ROWS: Final = 1_000_000
_BAD_EVERY: Final = 50
_TITLES: Final = ("Head of Sales", "Marketing Manager", "Software Engineer", "Chief Executive Officer", "Geschäftsführer", "")
_COUNTRIES: Final = ("Germany", "United Kingdom", "Brasil", "US", "France", "")
_INDUSTRIES: Final = ("Software", "Retail", "Manufacturing", "Consulting", "")
_HEADING: Final = "Name,Email,Company,Website,Phone,Country,Employees,Revenue,Industry,Job title,Last contact,Remark\n"


def run() -> dict[str, float | int | str]:
    """Rows a second and the peak resident memory in MB. Takes some minutes for a million rows."""
    rows = int(os.environ.get(ROWS_VARIABLE, ROWS))
    with tempfile.TemporaryDirectory(prefix="leads") as folder:
        path = Path(folder) / "leads.csv"
        _write(path, rows)
        measured = subprocess.run(  # noqa: S603  our own interpreter and arguments
            [sys.executable, "-m", __name__, str(path)], check=True, capture_output=True, text=True
        )
        figures: dict[str, float | int | str] = json.loads(measured.stdout)
        return {**figures, "rows": rows, "file_mb": round(path.stat().st_size / 1e6, 1), "lost": rows - int(figures["kept"])}


def _write(path: Path, rows: int) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(_HEADING)
        for n in range(rows):
            mail = f"sample.{n}@" if n % _BAD_EVERY == 0 else f"sample.{n}@sample-{n % 200_000}.com"
            file.write(
                f'Sample Person {n},{mail},"Sample Works {n % 200_000}, Ltd",www.sample-{n % 200_000}.com,+49 30 {5_000_000 + n},'
                f"{_COUNTRIES[n % 6]},{n % 900 + 1},${n % 90}.5m,{_INDUSTRIES[n % 5]},{_TITLES[n % 6]},{n % 28 + 1:02}/11/2026,=remark {n}\n"
            )


def _measure(path: Path) -> dict[str, float | int]:
    """In the process of its own: the whole file."""
    started = time.perf_counter()
    prepared = prepare(path, "contacts", by_hand={})
    tally = score_file(
        path, prepared, decisions_for({}).scores, as_of=system_clock(), out=path.with_suffix(".out"), bad=path.with_suffix(".bad")
    )
    took_s = time.perf_counter() - started
    kept = tally.good + tally.bad
    return {
        "rows_per_s": round(kept / took_s),
        "rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        "took_s": round(took_s, 1),
        "cpu_s": round(time.process_time(), 1),
        "good": tally.good,
        "refused": tally.bad,
        "kept": kept,
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_measure(Path(sys.argv[1]))))
