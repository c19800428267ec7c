"""Whom Meta knows of the shop's people, as hashes by Meta's written rule: for a sandbox that shall recognize them.

Plain Python, and nothing of the dbt macros: a macro that departs from the rule finds fewer people here, as it would at
Meta. The rule is written out for what stands in this shop's fields: an address, a number of `PLACES`, a name. What it
cannot read, nobody is known by.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from hashlib import sha256
from re import fullmatch, search, sub
from typing import Any, NamedTuple
from unicodedata import category, normalize

import pyarrow as pa

from examples.shop.data.places import PLACES, Place

KNOWN_SHARE = 0.8
"""Of the people, how many have an account at Meta with the same address, number and name."""

_COLUMNS = {
    "customers": "customer_id email email_2 phone first_name last_name country",
    "orders": ". billing_email . billing_phone . . shipping_country",
    "crm_leads": ". email . phone first_name last_name country",
    "store_sales": ". customer_email . customer_phone first_name last_name country",
}
"""Where people stand: the columns of a `Person`, a dot for what the table does not have."""
_INVISIBLE = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad\u180e"
_PLACEHOLDER_DOMAINS = frozenset({"example.com", "test.com", "domain.com"})
_BY_SPELLING = {spelling: place for place in PLACES for spelling in place.spellings}


class Person(NamedTuple):
    """The fields of one row as they stand there."""

    external_id: str | None
    email: str | None
    email_2: str | None
    phone: str | None
    first_name: str | None
    last_name: str | None
    country: str | None


def known_people(shop: Mapping[str, pa.Table], share: float = KNOWN_SHARE) -> dict[str, list[str]]:
    """By key (`em ph fn ln external_id`) the hashes of so many of the people; which ones follows from who they are."""
    known: dict[str, set[str]] = {key: set() for key in ("em", "ph", "fn", "ln", "external_id")}
    for person in _people(shop):
        hashes = _hashes(person)
        who = next((values[0] for key in ("em", "ph", "external_id") if (values := hashes[key])), None)
        # whoever has an address is known by it or not at all, in whatever table the address stands
        if who and int(sha256(who.encode()).hexdigest()[:8], 16) < share * 16**8:
            for key, values in hashes.items():
                known[key].update(values)
    return {key: sorted(values) for key, values in known.items() if values}


def email(text: str) -> str | None:
    """Lower case, without white space around it and without `mailto:`; null if it is no address or a placeholder."""
    shown = normalize("NFC", text).translate(dict.fromkeys(map(ord, _INVISIBLE))).strip()
    address = shown.lower().removeprefix("mailto:")
    local, at, domain = address.partition("@")
    is_address = local and at and "@" not in domain and "." in domain and all(domain.split("."))
    if not is_address or search(r'[\s<>,;"]', address):
        return None
    stands_for_nothing = domain in _PLACEHOLDER_DOMAINS or local in ("none", "test")
    return None if stands_for_nothing or local.startswith(("noemail", "no-email")) else address


def phone(text: str, country: str | None) -> str | None:
    """The digits of E.164: a number of the country, however dialled; without a country only one that names its own."""
    first = sub(r"\s*(?:ext\.?|x)\s*\d+$", "", normalize("NFKC", text).partition(" / ")[0].strip()).removesuffix(".0")
    digits = sub(r"\D", "", first)
    if place := _BY_SPELLING.get(country or ""):
        calling = place.calling
        return _number(digits, place, "", place.trunk, calling, calling + place.trunk, place.abroad + calling)
    if not first.startswith(("+", "00")):
        return None
    abroad = digits.removeprefix("00")
    return next(
        (found for each in PLACES if (found := _number(abroad, each, each.calling, each.calling + each.trunk))), None
    )


def name(text: str) -> str | None:
    """Lower case; letters of every script with their marks, and digits: nothing else stays."""
    kept = "".join(sign for sign in normalize("NFC", text).lower() if category(sign)[0] in "LMN")
    return kept or None


def _number(digits: str, place: Place, *prefixes: str) -> str | None:
    """The digits of E.164, if they are a number of that place behind one of the prefixes."""
    for prefix in prefixes:
        national = digits.removeprefix(prefix)
        if digits.startswith(prefix) and fullmatch(_numbers(place.code), national):
            return place.calling + national
    return None


@lru_cache
def _numbers(code: str) -> str:
    """A pattern of the national numbers of a country."""
    (templates,) = (place.phones for place in PLACES if place.code == code)
    return "|".join(template.replace(" ", "").replace("#", r"\d") for template in templates)


def _people(shop: Mapping[str, pa.Table]) -> Iterator[Person]:
    for table, columns in _COLUMNS.items():
        names = columns.split()
        rows = shop[table].select(sorted(set(names) - {"."})).to_pylist()
        for fields in dict.fromkeys(tuple(row.get(column) for column in names) for row in rows):
            yield Person(*fields)


def _hashes(person: Person) -> dict[str, list[str]]:
    emails: Iterable[Any] = (_hashed_already(text) or email(text) for text in (person.email, person.email_2) if text)
    return {
        "em": [_hash(address) for address in emails if address],
        "ph": _only(phone(person.phone, person.country) if person.phone else None),
        "fn": _only(name(person.first_name) if person.first_name else None),
        "ln": _only(name(person.last_name) if person.last_name else None),
        "external_id": _only(person.external_id),
    }


def _only(value: str | None) -> list[str]:
    return [_hash(value)] if value else []


def _hash(value: str) -> str:
    return _hashed_already(value) or sha256(value.encode()).hexdigest()


def _hashed_already(text: str) -> str | None:
    return text.lower() if fullmatch("[0-9a-fA-F]{64}", text) else None
