"""Identifiers in plain text where only hashes, ids and words of a shop belong. The sandbox looks; Meta may not (X)."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from html import unescape
from itertools import pairwise
from typing import Any, Final
from unicodedata import category, normalize
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
SHORTEST_BASE64: Final = 8


def holds_address(event: Event) -> bool:
    """An e-mail address anywhere but in the browser's own text; of a person's own id also behind base64."""
    customer: Any = event.get("user_data")
    return any(is_address(text) for text in _spelled_out(_unhashed(event))) or any(
        is_address(_behind_base64(text)) for text in _spelled_out(customer.get("external_id"))
    )


def _behind_base64(text: str) -> str:
    """The text that this is base64 of, padded or not; nothing where it is of none. That of an @ has a capital."""
    bare = text.rstrip("=").replace("-", "+").replace("_", "/")
    if text == text.lower() or len(bare) < SHORTEST_BASE64:
        return ""
    try:
        return b64decode(bare + "=" * (-len(bare) % 4), validate=True).decode()
    except ValueError:
        return ""


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
    """Every text in it, keys too, in plain signs: as it is, and with percent signs and HTML entities undone."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _spelled_out(key)
            yield from _spelled_out(each)
    elif isinstance(value, list):
        for each in value:
            yield from _spelled_out(each)
    elif isinstance(value, str):
        for _ in range(DEEPEST_ENCODING):
            yield _in_plain_signs(value)
            value, before = unescape(unquote(value)), value
            if value == before:
                return


_RUN: Final = re.compile(r"[+(]?[0-9][0-9 ().\-/]*[0-9]")


def _shapes(*shapes: str) -> tuple[re.Pattern[str], ...]:
    """D is a digit, Y the first two of a subscriber's number: no zero, no year."""
    return tuple(re.compile(each.replace("Y", "(?:1[0-8]|2[1-9]|[3-9]D)").replace("D", "[0-9]")) for each in shapes)


_SHAPES: Final = _shapes(
    r"\([2-9]DD\) ?[2-9]DD[-. ]DDDD",
    r"(?:1[-. ])?[2-9]DD([-. ])[2-9]DD\1DDDD",
    r"0[1-9]([ .-])DD(?:\1DD){3}",
    r"0[1-9]D{1,3} ?[ /] ?D{3,4}(?: ?D{2,4}){1,2}",
    r"01[5-7]D-D{7,8}",
    r"00[1-9]D{0,2}[ /]D(?:[ /-]{0,2}D){6,12}",
    r"\(0[1-9]\)[ -]?YD{1,2}[ -]?DDDD",
    r"\(0[1-9]D{1,3}\)[ -]?Y(?:[ -]?D){4,6}",
    r"\([1-9]D\)[ -]?(?:9DDDD[ -]?|YDD[ -])DDDD",
    r"(?:8 ?)?\([1-9]DD\)[ -]?DDD[ -]DD[ -]DD",
)
"""As people write national numbers. Digits alone are an order's number, a GTIN or a time."""
_SHAPES_OF_IDS_TOO: Final = _shapes(
    r"0[1-9]D?-YD{1,2}-DDDD",
    r"0[1-9] YDD DDDD",
    r"0[1-9]DD-YD?-DDDD",
    r"0[1-9]D{1,2}-YD-DD-DD",
    r"0[1-9]D{0,2}-YD DD DD",
    r"06(?:-| - | )Y(?:DD ?DDDD| DD DD DD)",
    r"0[1-9]D{1,2}-YD{5,6}",
    r"8[ -]9DD[ -]DDD[ -]DD[ -]DD",
)
"""Of these nobody can tell what they are under a key for ids."""
LEAST_DIGITS, MOST_DIGITS = 8, 15
_MARKS: Final = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-") | {"\u3002": "."})
_IDENTIFIER: Final = re.compile(r"[A-Za-z0-9_.:-]*")


def holds_phone(event: Event) -> bool:
    """A phone number as people write it, or digits under a key that says so; pages have a rule of their own."""
    rest = {key: value for key, value in event.items() if key not in PAGES}
    _, others = _unhashed(rest)
    customer: Any = event.get("user_data")
    ids = [
        value
        for key, value in customer.items()
        if key == "external_id"
        or (key != "client_user_agent" and not (isinstance(value, str) and _IDENTIFIER.fullmatch(value)))
    ]
    if any(is_phone(text) for text in _spelled_out([ids, others])):
        return True
    if any(_is_national(text, _SHAPES_OF_IDS_TOO) for text in _spelled_out(_but_ids(others))):
        return True
    return any(_is_for_phones(key) and _is_dialled(value) for key, value in _members(others))


