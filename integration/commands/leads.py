"""`leadlight leads score FILE`: check and score a CSV file of leads as a stream, without an upload and without asking any provider.

Without --portal the default scoring profile holds, and no database is opened.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from integration.app import open_parts
from integration.commands.portal import find_portal
from integration.core.clock import system_clock
from integration.core.errors import BadInput
from integration.core.settings import Settings
from integration.lead_files.columns.mapping import OBJECT_TYPES
from integration.lead_files.on_disk import Prepared, prepare, score_file
from integration.lead_files.scoring import ScoreSheet, Tally
from integration.pipeline.decisions import decisions_for

SUMMARY = "score a CSV file of leads: result and refused rows as files, whatever its size"
_PROBLEMS_SHOWN = 10


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("step", choices=("score",), help="what to do")
    parser.add_argument("file", type=Path, metavar="FILE", help="the CSV file")
    parser.add_argument("--portal", type=int, help="the portal whose scoring profile holds (default: the profile we ship)")
    parser.add_argument("--object", choices=OBJECT_TYPES, default=OBJECT_TYPES[0], help="what a row is about (default: contacts)")
    parser.add_argument("--out", type=Path, help="where the result goes (default: FILE with .scored.csv)")
    parser.add_argument("--bad", type=Path, help="where refused rows go (default: FILE with .bad.csv)")
    parser.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="HEADING=TARGET",
        help="what a column stands for, such as 'Mail=email'; 'Mail=' leaves it out",
    )
    parser.add_argument("--region", default="", help="country (DE) for telephone numbers without country code")
    parser.add_argument("--json", action="store_true", help="print counts and mapping as JSON")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """0 when the file was read to its end, also when rows of it were refused."""
    out = arguments.out or arguments.file.with_suffix(".scored.csv")
    bad = arguments.bad or arguments.file.with_suffix(".bad.csv")
    if len({path.resolve() for path in (arguments.file, out, bad)}) < 3:
        raise BadInput("FILE, --out and --bad must be three different files.")
    prepared = prepare(arguments.file, arguments.object, by_hand=_by_hand(arguments.map), region=arguments.region.upper())
    _tell_mapping(prepared)
    score = _score_for(arguments.portal, settings)
    tally = score_file(arguments.file, prepared, score, as_of=system_clock(), out=out, bad=bad, tell=_tell_progress)
    _tell_result(tally, out, bad)
    if arguments.json:
        columns = {name: guess.target for name, guess in zip(prepared.plan.names, prepared.guesses, strict=True)}
        print(json.dumps({**tally.as_json(), "columns": columns, "out": str(out), "bad_file": str(bad)}))
    return 0


def _score_for(portal_id: int | None, settings: Settings) -> ScoreSheet:
    if portal_id is None:
        return decisions_for({}).scores
    with open_parts(settings, process="cli") as parts, parts.database.begin() as connection:
        return decisions_for(find_portal(parts, connection, portal_id).preferences).scores


def _by_hand(texts: list[str]) -> dict[str, str]:
    chosen = {}
    for text in texts:
        name, equals, target = text.rpartition("=")
        if not equals or not name:
            raise BadInput(f"--map is written as HEADING=TARGET, not {text!r}.")
        chosen[name] = target.strip()
    return chosen


def _tell_mapping(prepared: Prepared) -> None:
    plan = prepared.plan
    _tell(
        f"Encoding: {plan.encoding.name}, {plan.encoding.because}. Delimiter: {plan.dialect.delimiter!r}, {plan.dialect.because}."
    )
    for name, guess in zip(plan.names, prepared.guesses, strict=True):
        _tell(f"  {name} -> {guess.target or 'carried along'}: {guess.because}")


def _tell_progress(rows: int) -> None:
    _tell(f"{rows:,} rows ...")


def _tell_result(tally: Tally, out: Path, bad: Path) -> None:
    _tell(f"{tally.good:,} rows scored, in {out}; {tally.bad:,} refused, in {bad}.")
    for problem, count in tally.problems.most_common(_PROBLEMS_SHOWN):
        _tell(f"  {count:,} refused: {problem}")


def _tell(line: str) -> None:
    print(line, file=sys.stderr)
