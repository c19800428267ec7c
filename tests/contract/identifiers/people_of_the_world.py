# ruff: noqa: RUF001 - letters of every script
"""One made-up person of each of three dozen countries, and the ways in which people's data gets typed."""

from __future__ import annotations

import html
import random
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

import phonenumbers
import pycountry
from babel import Locale
from babel.languages import get_official_languages
from phonenumbers import PhoneNumberFormat, PhoneNumberType

WIDE = {point: point + 0xFEE0 for point in range(0x21, 0x7F)}


@dataclass(frozen=True)
class Person:
    country: str
    first_name: str
    last_name: str
    city: str
    state: str
    postal_code: str


PEOPLE = [
    Person("US", "Mary-Jane", "O'Neill Jr.", "Winston-Salem", "North Carolina", "27101-4032"),
    Person("CA", "Zoé", "Bélanger", "Trois-Rivières", "Québec", "G9A 1H2"),
    Person("MX", "José Luis", "Nuñez de la Cruz", "Ciudad de México", "CDMX", "06700"),
    Person("BR", "João", "Gonçalves d'Ávila", "São José dos Campos", "São Paulo", "12210-010"),
    Person("AR", "Martín", "Güiraldes", "San Miguel de Tucumán", "Tucumán", "T4000"),
    Person("CL", "Ñancu", "Peña", "Concepción", "Biobío", "4030000"),
    Person("GB", "Siân", "ap Rhys-Jones", "Stoke-on-Trent", "England", "ST1 1AA"),
    Person("IE", "Caoimhe", "Ní Dhomhnaill", "Baile Átha Cliath", "Co. Dublin", "D02 AF30"),
    Person("FR", "Anaïs", "L'Œuilly", "L'Haÿ-les-Roses", "Île-de-France", "94240"),
    Person("DE", "Jürgen", "Groß-Weißmüller", "Garmisch-Partenkirchen", "Baden-Württemberg", "82467"),
    Person("AT", "Maximilian", "von Österreicher", "St. Pölten", "Niederösterreich", "3100"),
    Person("CH", "Urs", "Zürcher", "La Chaux-de-Fonds", "Neuchâtel", "2300"),
    Person("NL", "Anneke", "van 't Hoff", "'s-Hertogenbosch", "Noord-Brabant", "5211 AA"),
    Person("BE", "Loïc", "D'Hondt", "Liège", "Wallonie", "4000"),
    Person("ES", "Begoña", "Íñiguez", "A Coruña", "Galicia", "15001"),
    Person("PT", "Inês", "Conceição", "Vila Nova de Gaia", "Porto", "4400-001"),
    Person("IT", "Niccolò", "D'Angelo", "Reggio nell'Emilia", "Emilia-Romagna", "42121"),
    Person("SE", "Åsa", "Sjöström", "Örnsköldsvik", "Västernorrland", "891 33"),
    Person("NO", "Bjørn", "Ødegård", "Tromsø", "Troms", "9008"),
    Person("DK", "Søren", "Kjær", "Århus", "Midtjylland", "8000"),
    Person("FI", "Päivi", "Hämäläinen", "Jyväskylä", "Keski-Suomi", "40100"),
    Person("IS", "Þóra", "Guðmundsdóttir", "Reykjavík", "Höfuðborgarsvæðið", "101"),
    Person("PL", "Łukasz", "Wiśniewski", "Łódź", "Łódzkie", "90-001"),
    Person("CZ", "Jiří", "Dvořáček", "České Budějovice", "Jihočeský kraj", "370 01"),
    Person("HU", "Győző", "Szűcs", "Székesfehérvár", "Fejér", "8000"),
    Person("RO", "Ștefan", "Țăranu", "Piatra-Neamț", "Neamț", "610001"),
    Person("TR", "Işıl", "Çağlayan", "Şanlıurfa", "Şanlıurfa", "63000"),
    Person("GR", "Ελένη", "Παπαδοπούλου", "Θεσσαλονίκη", "Κεντρική Μακεδονία", "546 21"),
    Person("RU", "Фёдор", "Соловьёв", "Ростов-на-Дону", "Ростовская область", "344000"),
    Person("UA", "Мар’яна", "Їжакевич", "Кам'янець-Подільський", "Хмельницька", "32300"),
    Person("BG", "Георги", "Щърбанов", "Велико Търново", "Велико Търново", "5000"),
    Person("IL", "שלמה", "בן־דוד", "תל אביב־יפו", "תל אביב", "6100000"),
    Person("SA", "مُحَمَّد", "آل سعود", "الرياض", "منطقة الرياض", "11564"),
    Person("EG", "فاطمة", "عبد الله", "القاهرة", "القاهرة", "11511"),
    Person("IR", "زهرا", "می‌خواهم", "تهران", "تهران", "1193653471"),
    Person("IN", "प्रिया", "श्रीवास्तव", "नई दिल्ली", "दिल्ली", "110 001"),
    Person("BD", "মোহাম্মদ", "চৌধুরী", "ঢাকা", "ঢাকা বিভাগ", "1000"),
    Person("LK", "සුනිල්", "பெரேரா", "කොළඹ", "බස්නාහිර", "00100"),
    Person("TH", "สมชาย", "ใจดี", "กรุงเทพมหานคร", "กรุงเทพ", "10200"),
    Person("VN", "Nguyễn Thị", "Hoàng Ánh", "Thành phố Hồ Chí Minh", "Hồ Chí Minh", "700000"),
    Person("CN", "小明", "欧阳", "北京市", "北京", "100000"),
    Person("TW", "淑芬", "陳", "臺北市", "臺北", "106-409"),
    Person("JP", "さくら", "髙橋", "東京都", "東京", "100-0001"),
    Person("KR", "지우", "김", "서울특별시", "서울", "04524"),
    Person("GE", "ნინო", "ბერიძე", "თბილისი", "თბილისი", "0105"),
    Person("AM", "Անի", "Սարգսյան", "Երևան", "Երևան", "0010"),
    Person("ET", "አበበ", "ቢቂላ", "አዲስ አበባ", "አዲስ አበባ", "1000"),
    Person("ZA", "Nomvúla", "van der Merwe", "Gqeberha", "Oos-Kaap", "6001"),
    Person("NG", "Ọlá", "Adéwálé", "Ìbàdàn", "Ọ̀yọ́", "200001"),
    Person("AU", "Kylie", "McDonald-Smith", "Wagga Wagga", "NSW", "2650"),
    Person("NZ", "Māia", "Ngāti-Porou", "Whangārei", "Te Tai Tokerau", "0110"),
]


