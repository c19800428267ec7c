"""What comes before the rule of a key: one spelling, outer white space off, what counts as hashed already."""

from __future__ import annotations

import re
import unicodedata
from functools import cache


def span(first: int, last: int) -> set[str]:
    return {chr(point) for point in range(first, last + 1)}


WHITE_SPACE = span(0x09, 0x0D) | span(0x2000, 0x200A) | set("\x20\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000")
INVISIBLE = span(0x200B, 0x200F) | span(0x202A, 0x202E) | set("\u2060\ufeff\u00ad\u180e")
# Unicode files them under letters or marks, but they are signs (apostrophes, the tatweel) or draw nothing.
SIGNS_AMONG_LETTERS = (
    set("\u02bb\u02bc\u0640\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")
    | span(0x180B, 0x180F)
    | span(0xFE00, 0xFE0F)
    | span(0xE0100, 0xE01EF)
)
PLACEHOLDERS = set("null none nil n/a n.a. na nan undefined unknown test - -- . x xx xxx".split(" "))  # noqa: SIM905 # shorter
# People are called Na, Nan, Nil, Test and X; written with signs, n/a says nothing there too.
NAME_PLACEHOLDERS = PLACEHOLDERS - {"na", "nan", "nil", "test", "x"}
BUILDER_SUFFIX = r"(?:\.(?:[A-Za-z0-9_-]{8}|AQ|Ag|Aw|BA|BQ|Bg))?"


def plain(text: str) -> str:
    """NFKC where it puts one sign for one: not every warehouse has more, and a text shall have one hash in all."""
    folded = {sign: unicodedata.normalize("NFKC", sign) for sign in text}
    return unicodedata.normalize("NFC", "".join(folded[sign] if len(folded[sign]) == 1 else sign for sign in text))


def trimmed(text: str) -> str | None:
    """Without white space and invisible characters at both ends; blank is null."""
    return text.strip("".join(WHITE_SPACE | INVISIBLE)) or None


def passed_hash(text: str) -> str | None:
    """What came hashed, in lower case; what Meta's Parameter Builder put behind it stays as it is."""
    found = re.fullmatch(f"([0-9A-Fa-f]{{64}})({BUILDER_SUFFIX})", text, re.ASCII)
    return found[1].lower() + found[2] if found else None


def is_md5(text: str) -> bool:
    return re.fullmatch("[0-9A-Fa-f]{32}", text, re.ASCII) is not None


def lower(text: str) -> str:
    return "".join("i" if letter == "İ" else letter.lower() for letter in text)


def ascii_digits(text: str) -> str:
    return "".join(str(unicodedata.decimal(sign)) if unicodedata.category(sign) == "Nd" else sign for sign in text)


@cache
def is_kept(sign: str) -> bool:
    """Letters of every script with their marks, and digits."""
    return unicodedata.category(sign)[0] in "LMN" and sign not in SIGNS_AMONG_LETTERS


def letters_and_digits(text: str) -> str | None:
    """Null where nothing is left or only marks are, which stand for nothing without a letter."""
    kept = "".join(sign for sign in text if is_kept(sign))
    if not any(unicodedata.category(sign)[0] in "LN" for sign in kept):
        return None
    return unicodedata.normalize("NFC", kept)
