"""Identifiers in plain text where only hashes, ids and words of a shop belong. The sandbox looks; Meta may not (X)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, Final
from urllib.parse import unquote

Event = dict[str, Any]

_BREAKS: Final = re.compile(r"[\s/?&=#:;,<>()\"'\\|]+")
_TLD: Final = re.compile(r"[^\W\d_]{2,}")
_LABEL: Final = re.compile(r"[\w-]+")
_VERSION: Final = re.compile(r"[vr]\d{1,3}|\d{1,2}", re.IGNORECASE)
_RETINA: Final = re.compile(r"\d+x")
_EXTENSIONS: Final = "png jpg jpeg gif webp svg avif css js json htm html pdf xml csv txt"
_FILES: Final = frozenset(_EXTENSIONS.split())
_OLDEST: Final = "com net org edu gov mil int info biz"
_GENERAL: Final = frozenset(_OLDEST.split())
DEEPEST_ENCODING: Final = 3


def holds_address(event: Event) -> bool:
    """An e-mail address anywhere but in the browser's own text."""
    return any(is_address(text) for text in _spelled_out(_unhashed(event)))


def is_address(text: str) -> bool:
    if "@" not in text:
        return False
    return any(_names_a_mailbox(word) for word in _BREAKS.split(text))


def _names_a_mailbox(word: str) -> bool:
    parts = word.split("@")
    return any(local and _is_domain(domain) for local, domain in pairwise(parts))


def _is_domain(text: str) -> bool:
    """Labels with dots between them and letters at the end; `2x.png` and `v2.pro` are a picture and a version."""
    labels = []
    for label in text.split("."):
        if _LABEL.fullmatch(label) is None:
            found = _LABEL.match(label)
            labels += [found[0]] if found else []
            break
        labels.append(label)
    while labels and _TLD.match(labels[-1]) is None:
        labels.pop()
    if len(labels) < 2 or _RETINA.fullmatch(labels[0]):
        return False
    top = labels[-1].lower()
    if top in _FILES:
        return False
    return not all(map(_VERSION.fullmatch, labels[:-1])) or len(top) == 2 or top in _GENERAL


def _unhashed(event: Event) -> list[Any]:
    user_data = event.get("user_data")
    customer = user_data if isinstance(user_data, dict) else {}
    others = [value for key, value in customer.items() if key != "client_user_agent"]
    return [others, {key: value for key, value in event.items() if key != "user_data"}]


def _spelled_out(value: Any) -> Iterator[str]:
    """Every text in it, keys too, as it is and with its percent signs undone."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _spelled_out(key)
            yield from _spelled_out(each)
    elif isinstance(value, list):
        for each in value:
            yield from _spelled_out(each)
    elif isinstance(value, str):
        for _ in range(DEEPEST_ENCODING):
            yield value
            value, before = unquote(value), value
            if value == before:
                return
