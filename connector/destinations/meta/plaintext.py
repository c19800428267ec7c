"""Finds email addresses, phone numbers and names of people where no identifier may be in plain text.

That is everywhere but under the hashed keys. A phone number is known by its form (`+49 ...`, `(650) 555-1212`), or by
the key that it stands under; digits alone are an order's number, a GTIN or a time. Some forms are those of ids too
(`090-1234-5678`): they are numbers of people in words, not under a key for ids. A name is known by its key only.
"""

from __future__ import annotations

import html
import re
import unicodedata
from base64 import b64decode
from collections.abc import Iterator
from functools import lru_cache
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
_WIDE_SIGNS = ("\uff20".encode(), "\ufe6b".encode())
"""Signs that stand for an @."""
_ENCODED = (b"%40", b"%25", b"%26", b"%EF%B", b"%ef%b")
"""An @, a percent sign, the ampersand of an HTML entity or a wide @ in percent-encoding."""
_ENTITY = re.compile(rb"&(?:#|amp|[A-Za-z][0-9A-Za-z]+;)")
"""An HTML entity, or its beginning."""


def may_hold_an_address(payload: bytes, *, escaped: bool) -> bool:
    """False if the payload cannot contain an address in any spelling: the usual case, decided from the bytes alone.

    `escaped`: whether it contains a backslash.
    """
    return holds_an_at_sign(payload) or may_hold_an_entity(payload) or (escaped and b"\\u" in payload)


def holds_an_at_sign(payload: bytes) -> bool:
    """Whether an @ stands in these bytes, or what may stand for one, but for HTML entities. Without escapes."""
    return (
        b"@" in payload
        or (b"%" in payload and any(sign in payload for sign in _ENCODED))
        or (not payload.isascii() and any(sign in payload for sign in _WIDE_SIGNS))
    )


def may_hold_an_entity(text: bytes) -> bool:
    """False if no HTML entity stands in these bytes that may be part of an address or a phone number."""
    return b"&" in text and _ENTITY.search(text) is not None


def holds_an_address(value: Any) -> bool:
    """True if a text anywhere in the value, keys included, holds an email address, however it is encoded."""
    return any(_EMAIL.search(spelling) for text in texts(value) for spelling in spellings(text))


_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{8,}={0,2}")
_OF_URLS = str.maketrans("-_", "+/")


def is_encoded_address(text: str) -> bool:
    """Whether the whole text is base64, in either alphabet and padded or not, of one that holds an email address.

    That of an @ has a capital letter wherever it stands.
    """
    if text == text.lower() or _BASE64.fullmatch(text) is None:
        return False
    plain = text.rstrip("=").translate(_OF_URLS)
    try:
        decoded = b64decode(plain + "=" * (-len(plain) % 4)).decode()
    except ValueError:  # no base64, or of no text
        return False
    return holds_an_address(decoded)


