"""The rows of the country and state seeds, from `pycountry` (ISO 3166) and `babel` (CLDR)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

import pycountry
from babel import Locale, UnknownLocaleError
from babel.languages import get_official_languages
from names_abroad import LANGUAGES, NAMES_ABROAD
from place_names import EVERYDAY_NAMES, STATE_NAMES

COUNTRY_COLUMNS = ("name_key", "country")
STATE_COLUMNS = ("country", "name_key", "code")
CODES_IN_USE = {"gb": ("UK",), "gr": ("EL",)}
"""Beside those of ISO."""


def key(name: str) -> str:
    """A name as the macro `place_key` writes it: NFKC, lower case, letters with their marks and digits only."""
    folded = unicodedata.normalize("NFKC", name).lower()
    kept = (letter for letter in folded if unicodedata.category(letter)[0] in "LMN" and letter not in "ʼʻـ")
    return unicodedata.normalize("NFC", "".join(kept))


def without_accents(name: str) -> str:
    decomposed = unicodedata.normalize("NFD", name)
    return "".join(letter for letter in decomposed if unicodedata.category(letter) != "Mn")


def country_rows() -> Iterator[tuple[str, str]]:
    """Better sources first: a name that an earlier one gave to another country is not given again."""
    known: dict[str, str] = {}
    of_one_name = (iso_codes, everyday_names, iso_names, english_names, own_names, names_abroad, other_names_abroad)
    for source in (*of_one_name, coded_names):
        found: dict[str, set[str]] = {}
        for code, name in source():
            for spelling in spellings(without_article(name)):
                found.setdefault(key(spelling), set()).add(code)
        for name_key, codes in found.items():
            if name_key and len(codes) == 1:
                known.setdefault(name_key, codes.pop())
    yield from sorted(known.items())


def without_article(name: str) -> str:
    """As int_country_texts looks it up: `The Gambia` and `Netherlands (the)` without the article."""
    return re.sub(r"^the |,? [(]?the[)]?$", "", name, flags=re.IGNORECASE)


def spellings(name: str) -> Iterable[str]:
    """With `and` for &, a plain I for a dotted one, and without accents; short names keep these: `Çad` is no `CAD`."""
    bare = without_accents(name) if len(name) > 3 and _is_latin(name) else name
    return {name, name.replace("&", "and"), name.replace("İ", "I"), bare}


def _is_latin(name: str) -> bool:
    return all("LATIN" in unicodedata.name(letter, "") for letter in name if letter.isalpha())


def iso_codes() -> Iterator[tuple[str, str]]:
    for country in pycountry.countries:
        yield country.alpha_2.lower(), country.alpha_2
        yield country.alpha_2.lower(), country.alpha_3


def everyday_names() -> Iterator[tuple[str, str]]:
    for code, names in EVERYDAY_NAMES.items():
        yield from ((code, name) for name in names)


def iso_names() -> Iterator[tuple[str, str]]:
    for country in pycountry.countries:
        for attribute in ("name", "official_name", "common_name"):
            name = getattr(country, attribute, None)
            if name:
                yield from ((country.alpha_2.lower(), one) for one in _turned(name))


def english_names() -> Iterator[tuple[str, str]]:
    territories = Locale("en").territories
    for country in pycountry.countries:
        name = territories[country.alpha_2]
        plain = name.split(" (")[0]
        for one in (name, plain, name.replace("St.", "Saint"), name.removesuffix(" SAR China")):
            yield country.alpha_2.lower(), one


def own_names() -> Iterator[tuple[str, str]]:
    """The country's name in each of its official languages."""
    for country in pycountry.countries:
        for language in get_official_languages(country.alpha_2, regional=True, de_facto=True):
            try:
                name = Locale.parse(f"{language}_{country.alpha_2}").territories.get(country.alpha_2)
            except (UnknownLocaleError, ValueError):
                continue
            if name:
                yield from ((country.alpha_2.lower(), one) for one in _typed(name, language))


def names_abroad() -> Iterator[tuple[str, str]]:
    """The names that shops and systems in other languages print."""
    for language in LANGUAGES:
        territories = Locale.parse(language).territories
        for country in pycountry.countries:
            name = territories.get(country.alpha_2)
            if name:
                yield from ((country.alpha_2.lower(), one) for one in _typed(name, language))


def other_names_abroad() -> Iterator[tuple[str, str]]:
    for language, names in NAMES_ABROAD.items():
        for code, spelled in names.items():
            yield from ((code, one) for name in spelled for one in _typed(name, language))


def coded_names() -> Iterator[tuple[str, str]]:
    """The code beside the English name, as exports print it: `DE - Germany`, `Germany, DEU`."""
    for country in pycountry.countries:
        code = country.alpha_2.lower()
        written = {country.alpha_2, country.alpha_3, *CODES_IN_USE.get(code, ())}
        names = {country.name, Locale("en").territories[country.alpha_2]}
        for one in written:
            yield from ((code, both) for name in names for both in (f"{one} {name}", f"{name} {one}"))


def _typed(name: str, language: str) -> Iterator[str]:
    """Also as keyboards without umlauts have it (Oesterreich), as capitals of Greek, and with the Thai word for country."""
    yield name
    if language == "th":
        yield f"ประเทศ{name}"
    if language == "de":
        yield re.sub("[äöüÄÖÜß]", lambda sign: "ss" if sign[0] == "ß" else f"{without_accents(sign[0])}e", name)
    if language == "ru":
        yield name.replace("ё", "е")
    if language == "el":
        yield name.replace("ς", "σ")
        yield unicodedata.normalize("NFD", name).replace("\u0301", "").replace("ς", "σ")


def _turned(name: str) -> Iterator[str]:
    """`Korea, Republic of` is written `Republic of Korea` too."""
    yield name
    if name.count(",") == 1:
        last, first = name.split(",")
        yield f"{first} {last}"


def state_rows() -> Iterator[tuple[str, str, str]]:
    found: dict[tuple[str, str], str] = {}
    for country, code, name in _states():
        names = spellings(name)
        for spelling in (code, f"{country}{code}", *names, *(f"{one} {code}" for one in names)):
            found.setdefault((country, key(spelling)), code)
    yield from ((country, name_key, code) for (country, name_key), code in sorted(found.items()))


def _states() -> Iterator[tuple[str, str, str]]:
    for country in ("us", "ca"):
        for state in pycountry.subdivisions.get(country_code=country.upper()):
            yield country, state.code[3:].lower(), state.name
    for (country, code), names in STATE_NAMES.items():
        yield from ((country, code, name) for name in names)
