"""The rows of the country and state seeds, from `pycountry` (ISO 3166) and `babel` (CLDR)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

import pycountry
from babel import Locale, UnknownLocaleError
from babel.languages import get_official_languages

COUNTRY_COLUMNS = ("name_key", "country")
STATE_COLUMNS = ("country", "name_key", "code")

# Names in daily use that neither ISO nor CLDR gives for the state.
EVERYDAY_NAMES = {
    "gb": ["UK", "U.K.", "Great Britain", "Britain", "England", "Scotland", "Wales", "Northern Ireland"],
    "us": ["U.S.", "USA", "U.S.A.", "United States of America", "America", "US of A", "U.S. of America", "United States (USA)"],
    "nl": ["Holland", "The Netherlands", "Nederland", "Netherlands (Holland)", "Netherlands (Kingdom of the)", "Kingdom of the Netherlands"],
    "gr": ["EL", "Hellas"],
    "xk": ["XK", "XKX", "Kosovo", "Republic of Kosovo", "Kosova", "Косово"],
    "ae": ["UAE", "U.A.E.", "Emirates"],
    "hk": ["Hong Kong", "Hong Kong SAR", "H.K.", "Hongkong", "香港"],
    "mo": ["Macau", "Macao", "Macau SAR China", "Macau SAR", "Macao SAR", "澳門", "澳门"],
    "tw": ["Taiwan", "臺灣", "台湾", "ROC Taiwan", "Taiwan, R.O.C.", "Taiwan (ROC)"],
    "kr": ["South Korea", "Republic of Korea", "Korea, South", "Korea (South)", "Korea (the Republic of)", "Korea Republic"],
    "kp": ["North Korea", "DPRK", "Korea, North", "Korea (North)", "Korea (the Democratic People's Republic of)"],
    "cn": ["PRC", "P.R. China", "Mainland China", "China mainland", "China (mainland)", "P.R.C."],
    "ru": ["Russia", "Russian Federation"],
    "cz": ["Czech Republic", "Czech Rep.", "Czechia"],
    "tr": ["Turkey", "Türkiye", "Turkiye"],
    "ci": ["Ivory Coast", "Côte d'Ivoire"],
    "cd": ["DR Congo", "DRC", "Democratic Republic of Congo", "Democratic Republic of the Congo", "Congo-Kinshasa", "Congo (DRC)", "Congo, Dem. Rep.", "Dem. Rep. Congo", "Democratic Rep. of the Congo", "Congo, Democratic Republic of the", "Congo, Democratic Republic of", "Zaire"],
    "cg": ["Republic of the Congo", "Congo-Brazzaville", "Congo (Republic)", "Congo, Rep.", "Congo, Republic of the", "Congo, Republic of"],
    "mk": ["Macedonia", "FYROM", "Macedonia, the former Yugoslav Republic of", "Republic of North Macedonia"],
    "sz": ["Swaziland"],
    "mm": ["Burma", "Myanmar"],
    "cv": ["Cape Verde"],
    "tl": ["East Timor"],
    "va": ["Vatican", "Holy See", "Vatican City", "Vatican City State"],
    "ie": ["Republic of Ireland", "Eire"],
    "vn": ["Vietnam", "Viet Nam"],
    "ps": ["Palestine", "Palestinian Territory", "Palestinian Territories", "Palestinian Territory, Occupied", "Occupied Palestinian Territory", "State of Palestine"],
    "sy": ["Syria"],
    "la": ["Laos", "Lao PDR"],
    "md": ["Moldova", "Republic of Moldova", "Moldova (the Republic of)"],
    "bn": ["Brunei"],
    "fk": ["Falkland Islands", "Falkland Islands (Islas Malvinas)", "Falkland Islands (the) [Malvinas]"],
    "pw": ["Belau"],
    "bq": ["Bonaire", "Bonaire, Saint Eustatius and Saba", "Caribbean Netherlands", "BES Islands"],
    "vi": ["United States Virgin Islands", "US Virgin Islands", "U.S. Virgin Islands", "Virgin Islands (US)", "Virgin Islands (USA)", "United States (US) Virgin Islands"],
    "vg": ["British Virgin Islands", "Virgin Islands (British)", "Virgin Islands (UK)"],
    "um": ["United States (US) Minor Outlying Islands", "US Minor Outlying Islands"],
    "sx": ["Saint Martin (Dutch part)", "St. Martin (Dutch part)", "St. Maarten", "Sint Maarten", "Saint Maarten"],
    "mf": ["Saint Martin (French part)", "St. Martin (French part)", "Saint Martin"],
    "gs": ["South Georgia/Sandwich Islands", "South Georgia", "South Georgia and the South Sandwich Islands"],
    "sh": ["Saint Helena", "Saint Helena, Ascension and Tristan da Cunha", "Saint Helena, Ascension Island, Tristan da Cunha"],
    "re": ["Reunion Island", "La Réunion", "La Reunion"],
    "pn": ["Pitcairn Islands"],
    "pf": ["Tahiti"],
    "cc": ["Cocos Islands", "Keeling Islands"],
    "wf": ["Wallis and Futuna Islands"],
    "sj": ["Svalbard"],
    "fo": ["Faeroe Islands", "Faroes"],
    "ax": ["Aland", "Åland"],
    "ba": ["Bosnia", "Bosnia-Herzegovina"],
    "tt": ["Trinidad"],
    "ag": ["Antigua"],
    "vc": ["St. Vincent"],
    "kn": ["St. Kitts", "St. Kitts-Nevis"],
    "st": ["Sao Tome"],
    "ly": ["Libyan Arab Jamahiriya"],
    "kg": ["Kyrgyz Republic"],
    "sk": ["Slovak Republic"],
    "sa": ["KSA", "Kingdom of Saudi Arabia"],
    "gm": ["The Gambia"],
    "bs": ["The Bahamas"],
    "fm": ["Federated States of Micronesia", "FSM"],
    "nz": ["Aotearoa", "Aotearoa New Zealand"],
    "by": ["Byelorussia"],
    "za": ["RSA", "Republic of South Africa"],
    "dk": ["Kingdom of Denmark"],
    "de": ["Federal Republic of Germany", "Germany, Federal Republic of", "Bundesrepublik Deutschland", "BRD"],
    "tz": ["Tanzania, the United Republic of"],
    "ws": ["Western Samoa"],
    "in": ["Bharat"],
}

SHOP_LANGUAGES = ("de", "fr", "es", "it", "pt", "nl", "pl", "sv")

# Codes of the US postal service that ISO does not list under the United States, and names people write.
STATE_NAMES = {
    ("us", "aa"): ["Armed Forces Americas", "Armed Forces AA"],
    ("us", "ae"): ["Armed Forces AE", "Armed Forces Europe", "Armed Forces Africa", "Armed Forces Canada", "Armed Forces Middle East"],
    ("us", "ap"): ["Armed Forces Pacific", "Armed Forces AP"],
    ("us", "fm"): ["Federated States of Micronesia", "Micronesia"],
    ("us", "mh"): ["Marshall Islands"],
    ("us", "pw"): ["Palau"],
    ("us", "dc"): ["Washington DC", "Washington D.C.", "Dist. of Columbia"],
    ("us", "mp"): ["Northern Mariana Islands", "Commonwealth of the Northern Mariana Islands"],
    ("us", "vi"): ["U.S. Virgin Islands", "US Virgin Islands", "Virgin Islands"],
    ("ca", "nl"): ["Newfoundland", "Labrador", "Newfoundland & Labrador"],
    ("ca", "pe"): ["PEI", "P.E.I."],
    ("ca", "qc"): ["Quebec", "Québec"],
    ("ca", "yt"): ["Yukon Territory"],
}


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
    for source in (iso_codes, everyday_names, iso_names, english_names, own_names, names_abroad):
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
    return {name, name.replace("&", "and"), without_accents(name) if name.isascii() or _is_latin(name) else name}


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
    """The names that shops and systems in other large languages print."""
    for language in SHOP_LANGUAGES:
        territories = Locale(language).territories
        for country in pycountry.countries:
            yield from ((country.alpha_2.lower(), one) for one in _typed(territories[country.alpha_2], language))


def _typed(name: str, language: str) -> Iterator[str]:
    """German names also as keyboards without umlauts have them: Oesterreich, Daenemark."""
    yield name
    if language == "de":
        yield re.sub("[äöüÄÖÜß]", lambda sign: "ss" if sign[0] == "ß" else f"{without_accents(sign[0])}e", name)


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
