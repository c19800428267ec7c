"""glibc's own POSIX expressions: leftmost-longest, as POSIX says, where Python's are leftmost-first.

It knows no ranges of letters outside ASCII in any locale that every machine has. So an alphabet gives each letter that
texts have a byte of its own, and writes a pattern's ranges out in those.
"""

from __future__ import annotations

import ctypes
import locale
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

EXTENDED = 1
MOST_GROUPS = 20
OTHER = 0xFF
"""The byte of all that no text has."""
LIBC = ctypes.CDLL(None)


@contextmanager
def of_bytes() -> Iterator[None]:
    """Without it, glibc would put bytes together to letters."""
    before = locale.setlocale(locale.LC_CTYPE)
    locale.setlocale(locale.LC_CTYPE, "C")
    try:
        yield
    finally:
        locale.setlocale(locale.LC_CTYPE, before)


class _Match(ctypes.Structure):
    _fields_ = (("start", ctypes.c_int), ("end", ctypes.c_int))


class _Expression(ctypes.Structure):
    _fields_ = (("opaque", ctypes.c_char * 256),)  # regex_t has 64 bytes on 64-bit Linux


class Posix:
    """One expression. Raises ValueError with regerror's words where it is none."""

    def __init__(self, pattern: bytes) -> None:
        self._compiled = _Expression()
        code = LIBC.regcomp(ctypes.byref(self._compiled), pattern, EXTENDED)
        if code:
            words = ctypes.create_string_buffer(200)
            LIBC.regerror(code, ctypes.byref(self._compiled), words, 200)
            raise ValueError(f"{words.value.decode()}: {pattern!r}")

    def spans(self, text: bytes, groups: int) -> list[tuple[int, int]] | None:
        """Where the first match and each of its groups stand; (-1, -1) for a group that took no part."""
        found = (_Match * MOST_GROUPS)()
        if LIBC.regexec(ctypes.byref(self._compiled), text, MOST_GROUPS, found, 0):
            return None
        return [(one.start, one.end) for one in found[: groups + 1]]


class Alphabet:
    """A byte for each of the letters outside ASCII that texts have most."""

    def __init__(self, texts: Iterable[str]) -> None:
        letters = Counter(letter for text in texts for letter in text if ord(letter) > 127)
        self._bytes = {letter: 128 + place for place, (letter, _) in enumerate(letters.most_common(OTHER - 128))}

    def text(self, text: str) -> bytes | None:
        """None where it has a letter without a byte."""
        told = [ord(letter) if ord(letter) < 128 else self._bytes.get(letter) for letter in text]
        return bytes(one for one in told if one is not None) if None not in told and "\0" not in text else None

    def pattern(self, pattern: str) -> bytes:
        return b"".join(self._part(part) for part in re.findall(r"\[\^?\]?[^\]]*\]|.", pattern, re.DOTALL))

    def _part(self, part: str) -> bytes:
        """One sign, or a bracket with its ranges written out."""
        if len(part) == 1:
            return bytes([ord(part) if ord(part) < 128 else self._bytes.get(part, OTHER)])
        plain = "".join(re.findall(r"[\x00-\x7f]-[\x00-\x7f]|(?<![^\x00-\x7f])[\x00-\x7f](?!-[^\x00-\x7f])", part))
        ranges = re.findall(r"([^\x00-\x7f])(?:-([^\x00-\x7f]))?", part)
        letters = {letter for first, last in ranges for letter in self._bytes if first <= letter <= (last or first)}
        inside = [self._bytes[letter] for letter in sorted(letters)]
        return plain[:-1].encode() + bytes([*inside, OTHER] if ranges else []) + b"]"
