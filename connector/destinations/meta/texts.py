"""What Meta says with a refusal, for a person to read: scrubbed, and never decided by.

Such a text comes in the language of the token's user and may quote what was sent. What stays is decided word by word:
words of letters, short numbers, names of fields, times. Whatever could be an identifier, a token or a part of a URL is
replaced, and so is every quotation that is not the name of a field.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

LONGEST = 300
REMOVED = "[…]"
_LETTERS = r"[^\W\d_]"
_FIELD = r"[A-Za-z]+(?:_[A-Za-z]{1,20})*(?:\[(?:[a-z_]{0,40}|[0-9]{1,4})\])*"
_KEPT = re.compile(
    rf"{_LETTERS}+(?:['\u2019\-/]{_LETTERS}+)?|{_LETTERS}\.{_LETTERS}"  # a word, don't, and/or, e.g
    rf"|{_FIELD}(?:\.{_FIELD})?"  # custom_data.value, data[0][user_data]
    r"|#?[0-9]{1,4}(?:[.,][0-9]{1,4})?%?|#[0-9]{1,7}"  # 7, 1.99, #80004
    r"|[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?|[0-9]{1,2}-[A-Z][a-z]{2}-[0-9]{2}"
    r"|v[0-9]{1,2}\.[0-9]|SHA-?256|ISO-?[0-9]{4}"
)
_FIELDS = frozenset({"value", "currency", "contents", "data", "em", "ph", "fn", "ln", "fbc", "fbp", "country", "batch"})
_OPENING, _CLOSING = "'\"\u2018\u201c\u201e\u00ab`", "'\"\u2019\u201d\u201c\u00bb`"
_QUOTED = re.compile(rf"(?<!\w)[{_OPENING}]([^{_CLOSING}]*)[{_CLOSING}](?!\w)")
_NUMBERS = re.compile(r"(?:(?<!\S)[+(]*[0-9][0-9().,/\-]*(?:\s|$)){2,}")
_LATIN_WORD = re.compile(r"[A-Za-z]{30,}")
_MARKS = re.compile(r"^[^\w#]+|[^\w%\]]+$")
_RUN = re.compile(r"\[…\](?:\s*\[…\])+")


def told_by(error: Any) -> str | None:
    """The text of an error envelope: what is written for people if there is some, else `message`. None without one."""
    if not isinstance(error, dict):
        return None
    for_people = [text for text in map(error.get, ("error_user_title", "error_user_msg")) if text]
    texts = for_people or [error.get("message")]
    found = [text for text in map(scrubbed, texts) if text]
    return _cut(": ".join(dict.fromkeys(found))) or None


def scrubbed(text: Any) -> str:
    """One line without anything that might be an identifier, a token or a part of a URL. Empty for what is no text."""
    if not isinstance(text, str):
        return ""
    text = "".join(map(_plain_sign, unicodedata.normalize("NFKC", text[: 10 * LONGEST])))
    text = _QUOTED.sub(_unquoted, text)
    text = _NUMBERS.sub(_without_long_numbers, text)
    return _RUN.sub(REMOVED, " ".join(map(_word, text.split())))


def _plain_sign(sign: str) -> str:
    """A blank for what shows nothing, and a digit of any script as ours: an id is an id in Arabic digits too."""
    if sign.isdecimal():
        return str(unicodedata.decimal(sign))
    return " " if unicodedata.category(sign)[0] in "CZ" else sign


def _unquoted(found: re.Match[str]) -> str:
    is_field = found[1] in _FIELDS or ("_" in found[1] and re.fullmatch(_FIELD, found[1]) is not None)
    return found[0] if is_field else f" {REMOVED} "


def _without_long_numbers(found: re.Match[str]) -> str:
    """Numbers in a row are a phone number, unless they are short."""
    return found[0] if sum(map(str.isdigit, found[0])) < 6 else f" {REMOVED} "


def _word(word: str) -> str:
    if word == REMOVED:
        return word
    bare = _MARKS.sub("", word)
    if word.lstrip("([{").startswith(("/", ".", "?", "&", "=", "@")):
        return REMOVED
    if not any(map(str.isalnum, bare)):
        return word if len(word) <= 3 else REMOVED
    if _LATIN_WORD.search(bare) or not _is_plain(bare):
        return REMOVED
    return word


def _is_plain(word: str) -> bool:
    """Whether each part between marks of punctuation (no script but ours puts spaces there) may stay."""
    if "@" in word or "://" in word or "%" in word[:-1] or word.lower().startswith("www"):
        return False
    return _KEPT.fullmatch(word) is not None or (
        not word.isascii() and not any(sign.isascii() and sign.isalnum() for sign in word)
    )


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1].rpartition(" ")[0] + "…"