def is_phone(text: str) -> bool:
    return any(map(_is_international, _RUN.finditer(text))) or _is_national(text, _SHAPES)


def _is_international(found: re.Match[str]) -> bool:
    before, digits = found.string[: found.start()][-1:], sum(map(str.isdigit, found[0]))
    if before == "+" or _is_word(before) or not re.match(r"\+[\s(]{0,2}[1-9]", found[0]):
        return False
    return LEAST_DIGITS <= digits <= MOST_DIGITS


def _is_national(text: str, shapes: tuple[re.Pattern[str], ...]) -> bool:
    for found in _RUN.finditer(text):
        before, after = text[: found.start()][-1:], text[found.end() :][:1]
        if _is_word(before) or before in tuple("./-") or _is_word(after) or after == "-":
            continue
        if any(shape.fullmatch(found[0]) for shape in shapes):
            return True
    return False


_ID_WORDS: Final = "id ids sku skus code codes gtin gtins ean eans mpn mpns ref reference"
_NUMBERED: Final = "order invoice tracking receipt article item part serial booking"
_IDS_END_IN: Final = (
    *_ID_WORDS.split(),
    *(what + number for what in _NUMBERED.split() for number in ("number", "no", "nr")),
)


def _but_ids(value: Any) -> Any:
    if isinstance(value, list):
        return [_but_ids(each) for each in value]
    if not isinstance(value, dict):
        return value
    names = {key: "".join(filter(str.isalnum, key)).lower() for key in value}
    return {key: _but_ids(each) for key, each in value.items() if not names[key].endswith(_IDS_END_IN)}


def _is_word(sign: str) -> bool:
    return bool(sign) and (sign.isalnum() or sign == "_")


def _in_plain_signs(text: str) -> str:
    """Wide signs and digits of every script as ASCII has them, without what shows nothing (Unicode's category Cf)."""
    if text.isascii():
        return text
    shown = (sign for sign in normalize("NFKC", text).translate(_MARKS) if category(sign) != "Cf")
    return "".join(str(int(sign)) if sign.isdecimal() else sign for sign in shown)


PAGES: Final = ("event_source_url", "referrer_url")
_PEOPLE: Final = (
    "customer customers client clients user users buyer buyers billing bill shipping ship to contact contacts "
    "recipient recipients home work mobile cell lead leads person persons primary secondary guest guests delivery raw "
    "plain main day evening my your sender receiver account member owner payer order address checkout form forms field "
    "fields invitee attendee registrant applicant"
)
_OF_PEOPLE: Final = tuple(sorted(_PEOPLE.split(), key=len, reverse=True))
_PHONES: Final = (
    "phone phones telephone tel mobile cell msisdn handy telefon telefono tel\u00e9fono telefone telefoon "
    "t\u00e9l\u00e9phone celular movil m\u00f3vil ph whatsapp"
)
_CALLED: Final = frozenset(_PHONES.split())
_FIRST_AND_LAST: Final = (
    "fn ln vorname nachname prenom pr\u00e9nom nombre apellido apellidos cognome sobrenome voornaam achternaam "
    "nazwisko fornamn f\u00f6rnamn fornavn efternamn efternavn etternavn soyad"
)
_NAMES_OF: Final = (
    "first last full sur given family middle fore maiden f l customer client buyer contact recipient billing guest "
    "member owner payer cardholder holder patient your invitee attendee registrant applicant"
)
_NAMED: Final = frozenset(_FIRST_AND_LAST.split()) | {
    f"{whose}{name}" for whose in _NAMES_OF.split() for name in ("name", "names", "fullname", "fullnames")
}
_BEHIND_PHONES: Final = re.compile(r"(?:number|nummer|num|nr|no|e164|raw|plain|[0-9])*$")
_BEHIND_NAMES: Final = re.compile(r"(?:raw|plain|[0-9])*$")


def holds_name(event: Event) -> bool:
    """A text under a key for names of people: nothing else tells a name from a word."""
    _, others = _unhashed({key: value for key, value in event.items() if key not in PAGES})
    return any(_is_for_names(key) and _is_name(value) for key, value in _members(others))


@lru_cache(maxsize=10_000)
def _is_for_names(key: str) -> bool:
    return _is_called(key, _NAMED, _BEHIND_NAMES)


