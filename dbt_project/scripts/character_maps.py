"""Characters that a warehouse without NFKC has to map itself: one character to one character."""

from __future__ import annotations

import sys
import unicodedata

HEADER = "{# Made by scripts/make_reference_seeds.py. Each character of the first macro becomes the one of the second. #}\n"


def compatible_characters() -> dict[str, str]:
    """What NFKC makes of signs that stand for one other: full-width and half-width forms, letters of mathematics, Arabic shapes."""
    found = {}
    for point in range(0x80, sys.maxunicode + 1):
        character = chr(point)
        folded = unicodedata.normalize("NFKC", character)
        if len(folded) == 1 and folded != unicodedata.normalize("NFC", character):
            found[character] = folded
    return found


def decimal_digits() -> dict[str, str]:
    """The decimal digits of every script."""
    return {
        chr(point): str(unicodedata.decimal(chr(point)))
        for point in range(0x80, sys.maxunicode + 1)
        if unicodedata.category(chr(point)) == "Nd"
    }


def macros(name: str, characters: dict[str, str]) -> str:
    """Two macros with the two texts that SQL's `translate` wants, `<name>` and `plain_<name>`."""
    sides = {name: "".join(characters.keys()), f"plain_{name}": "".join(characters.values())}
    return HEADER + "\n\n".join(f"{{% macro {side}() %}}{{{{ {_quoted(text)} }}}}{{% endmacro %}}\n" for side, text in sides.items())


def _quoted(text: str) -> str:
    """A Jinja text in ASCII: SQL's quote is doubled, and so is Jinja's escape."""
    escaped = "".join(letter if letter.isascii() else f"\\U{ord(letter):08x}" for letter in text.replace("\\", "\\\\"))
    return '"' + escaped.replace('"', '\\"').replace("'", "''") + '"'
