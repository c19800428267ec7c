"""Finds email addresses where no identifier may be in plain text: URLs, custom data, ids."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

# One character of the local part is enough (so the search stays linear). `name@2x.png` is a picture, `SKU@v2.pro` a
# version, `logo@home.svg` a file: not a person. `ann@163.com` is one.
_EMAIL = re.compile(
    r"[^\s@/?&=#:;,<>()\"'\\|]@"
    r"(?!\d+x\.)"
    r"(?!(?:[\w-]+\.)+(?:png|jpe?g|gif|webp|svg|avif|css|js|json|html?|pdf|xml|csv|txt)(?![\w-]))"
    r"(?!(?:(?:[vr]\d{1,3}|\d{1,2})\.)+(?!(?:com|net|org|edu|gov|mil|int|info|biz|[a-z]{2})(?![\w-]))[^\W\d_]{2,}(?![\w.-]))"
    r"(?:[\w-]+\.)+[^\W\d_]{2,}",
    re.IGNORECASE,
)
_ROUNDS = 2
"""An address in a URL inside a URL is encoded twice."""


def may_hold_an_address(payload: bytes, *, escaped: bool) -> bool:
    """False if the payload cannot contain an address in any spelling: the usual case, decided from the bytes alone.

    `escaped`: whether it contains a backslash.
    """
    if b"@" in payload:
        return True
    if b"%" in payload and (b"%40" in payload or b"%2540" in payload):
        return True
    return escaped and (b"\\u0040" in payload or b"\\u0025" in payload)


def holds_an_address(value: Any) -> bool:
    """True if a text anywhere in the value, keys included, holds an email address, also when it is percent-encoded."""
    return any(_is_address(text) for text in _texts(value))


def _is_address(text: str) -> bool:
    for _ in range(_ROUNDS + 1):
        if _EMAIL.search(text):
            return True
        if "%" not in text:
            return False
        text = unquote(text)
    return False


def _texts(value: Any) -> Iterator[str]:
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            yield from value
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
