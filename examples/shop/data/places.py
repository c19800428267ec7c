"""Where the shop's customers live: countries with their cities, postal codes, money and phone numbers.

In templates `#` stands for a digit, `@` for a letter. A phone template is the national number in groups, without trunk
prefix.
"""

from dataclasses import dataclass
from random import Random
from typing import NamedTuple

# Letters that every postal system using letters here allows.
_POSTAL_LETTERS = "ABEGHJLNPRSTWXYZ"


class City(NamedTuple):
    """A city with its state or region, by name and by code, and its postal codes."""

    name: str
    state: str
    state_code: str
    postal: str


@dataclass(frozen=True, slots=True)
class Place:
    """A country as this shop knows it.

    `rate` is how many units of its currency buy one US dollar here; `abroad` is the prefix of international calls,
    blank where a carrier's digits follow it.
    """

    code: str
    spellings: tuple[str, ...]
    calling: str
    trunk: str
    abroad: str
    phones: tuple[str, ...]
    cities: tuple[City, ...]
    currency: str
    rate: float
    tax: float
    weight: int


def _cities(*rows: str) -> tuple[City, ...]:
    return tuple(City(*row.split("|")) for row in rows)


def _each(codes: str, rest: str) -> tuple[str, ...]:
    return tuple(f"{code} {rest}" for code in codes.split())


_NORTH_AMERICAN_FICTION = "555 01##"

# A table reads best as one: code, spellings and dialling; phones; cities; money and weight.
# fmt: off
PLACES = (
    Place(
        "US", ("US", "US", "us", "USA", "United States", "U.S.", "United States of America"), "1", "", "011",
        _each("212 415 312 617 512 206 305 702 303 919", _NORTH_AMERICAN_FICTION),
        _cities(
            "New York|New York|NY|100##", "San Francisco|California|CA|941##", "St. Louis|Missouri|MO|631##",
            "Boston|Massachusetts|MA|021##", "Coeur d'Alene|Idaho|ID|838##", "Winston-Salem|North Carolina|NC|271##",
            "Washington|District of Columbia|DC|200##", "San Juan|Puerto Rico|PR|009##", "Austin|Texas|TX|787##",
        ),
        "USD", 1.0, 0.07, 30,
    ),
    Place(
        "GB", ("GB", "GB", "UK", "United Kingdom", "GBR", "England", "gb"), "44", "0", "00",
        ("20 7946 0###", *_each("113 121 131 141 151 161", "496 0###")),
        _cities(
            "London|Greater London|LND|SW1A #@@", "Manchester|Lancashire|LAN|M# #@@",
            "Stratford-upon-Avon|Warwickshire|WAR|CV37 #@@", "King's Lynn|Norfolk|NFK|PE30 #@@",
            "Edinburgh|Scotland|SCT|EH# #@@",
        ),
        "GBP", 0.8, 0.20, 14,
    ),
    Place(
        "DE", ("DE", "DE", "de", "Germany", "DEU", "Deutschland"), "49", "0", "00",
        ("30 23125 ###", "40 66969 ###", "221 4710 ###", "89 99998 ###", "69 90009 ###", "176 04069 0##"),
        _cities(
            "Berlin|Berlin|BE|101##", "München|Bayern|BY|803##", "Köln|Nordrhein-Westfalen|NW|506##",
            "Frankfurt (Main)|Hessen|HE|603##", "Lübeck|Schleswig-Holstein|SH|235##",
        ),
        "EUR", 0.9, 0.19, 10,
    ),
    Place(
        "FR", ("FR", "FR", "fr", "France", "FRA"), "33", "0", "00",
        ("1 99 00 ## ##", "2 61 91 ## ##", "3 53 01 ## ##", "4 65 71 ## ##", "5 36 49 ## ##"),
        _cities(
            "Paris|Île-de-France|IDF|750##", "Aix-en-Provence|Provence-Alpes-Côte d'Azur|PAC|131##",
            "L'Haÿ-les-Roses|Île-de-France|IDF|942##", "Orléans|Centre-Val de Loire|CVL|450##",
        ),
        "EUR", 0.9, 0.20, 8,
    ),
    Place(
        "ES", ("ES", "ES", "Spain", "ESP", "España"), "34", "", "00",
        ("61# ### ###", "65# ### ###"),
        _cities(
            "Madrid|Comunidad de Madrid|MD|280##", "A Coruña|Galicia|GA|150##", "Cádiz|Andalucía|AN|110##",
        ),
        "EUR", 0.9, 0.21, 5,
    ),
    Place(
        "IT", ("IT", "IT", "Italy", "ITA", "Italia"), "39", "", "00",
        ("347 ### ####", "328 ### ####", "06 698# ####"),
        _cities(
            "Roma|Lazio|RM|001##", "Forlì|Emilia-Romagna|FC|471##", "L'Aquila|Abruzzo|AQ|671##",
        ),
        "EUR", 0.9, 0.22, 5,
    ),
    Place(
        "NL", ("NL", "NL", "Netherlands", "NLD", "Nederland", "Holland"), "31", "0", "00",
        ("6 12######", "6 24######"),
        _cities(
            "Amsterdam|Noord-Holland|NH|10## @@", "'s-Hertogenbosch|Noord-Brabant|NB|52## @@",
        ),
        "EUR", 0.9, 0.21, 4,
    ),
    Place(
        "CA", ("CA", "CA", "ca", "Canada", "CAN"), "1", "", "011",
        _each("416 514 604 403 613 902", _NORTH_AMERICAN_FICTION),
        _cities(
            "Toronto|Ontario|ON|M#@ #@#", "Montréal|Quebec|QC|H#@ #@#",
            "St. John's|Newfoundland and Labrador|NL|A#@ #@#", "Vancouver|British Columbia|BC|V#@ #@#",
        ),
        "CAD", 1.35, 0.13, 6,
    ),
    Place(
        "AU", ("AU", "AU", "Australia", "AUS"), "61", "0", "0011",
        ("2 5550 ####", "3 5550 ####", "7 5550 ####", "8 5550 ####"),
        _cities(
            "Sydney|New South Wales|NSW|20##", "Melbourne|Victoria|VIC|30##", "Wagga Wagga|New South Wales|NSW|26##",
        ),
        "AUD", 1.5, 0.10, 4,
    ),
    Place(
        "JP", ("JP", "JP", "Japan", "JPN", "日本"), "81", "0", "010",
        ("90 3### ####", "80 4### ####", "3 62## ####"),
        _cities(
            "東京|東京都|13|100-####", "大阪市|大阪府|27|530-####", "Kyoto|Kyoto|26|600-####",
        ),
        "JPY", 150.0, 0.10, 5,
    ),
    Place(
        "BR", ("BR", "BR", "Brazil", "BRA", "Brasil"), "55", "", "",
        ("11 96### ####", "21 98### ####", "31 3### ####"),
        _cities(
            "São Paulo|São Paulo|SP|01###-###", "Goiânia|Goiás|GO|74###-###", "Foz do Iguaçu|Paraná|PR|858##-###",
        ),
        "BRL", 5.0, 0.17, 4,
    ),
    Place(
        "MX", ("MX", "MX", "Mexico", "MEX", "México"), "52", "", "00",
        ("55 52## ####", "33 36## ####"),
        _cities(
            "Ciudad de México|Ciudad de México|CMX|06###", "Mérida|Yucatán|YUC|970##",
            "Cancún|Quintana Roo|ROO|775##",
        ),
        "MXN", 17.0, 0.16, 3,
    ),
    Place(
        "IN", ("IN", "IN", "India", "IND", "भारत"), "91", "0", "00",
        ("98### #####", "99### #####"),
        _cities(
            "Mumbai|Maharashtra|MH|4000##", "दिल्ली|Delhi|DL|1100##", "சென்னை|Tamil Nadu|TN|6000##",
        ),
        "INR", 83.0, 0.18, 4,
    ),
    Place(
        "KR", ("KR", "KR", "South Korea", "KOR", "대한민국"), "82", "0", "",
        ("10 23## ####", "10 45## ####"),
        _cities(
            "서울|서울특별시|11|04###", "Busan|Busan|26|48###",
        ),
        "KRW", 1300.0, 0.10, 2,
    ),
)
# fmt: on