def typed(text: str, chance: random.Random) -> str:
    """The text as somebody, somewhere, typed or exported it; the rule makes the same of most of these."""
    ways = [
        lambda: text,
        text.upper,
        text.lower,
        lambda: unicodedata.normalize("NFD", text),
        lambda: unicodedata.normalize("NFKD", text),
        lambda: f" \u00a0{text}\u200b\t",
        lambda: f"\u200f{text}\u200e",
        lambda: text.replace("'", "’").replace("-", "\u2011"),
        lambda: text.replace(" ", "  "),
        lambda: f"{text}.",
        text.swapcase,
        lambda: html.escape(text).encode("ascii", "xmlcharrefreplace").decode(),
    ]
    return chance.choice(ways)()


def typed_code(text: str, chance: random.Random) -> str:
    """The same of what may be in full-width letters too: states, postal codes, countries, genders."""
    ways = [
        lambda: typed(text, chance),
        lambda: text.translate(WIDE),
        lambda: f"({text})",
        lambda: text.replace("-", " "),
    ]
    return chance.choice(ways)()


def country_spellings(country: str) -> list[str]:
    """A country's codes, its names in ISO and in English, and its own names for itself."""
    found = pycountry.countries.get(alpha_2=country)
    own = [
        Locale.parse(f"{language}_{country}").territories.get(country, "")
        for language in get_official_languages(country, de_facto=True)
        if language in {one.split("_")[0] for one in Locale("en").languages} and _is_known(language, country)
    ]
    return [country, found.alpha_3, found.name, Locale("en").territories[country], *filter(None, own)]


def _is_known(language: str, country: str) -> bool:
    try:
        Locale.parse(f"{language}_{country}")
    except (ValueError, LookupError, Exception):
        return False
    return True


def phone_spellings(country: str, chance: random.Random) -> Iterator[tuple[str, str]]:
    """Five spellings of a mobile number and of one of a house: how it is written, and the text."""
    for kind in (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE):
        number = phonenumbers.example_number_for_type(country, kind)
        if number is None:
            continue
        national = phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
        international = phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)
        yield "national", national
        yield "international", international
        yield "zero zero", "00" + phonenumbers.format_number(number, PhoneNumberFormat.E164)[1:]
        yield "dots and an extension", f"{international.replace(' ', '.')} ext. {chance.randint(10, 999)}"
        yield "full width", national.translate(WIDE)
