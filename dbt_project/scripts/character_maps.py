"""Characters that a warehouse without NFKC has to map itself: one character to one character."""

from __future__ import annotations

import sys
import unicodedata

HEADER = "{# Made by scripts/make_reference_seeds.py. Each character of the first line becomes the one below it. #}\n"


def compatible_characters() -> dict[str, str]:
    """What NFKC makes of full-width and half-width forms, and of every other sign that stands for one ASCII one."""
    found = {}
    for point in range(0x80, sys.maxunicode + 1):
        character = chr(point)
        folded = unicodedata.normalize("NFKC", character)
        wide = 0xFF00 <= point <= 0xFFEF
        if len(folded) == 1 and folded != character and (folded.isascii() or wide):
            found[character] = folded
    return found


def decimal_digits() -> dict[str, str]:
    """The decimal digits of every script."""
    return {
        chr(point): str(unicodedata.decimal(chr(point)))
        for point in range(0x80, sys.maxunicode + 1)
        if unicodedata.category(chr(point)) == "Nd"
    }


def macro(name: str, characters: dict[str, str]) -> str:
    """A macro that gives the two texts which SQL's `translate` wants, as a pair."""
    one, other = (_quoted("".join(side)) for side in (characters.keys(), characters.values()))
    return f"{HEADER}{{% macro {name}() %}}{{{{ return((\n    {one},\n    {other}\n)) }}}}{{% endmacro %}}\n"


def _quoted(text: str) -> str:
    """A Jinja text in ASCII: SQL's quote is doubled, and so is Jinja's escape."""
    escaped = "".join(letter if letter.isascii() else f"\\U{ord(letter):08x}" for letter in text.replace("\\", "\\\\"))
    return '"' + escaped.replace('"', '\\"').replace("'", "''") + '"'