PLACE_WEIGHTS = tuple(place.weight for place in PLACES)
WHOLE_CURRENCIES = frozenset({"JPY", "KRW"})


def draw_place(rng: Random) -> Place:
    """A country, the larger markets more often."""
    return rng.choices(PLACES, PLACE_WEIGHTS)[0]


def draw_postal(rng: Random, city: City) -> str:
    """A postal code of that city, as its post office writes it."""
    return "".join(
        str(int(rng.random() * 10)) if sign == "#" else rng.choice(_POSTAL_LETTERS) if sign == "@" else sign
        for sign in city.postal
    )


def spell_postal(rng: Random, place: Place, postal: str) -> str:
    """The same code as it stands in a form: spaces, case, ZIP+4, a leading zero lost to a spreadsheet."""
    drawn = rng.random()
    if drawn < 0.8:
        return postal
    if place.code == "US":
        four = f"{rng.randrange(1, 10_000):04d}"
        return rng.choice((f"{postal}-{four}", f"{postal}{four}", f"{postal} {four}", postal.lstrip("0")))
    return rng.choice((postal.lower(), postal.replace(" ", ""), f" {postal}", postal.replace("-", "")))


def spell_state(rng: Random, place: Place, city: City) -> str | None:
    """The state by name or code, now and then blank or in the manner of its country."""
    drawn = rng.random()
    if drawn < 0.12:
        return None
    if drawn < 0.60:
        return city.state_code
    if drawn < 0.90:
        return city.state
    if place.code == "US":
        return rng.choice((f"US-{city.state_code}", ".".join(city.state_code) + ".", city.state.upper()))
    return city.state.upper()
