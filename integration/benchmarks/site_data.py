"""Public web pages with known answers, for the benchmarks of what is read from a site. Reads a folder that is not part of the project.

`tech_dev`: pages whose generator tag named the content management, the tag removed. `articles_dev`: the pages of
https://github.com/scrapinghub/article-extraction-benchmark. `robots_google_cases`: the cases of https://github.com/google/robotstxt.
"""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from integration.core.errors import BadInput

FOLDER_VARIABLE: Final = "LEADLIGHT_SITE_DATA"


def is_named() -> bool:
    """Whether somebody said where the pages are."""
    return bool(os.environ.get(FOLDER_VARIABLE))


def rows(name: str) -> Sequence[dict[str, Any]]:
    """The rows of one file of the folder. Raises BadInput when the folder is not named or has no such file."""
    folder = os.environ.get(FOLDER_VARIABLE, "")
    path = Path(folder) / f"{name}.jsonl.gz"
    if not folder or not path.is_file():
        raise BadInput(f"There is no {name}.jsonl.gz in {folder!r}. Name the folder of pages with --pages or {FOLDER_VARIABLE}.")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]
