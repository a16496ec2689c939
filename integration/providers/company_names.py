"""When two spellings of a company's name are one: the key that registers without a web site are searched by. Pure.

It takes off legal forms and punctuation and nothing else, so equal keys are a good hint and no proof.
Source: cleanco 2.3 for the legal forms, https://github.com/psolin/cleanco (read 2026-12).
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from cleanco import basename

# "BANK OF SAMPLE CORP /DE/": the state of incorporation, as filers in the United States append it.
_STATE_MARK: Final = re.compile(r"\s*/[A-Za-z]{2,3}/?\s*$")
_WORD: Final = re.compile(r"[^\W_]+")
_ROUNDS: Final = 3


def company_key(name: str) -> str:
    """The words of a name that tell it from others, lower case and without accents; "" when nothing is left."""
    bare = _STATE_MARK.sub("", name)
    for _ in range(_ROUNDS):  # "Sample Co., Ltd." has two forms
        shorter = basename(bare)
        if shorter == bare or not shorter:
            break
        bare = shorter
    folded = "".join(mark for mark in unicodedata.normalize("NFKD", bare.casefold()) if not unicodedata.combining(mark))
    words = _WORD.findall(folded.replace("&", " and "))
    return " ".join(words[1:] if len(words) > 1 and words[0] == "the" else words)
