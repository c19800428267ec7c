"""Countries, states and postal codes, from ISO 3166 and CLDR as their libraries have them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache

import pycountry
from babel import Locale, UnknownLocaleError
from babel.languages import get_official_languages

from tests.support.written_rule import cleaning

NAMED_IN_THE_RULE = {
    "UK": "gb",
    "U.K.": "gb",
    "England": "gb",
    "Scotland": "gb",
    "Wales": "gb",
    "Northern Ireland": "gb",
    "U.S.": "us",
    "USA": "us",
    "Holland": "nl",
    "EL": "gr",
    "XK": "xk",
    "XKX": "xk",
    "Kosovo": "xk",
}
# In daily use, where ISO and CLDR have another name.
EVERYDAY = {
    "Great Britain": "gb",
    "Palestinian Territory": "ps",
    "Korea (South)": "kr",
    "Korea (the Republic of)": "kr",
    "Congo, Democratic Republic of the": "cd",
    "Falkland Islands (the) [Malvinas]": "fk",
    "Taiwan, R.O.C.": "tw",
    "Germany, Federal Republic of": "de",
    "St. Martin (Dutch part)": "sx",
    "United States (USA)": "us",
    "Lao PDR": "la",
    "UAE": "ae",
    "Saint Martin (Dutch part)": "sx",
    "South Georgia/Sandwich Islands": "gs",
    "São Tomé and Príncipe": "st",
    "Belau": "pw",
    "Bonaire, Saint Eustatius and Saba": "bq",
    "Democratic Republic of the Congo": "cd",
    "United States Virgin Islands": "vi",
    "Virgin Islands (US)": "vi",
    "Ivory Coast": "ci",
    "Turkey": "tr",
    "Hong Kong SAR": "hk",
    "Macau SAR China": "mo",
    "Oesterreich": "at",
    "Daenemark": "dk",
    "Swaziland": "sz",
    "Burma": "mm",
    "South Korea": "kr",
    "Czech Republic": "cz",
    "Česká republika": "cz",
    "République tchèque": "cz",
    "Republika Czeska": "cz",
    "Tschechische Republik": "cz",
    "Großbritannien": "gb",
    "Grossbritannien": "gb",
    "Gran Bretaña": "gb",
    "Groot-Brittannië": "gb",
    "Англия": "gb",
    "Vereinigte Staaten von Amerika": "us",
    "EE. UU.": "us",
    "США": "us",
    "Holanda": "nl",
    "Российская Федерация": "ru",
    "Соединенные Штаты": "us",
    "ΕΛΛΑΔΑ": "gr",
    "ΚΑΝΑΔΑΣ": "ca",
    "ราชอาณาจักรไทย": "th",
    "中华人民共和国": "cn",
}
SHOP_LANGUAGES = (
    *("de", "fr", "es", "it", "pt", "nl", "pl", "sv", "da", "nb", "fi", "cs", "sk", "hu", "ro", "bg", "el", "tr", "uk"),
    *("ru", "hr", "sl", "lt", "lv", "et", "ja", "ko", "zh", "zh_Hant", "th", "vi", "id", "ar", "he"),
)
FRENCH_PROVINCES = {
    "Québec": "qc",
    "Colombie-Britannique": "bc",
    "Nouveau-Brunswick": "nb",
    "Nouvelle-Écosse": "ns",
    "Territoires du Nord-Ouest": "nt",
    "Île-du-Prince-Édouard": "pe",
    "Terre-Neuve-et-Labrador": "nl",
}
US_CODES = {"aa", "ae", "ap", "fm", "mh", "pw"}  # of the post, beside the codes of ISO


def place(text: str) -> str | None:
    return cleaning.letters_and_digits(cleaning.lower(text))


def own_names(code: str) -> Iterator[str]:
    for language in get_official_languages(code, regional=True, de_facto=True):
        try:
            found = Locale.parse(f"{language}_{code}").territories.get(code)
        except (UnknownLocaleError, ValueError):
            continue
        if found:
            yield found


def names_abroad(code: str) -> Iterator[str]:
    for language in SHOP_LANGUAGES:
        found = Locale.parse(language).territories.get(code)
        if found:
            yield found
            if language == "th":
                yield f"ประเทศ{found}"


def without_accents(text: str) -> str:
    """Of Latin letters, elsewhere a mark is a part of its letter; and not of short names: `Çad` is no `CAD`."""
    if len(text) < 4 or any("LATIN" not in unicodedata.name(sign, "") for sign in text if sign.isalpha()):
        return text
    return "".join(sign for sign in unicodedata.normalize("NFD", text) if unicodedata.category(sign) != "Mn")


@cache
def countries() -> dict[str, str]:
    """Country by its name's letters. What comes first wins: codes, the rule's own list, ISO, English, its own, those
    abroad, its code beside its English name."""
    layers: list[list[tuple[str, str]]] = [[] for _ in range(7)]
    english = Locale("en").territories
    for one in pycountry.countries:
        code = one.alpha_2.lower()
        iso = [getattr(one, field, None) for field in ("name", "official_name", "common_name")]
        layers[0] += [(one.alpha_2, code), (one.alpha_3, code)]
        layers[2] += [(text, code) for text in iso if text]
        layers[3] += [(english[one.alpha_2], code)]
        layers[4] += [(text, code) for text in own_names(one.alpha_2)]
        layers[5] += [(text, code) for text in names_abroad(one.alpha_2)]
        for text in (one.name, english[one.alpha_2]):
            codes = (one.alpha_2, one.alpha_3, {"gb": "UK", "gr": "EL"}.get(code, one.alpha_2))
            layers[6] += [(both, code) for written in codes for both in (f"{written} {text}", f"{text} {written}")]
    layers[1] += [*NAMED_IN_THE_RULE.items(), *EVERYDAY.items()]
    found: dict[str, str] = {}
    for layer in layers:
        claims: dict[str, set[str]] = {}
        for text, code in layer:
            bare = re.sub(r"^the |,? [(]?the[)]?$", "", text, flags=re.IGNORECASE)
            for spelling in (bare, without_accents(bare)):
                claims.setdefault(place(cleaning.plain(spelling)) or "", set()).add(code)
        for key, codes in claims.items():
            if len(codes) == 1:
                found.setdefault(key, *codes)
    return found


@cache
def states() -> dict[tuple[str, str], str]:
    found = {("us", code): code for code in US_CODES} | {("us", f"us{code}"): code for code in US_CODES}
    for country in ("us", "ca"):
        for one in pycountry.subdivisions.get(country_code=country.upper()):
            code = one.code[3:].lower()
            for text in (code, one.code, one.name, without_accents(one.name), f"{one.name} ({code})"):
                found[country, place(text) or ""] = code
    for text, code in FRENCH_PROVINCES.items():
        for spelling in (text, without_accents(text)):
            found["ca", place(spelling) or ""] = code
    return found


def country(clean: str) -> str | None:
    """By its name without the article; else by the code in brackets behind it."""
    bare = re.sub(r"^the |,? [(]?the[)]?$", "", clean, flags=re.IGNORECASE)
    coded = re.search(r"[(]([A-Za-z]{2})[)]$", clean)
    return countries().get(place(bare) or "") or (countries().get(coded[1].lower()) if coded else None)


def state(clean: str, located_in: str | None) -> str | None:
    name = place(clean) or ""
    if located_in in ("us", "ca"):
        return states().get((located_in, name))
    if located_in is None:
        return states().get(("us", name)) or states().get(("ca", name)) or place(clean)
    return states().get((located_in, name)) or place(clean)


def postal_code(clean: str, located_in: str | None) -> str | None:
    plain = re.sub(r"\A([0-9]+)\.0+\Z", r"\1", cleaning.ascii_digits(cleaning.lower(clean)))
    dashes = {sign for sign in plain if unicodedata.category(sign) == "Pd"} | {"\u2212"}
    spaced = "".join(" " if sign in cleaning.WHITE_SPACE else sign for sign in plain)
    dashed = "".join("-" if sign in dashes else sign for sign in spaced)
    if located_in is None and re.fullmatch("[0-9]{5} ?- ?[0-9]{4}", dashed):
        return None if plain.startswith("00000") else plain[:5]
    if located_in != "us":
        return cleaning.letters_and_digits(plain)
    if re.fullmatch("[0-9]{5}(-?[0-9]{4})?", dashed.replace(" ", "")):
        five = dashed.replace(" ", "")[:5]
        return None if five == "00000" else five
    first = dashed.replace("-", " ").split(" ", 1)[0]
    digits = cleaning.letters_and_digits(first) or ""
    if not re.fullmatch("[0-9]{3,5}|[0-9]{9}", digits):
        return None
    whole = digits[:5].zfill(5)
    return None if whole == "00000" else whole