_APART = r"(?<![\w.\-/])"
_NO_TAIL = r"(?<![0-9] )"
"""Not the last groups of a longer number: an IBAN, a tracking number."""
_OVER = r"(?![\w\-])"
_BEGIN = r"(?:1[0-8]|2[1-9]|[3-9][0-9])"
"""How a subscriber's number begins: neither as a year nor as a counter with zeros."""
_PHONE = re.compile(
    r"(?<![\w+])\+[\s(]{0,2}[1-9](?:[\s().\-/]{0,2}[0-9]){7,14}(?![0-9])"  # +49 170 1234567
    r"|\([2-9][0-9]{2}\) ?[2-9][0-9]{2}[-. ][0-9]{4}(?![0-9])"  # (650) 555-1212
    rf"|{_APART}(?:1[-. ])?[2-9][0-9]{{2}}([-. ])[2-9][0-9]{{2}}\1[0-9]{{4}}(?![\w\-])"  # 650-555-1212
    rf"|{_APART}0[1-9]([ .\-])[0-9]{{2}}(?:\2[0-9]{{2}}){{3}}(?![\w\-])"  # 06 12 34 56 78
    rf"|{_APART}{_NO_TAIL}0[1-9][0-9]{{1,3}} ?[ /] ?[0-9]{{3,4}}(?: ?[0-9]{{2,4}}){{1,2}}(?![\w\-])"  # 0170 1234567
    rf"|{_APART}01[5-7][0-9]-[0-9]{{7,8}}(?![\w\-])"  # 0170-1234567
    rf"|{_APART}{_NO_TAIL}00[1-9][0-9]{{0,2}}[ /][0-9](?:[ /\-]{{0,2}}[0-9]){{6,12}}(?![0-9])"  # 0049 170 1234567
    r"|(?<![\w)])(?:"
    rf"\(0[1-9]\)[ \-]?{_BEGIN}[0-9]{{1,2}}[ \-]?[0-9]{{4}}"  # (02) 9374 4000
    rf"|\(0[1-9][0-9]{{1,3}}\)[ \-]?{_BEGIN}(?:[ \-]?[0-9]){{4,6}}"  # (0532) 123 45 67
    rf"|\([1-9][0-9]\)[ \-]?(?:9[0-9]{{4}}[ \-]?|{_BEGIN}[0-9]{{2}}[ \-])[0-9]{{4}}"  # (11) 98765-4321
    r"|(?:8 ?)?\([1-9][0-9]{2}\)[ \-]?[0-9]{3}(?:[ \-][0-9]{2}){2}"  # 8 (912) 345-67-89
    rf"){_OVER}"
)
_PHONE_IN_WORDS = re.compile(
    rf"{_APART}(?:"
    rf"0[1-9][0-9]?-{_BEGIN}[0-9]{{1,2}}-[0-9]{{4}}"  # 090-1234-5678
    rf"|{_NO_TAIL}0[1-9] {_BEGIN}[0-9]{{2}} [0-9]{{4}}"  # 02 9374 4000
    rf"|0[1-9][0-9]{{2}}-{_BEGIN}[0-9]?-[0-9]{{4}}"  # 0467-22-3456
    rf"|0[1-9][0-9]{{1,2}}-{_BEGIN}[0-9](?:-[0-9]{{2}}){{2}}"  # 0532-123-45-67
    rf"|0[1-9][0-9]{{0,2}}-{_BEGIN}[0-9](?: [0-9]{{2}}){{2}}"  # 070-123 45 67
    rf"|06(?:-| - | ){_BEGIN}(?:[0-9]{{2}} ?[0-9]{{4}}|(?: [0-9]{{2}}){{3}})"  # 06-12345678
    rf"|0[1-9][0-9]{{1,2}}-{_BEGIN}[0-9]{{5,6}}"  # 030-1234567
    r"|8[ \-]9[0-9]{2}[ \-][0-9]{3}(?:[ \-][0-9]{2}){2}"  # 8-912-345-67-89
    rf"){_OVER}"
)
_ID_KEY = re.compile(
    r".*(?:ids?|skus?|codes?|gtins?|eans?|mpns?|ref|reference"
    r"|(?:order|invoice|tracking|receipt|article|item|part|serial|booking)(?:number|no|nr))"
)
_ALIKE = bytes.maketrans(b"123456789/", b"000000000 ")
_LETTERS = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"
_DASHED = (b"-000-0000", b"-00-00-00", b"000-0000000", b"-0000-0000", b"0000-00-0000", b"-000-00-00", b"00-00000000")
_DOTTED = (b".000.0000", b".00.00.00")
_FOREIGN = re.compile(
    r"[\d\u00a0\u00ad\u1680\u180e\u2000-\u2015\u2028-\u202f\u205f-\u206f\u2212\u3000\ufe62\ufeff\uff08-\uff0f]"
)
_ASCII = bytes(range(128))
_DASHES_AND_DOTS = dict.fromkeys([*range(0x2010, 0x2016), 0x2212], "-") | {0x3002: "."}


def may_hold_a_phone(text: bytes) -> bool:
    """False if no text in these bytes is formed like a phone number: the usual case. Without escapes."""
    if b"+" in text or b"%" in text or b")" in text or may_hold_an_entity(text):
        return True
    alike = text.translate(_ALIKE, _LETTERS)
    if b"0 0" in alike or b"0  " in alike or any(shape in alike for shape in _DOTTED):
        return True
    if b"-" in text and (b"0 - 0" in alike or any(shape in alike for shape in _DASHED)):
        return True
    return not text.isascii() and _FOREIGN.search(text.translate(None, _ASCII).decode("utf-8", "replace")) is not None


def holds_a_phone(value: Any) -> bool:
    """True if a text anywhere in the value, keys included, holds a number that is formed like a phone number."""
    return any(_PHONE.search(spelling) for text in texts(value) for spelling in spellings(text))


def holds_a_phone_in_words(value: Any) -> bool:
    """True if a text that is no id holds a number in a form that phone numbers have, and ids and receipts too."""
    words = texts(_without_ids(value))
    return any(_PHONE_IN_WORDS.search(spelling) for text in words for spelling in spellings(text))


def _without_ids(value: Any) -> Any:
    if type(value) is dict:
        return {key: _without_ids(each) for key, each in value.items() if not _ID_KEY.fullmatch(_key(key))}
    return list(map(_without_ids, value)) if type(value) is list else value


