"""Characters that a warehouse without NFKC has to map itself: one character to one character."""

from __future__ import annotations

import html
import sys
import unicodedata
from html.entities import html5, name2codepoint

HEADER = "{# Made by scripts/make_reference_seeds.py. Each character of the first macro becomes the one of the second. #}\n"

ENTITY_HEADER = "{# Made by scripts/make_reference_seeds.py: HTML's named characters, `|name=character` each. #}\n"


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


def named_characters() -> str:
    """`|name=character` for the HTML entities of letters, of HTML 4 and of ASCII signs, and for the numbers 128 to 159.

    HTML reads those numbers by Windows' code page 1252.
    """
    names = {name.removesuffix(";"): found for name, found in html5.items() if name.endswith(";") and len(found) == 1}
    kept = {
        name: found
        for name, found in names.items()
        if found.isascii() or name in name2codepoint or (unicodedata.category(found)[0] in "LM" and ord(found) < 0x2000)
    }
    numbers = {f"#{number}": html.unescape(f"&#{number};") for number in range(128, 160)}
    return "".join(f"|{name}={found}" for name, found in sorted((kept | numbers).items()) if len(found) == 1)


def entity_macro() -> str:
    return ENTITY_HEADER + f"{{% macro named_characters() %}}{{{{ {_quoted(named_characters())} }}}}{{% endmacro %}}\n"


def macros(name: str, characters: dict[str, str]) -> str:
    """Two macros with the two texts that SQL's `translate` wants, `<name>` and `plain_<name>`."""
    sides = {name: "".join(characters.keys()), f"plain_{name}": "".join(characters.values())}
    return HEADER + "\n\n".join(f"{{% macro {side}() %}}{{{{ {_quoted(text)} }}}}{{% endmacro %}}\n" for side, text in sides.items())


def _quoted(text: str) -> str:
    """A Jinja text in ASCII: SQL's quote is doubled, and so is Jinja's escape."""
    escaped = "".join(letter if letter.isascii() else f"\\U{ord(letter):08x}" for letter in text.replace("\\", "\\\\"))
    return '"' + escaped.replace('"', '\\"').replace("'", "''") + '"'