@lru_cache(maxsize=10_000)
def _is_for_phones(key: str) -> bool:
    return _is_called(key, _CALLED, _BEHIND_PHONES)


def _is_called(key: str, words: frozenset[str], behind: re.Pattern[str]) -> bool:
    """Whether the key is one of the words, perhaps with whose it is before and more behind: `customerPhone2`."""
    name = "".join(filter(str.isalnum, key)).lower()
    names = {name, behind.sub("", name)}
    for _ in range(6):
        if names & words:
            return True
        names |= {each.removeprefix(who) for each in names for who in _OF_PEOPLE if each.startswith(who)}
    return bool(names & words)


def _is_dialled(value: Any) -> bool:
    if isinstance(value, list):
        return any(map(_is_dialled, value))
    if isinstance(value, Decimal) and value.adjusted() < MOST_DIGITS:
        value = f"{value:.0f}"
    if value.__class__ is not int and not isinstance(value, str):
        return False
    for text in _spelled_out(str(value)):
        number = text.strip()
        if 7 <= sum(map(str.isdigit, number)) <= MOST_DIGITS and not number.strip("0123456789 ().-/+\t"):
            return True
    return False


def _is_name(value: Any) -> bool:
    if isinstance(value, list):
        return any(map(_is_name, value))
    return isinstance(value, str) and any(map(str.isalpha, value)) and not re.fullmatch("[0-9a-fA-F]{64}", value)


def _members(value: Any, above: str = "") -> Iterator[tuple[str, Any]]:
    """What stands under each key, and under two of them where an object has a key of its own: `customer`, `name`."""
    if isinstance(value, dict):
        for key, each in value.items():
            for name in (key, f"{above} {key}", f"{key} {above}") if above else (key,):
                yield name, each
            yield from _members(each, key)
    elif isinstance(value, list):
        for each in value:
            yield from _members(each, above)


_SECRETS: Final = re.compile(
    r"eyJ[\w-]{6,}\.[\w-]{4,}|\bEAA[A-Za-z0-9]{40,}|\bsk_live_\w{6,}|\bwc_order_\w{6,}|://[^/?#\s@:]*:[^/?#\s@]+@"
)
_KEYS: Final = (
    "jwt passwd password pwd pass passphrase secret appsecret apisecret apikey accesskey authkey "
    "secretkey orderkey session sessionid sessid phpsessid phpsessionid jsessid jsessionid aspsessid aspsessionid otp "
    "auth authorization bearer credential credentials"
)
_SECRET_KEYS: Final = frozenset(_KEYS.split())
_TOKENS: Final = (
    "access auth id refresh session reset csrf xsrf security api bearer login oauth password magic invite user "
    "customer verify verification confirm confirmation unsubscribe order checkout cart secure request onetime x"
)
_OF_TOKENS: Final = tuple(_TOKENS.split())


def page_gives_away(event: Event) -> bool:
    """A token, a phone number or a name in the address of a page."""
    urls = [text for name in PAGES for text in _spelled_out(event.get(name))]
    return any(_SECRETS.search(url) or is_phone(url) or any(_gives_away(*pair) for pair in _query(url)) for url in urls)


def _query(url: str) -> Iterator[tuple[str, str]]:
    """Of query and fragment, and of what comes behind semicolons; of URLs in a URL too."""
    for part in re.split(r"[?&#;]", url)[1:]:
        name, equals, value = part.partition("=")
        if equals:
            yield name, unquote(value.replace("+", " "))


def _gives_away(name: str, value: str) -> bool:
    key = "".join(filter(str.isalnum, name)).lower()
    if (_is_token(key)) and value.lower() not in ("true", "false", "null", "none", "undefined"):
        return len(value) >= (16 if value.isdigit() else 4)
    if _is_for_phones(name) and _is_dialled(value):
        return True
    if _is_for_names(name) and _is_name(value):
        return True
    if is_address(_behind_base64(value.replace(" ", "+"))):
        return True
    words = value.split(" ")
    return key == "name" and value.istitle() and 2 <= len(words) <= 3 and all(map(str.isalpha, words))


def _is_token(key: str) -> bool:
    if key in _SECRET_KEYS or key.endswith("clientsecret"):
        return True
    while key != "token":
        shorter = next((key.removeprefix(each) for each in _OF_TOKENS if key.startswith(each)), None)
        if not key.endswith("token") or shorter is None:
            return False
        key = shorter
    return True