def spellings(text: str) -> Iterator[str]:
    """The text as it is and with its percent-encoding and HTML entities undone.

    Digits and signs of other scripts are told as ours, and what shows nothing is left out.
    """
    for _ in range(_ROUNDS + 1):
        yield text if text.isascii() else _in_ascii(text)
        before, text = text, html.unescape(unquote(text))
        if text == before:
            return


def _in_ascii(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).translate(_DASHES_AND_DOTS)
    return "".join(
        str(unicodedata.decimal(sign)) if sign.isdecimal() else sign
        for sign in text
        if sign.isascii() or unicodedata.category(sign) != "Cf"
    )


_WHOSE = (
    r"(?:customers?|clients?|users?|buyers?|billing|bill|shipping|ship|to|contacts?|recipients?|home|work|mobile|cell|"
    r"leads?|persons?|primary|secondary|guests?|delivery|raw|plain|main|day|evening|my|your|sender|receiver|account|"
    r"member|owner|payer|order|address|checkout|forms?|fields?|invitee|attendee|registrant|applicant)*"
)
_PHONE_KEY = re.compile(
    _WHOSE
    + r"(?:phones?|tel|mobile|cell|msisdn|handy|telefon|tel[e\u00e9]fono|telefone|telefoon|t[e\u00e9]l[e\u00e9]phone|"
    r"celular|m[o\u00f3]vil|ph|whatsapp)"
    r"(?:number|nummer|num|nr|no|e164|raw|plain|[0-9])*"
)
_NAME_KEY = re.compile(
    _WHOSE
    + r"(?:(?:first|last|full|sur|given|family|middle|fore|maiden|f|l|customer|client|buyer|contact|recipient|billing|"
    r"guest|member|owner|payer|cardholder|holder|patient|your|invitee|attendee|registrant|applicant)(?:full)?names?|"
    r"fn|ln|vorname|nachname|pr[e\u00e9]nom|nombre|apellidos?|cognome|sobrenome|voornaam|achternaam|nazwisko|"
    r"f[o\u00f6]rnamn|fornavn|efternamn|efternavn|etternavn|soyad)(?:raw|plain|[0-9])*"
)
_NO_LETTER = re.compile(r"[\W_]+")
_HASHED = re.compile(r"[0-9a-fA-F]{64}")
_DIALLED = re.compile(r"(?:[\s().\-/+]*[0-9]){7,15}[\s().\-/]*")
"""7 to 15 digits and what stands between those of a phone number."""


@lru_cache(maxsize=10_000)
def _is_for_phones(key: str) -> bool:
    return _PHONE_KEY.fullmatch(_key(key)) is not None


@lru_cache(maxsize=10_000)
def _is_for_names(key: str) -> bool:
    return _NAME_KEY.fullmatch(_key(key)) is not None


def names_a_person(key: str) -> bool:
    """Whether the key is one for phone numbers or for names of people."""
    return _is_for_phones(key) or _is_for_names(key)


def is_phone_under(key: str, value: Any) -> bool:
    """Whether the key is one for phone numbers and the value looks like one, be it digits alone."""
    if not _is_for_phones(key):
        return False
    values = value if type(value) is list else [value]
    written = [_written(each) for each in values]
    return any(
        type(text) is str and any(_DIALLED.fullmatch(spelling.strip()) for spelling in spellings(text))
        for text in written
    )


def _written(value: Any) -> Any:
    """A number as its digits; 16505551212.0 is what a column of floats makes of a phone number."""
    if type(value) is float:
        return f"{value:.0f}"
    return str(value) if type(value) is int else value


def is_name_under(key: str, value: Any) -> bool:
    """Whether the key is one for names of people and the value has letters, and is no hash."""
    if not _is_for_names(key):
        return False
    values = value if type(value) is list else [value]
    return any(type(text) is str and _HASHED.fullmatch(text) is None and any(map(str.isalpha, text)) for text in values)


def _key(text: str) -> str:
    return _NO_LETTER.sub("", text).lower()


def pairs(value: Any) -> Iterator[tuple[str, Any]]:
    """Every key with its value, in objects however deep.

    Of an object that stands under a key itself also both keys: `{"customer": {"name": ..}}`, `{"name": {"first": ..}}`.
    """
    waiting: list[tuple[str, Any]] = [("", value)]
    while waiting:
        above, value = waiting.pop()
        if type(value) is dict:
            for key, each in value.items():
                yield key, each
                if above:
                    yield f"{above} {key}", each
                    yield f"{key} {above}", each
                waiting.append((key, each))
        elif type(value) is list:
            waiting.extend((above, each) for each in value)


def texts(value: Any) -> Iterator[str]:
    """Every text in a value, keys included, however deep."""
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
