"""Text as it is compared: lower-case Latin letters without accents, digits, single blanks. Pure.

Cyrillic and Greek are spelled in Latin letters; other scripts stay as they are, since a wrong transliteration is worse than none.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from typing import Final

_LETTERS: Final = str.maketrans(
    {
        "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ħ": "h", "ŋ": "n",
        # Cyrillic, as passports spell it; Ukrainian and Serbian letters among them
        "а": "a", "б": "b", "в": "v", "г": "g", "ґ": "g", "д": "d", "е": "e", "є": "ie", "ж": "zh", "з": "z", "и": "i", "і": "i",
        "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "kh",
        "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "iu", "я": "ia", "ј": "j",
        "љ": "lj", "њ": "nj", "ћ": "c", "ђ": "dj", "џ": "dz",
        # Greek, letter by letter
        "α": "a", "β": "v", "γ": "g", "δ": "d", "ε": "e", "ζ": "z", "η": "i", "θ": "th", "ι": "i", "κ": "k", "λ": "l", "μ": "m",
        "ν": "n", "ξ": "x", "ο": "o", "π": "p", "ρ": "r", "σ": "s", "ς": "s", "τ": "t", "υ": "y", "φ": "f", "χ": "ch", "ψ": "ps",
        "ω": "o",
    }
)  # fmt: skip
_OTHER_SCRIPTS_FROM: Final = "\u0530"
_JOINED: Final = re.compile(r"['’ʼ`´]")
_ABBREVIATION: Final = re.compile(r"\b(?:\w\.){2,}")
_BREAK: Final = re.compile(r"[^\w]+|_+")
_SILENT_H: Final = re.compile(r"(?<=[^aeiou])h")
_DOUBLED: Final = re.compile(r"([^\W\d])\1+")


def folded(text: str) -> str:
    """Words joined by single blanks; "&" is "and", "U.S." is "us", "Lowe's" is "lowes". Folding again changes nothing."""
    return " ".join(words(text))


def words(text: str) -> tuple[str, ...]:
    """The words of `folded`, in order; empty for a text without letters and digits."""
    plain = _latin(html.unescape(text).replace("&", " and "))
    plain = _ABBREVIATION.sub(lambda found: found[0].replace(".", ""), _JOINED.sub("", plain))
    return tuple(word for word in _BREAK.split(plain) if word)


def digits(text: str) -> str:
    """Only the decimal digits, in ASCII."""
    return "".join(_decimals(text))


def spelling_key(word: str) -> str:
    """The word without the differences people make in writing it down: doubled letters, "ae" for "a" with dots, silent "h", "y" and "i"."""
    key = word.replace("ph", "f").replace("ck", "k").replace("y", "i").replace("z", "s").replace("w", "v")
    for written in ("ae", "oe", "ue"):
        key = key.replace(written, written[0])
    return _DOUBLED.sub(r"\1", _SILENT_H.sub("", key))


def _latin(text: str) -> str:
    if text.isascii():
        return text.lower()  # nothing of what follows changes it
    lower = unicodedata.normalize("NFC", text).casefold()
    spelled = unicodedata.normalize("NFKD", lower).casefold()
    bare = "".join(mark for mark, before in zip(spelled, " " + spelled, strict=False) if not _is_accent(mark, before))
    return unicodedata.normalize("NFKC", bare.translate(_LETTERS)).casefold().translate(_LETTERS)


def _is_accent(mark: str, before: str) -> bool:
    """An accent over a Latin, Greek or Cyrillic letter. In other scripts such marks make another letter of it."""
    return bool(unicodedata.combining(mark)) and (
        before < _OTHER_SCRIPTS_FROM or bool(unicodedata.combining(before)) or "ᴀ" <= before <= "῿"
    )


def _decimals(text: str) -> Iterator[str]:
    for char in text:
        if (value := unicodedata.decimal(char, None)) is not None:
            yield str(value)
