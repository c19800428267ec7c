"""The keys that are hashed: what is hashed of a text, null where the text is dropped."""

from __future__ import annotations

import csv
import hashlib
import html
import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from tests.support.written_rule import cleaning, places
from tests.support.written_rule.phones import phone_answers

PLAIN_KEYS = {"ge", "zp", "st", "country"}
EMAIL_DOMAINS = {"example.com", "test.com", "domain.com"}
GENDER_WORDS = Path(__file__).parents[3] / "dbt_project/seeds/identifiers/gender_words.csv"
"""The words are a list and no rule; vectors and Meta's builder hold them. How one is found in it is the rule."""
ID_PLACEHOLDERS = {"null", "none", "undefined"}

Answers = frozenset[str | None]


def hashed(normalized: str | None) -> str | None:
    if normalized is None:
        return None
    passed = cleaning.passed_hash(normalized)
    return passed or hashlib.sha256(normalized.encode()).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Rule:
    """The open choices of the rule. Defaults are the project's."""

    keep_inner_space: bool = False
    date_order: str | None = None
    default_country: str | None = None
    known_on: date | None = None
    """When the source came to know of the person: the last possible day of birth."""

    def answers(self, key: str, text: str | None, country: str | None = None) -> Answers:
        """What may be hashed of a text; one answer, but for phones on which the oracle has no firm one."""
        if text is None:
            return frozenset({None})
        composed = one_spelling(text)
        clean = cleaning.trimmed(cleaning.plain(composed) if key in PLAIN_KEYS else composed)
        if clean is None:
            return frozenset({None})
        passed = cleaning.passed_hash(clean)
        if passed:
            return frozenset({passed})
        if cleaning.is_md5(clean) and key != "external_id":
            return frozenset({None})
        if key == "ph":
            return phone_answers(clean, self._country(country))
        return frozenset({self._judged(key, clean, country)})

    def _country(self, text: str | None) -> str | None:
        clean = cleaning.trimmed(cleaning.plain(one_spelling(text))) if text else None
        return (places.country(clean) if clean else None) or self.default_country

    def _judged(self, key: str, clean: str, country: str | None) -> str | None:
        normalized = self._normalized(key, clean, country)
        if key == "em":
            return None if normalized is None or _email_stands_for_nothing(normalized) else normalized
        if key == "country":  # na is Namibia
            return None if cleaning.lower(clean) in cleaning.PLACEHOLDERS - {"na"} else normalized
        placeholders = {"external_id": ID_PLACEHOLDERS, "fn": cleaning.NAME_PLACEHOLDERS}
        placeholders["ln"] = placeholders["fn"]
        named = placeholders.get(key, cleaning.PLACEHOLDERS)
        return None if cleaning.lower(clean) in named or normalized in named else normalized

    def _normalized(self, key: str, clean: str, country: str | None) -> str | None:
        if key == "em":
            return email(clean)
        if key in ("fn", "ln"):
            return name(clean, keep_inner_space=self.keep_inner_space)
        if key == "db":
            day = birthday(clean, self.date_order)
            return None if day and self.known_on and day > f"{self.known_on:%Y%m%d}" else day
        if key == "ge":
            return gender(clean)
        if key == "ct":
            return cleaning.letters_and_digits(cleaning.lower(clean))
        if key == "st":
            return places.state(clean, self._country(country))
        if key == "zp":
            return places.postal_code(clean, self._country(country))
        return places.country(clean) if key == "country" else clean


def one_spelling(text: str) -> str:
    """HTML entities decoded, letters composed."""
    return unicodedata.normalize("NFC", html.unescape(text) if re.search("&.*;", text, re.DOTALL) else text)


def email(clean: str) -> str | None:
    shown = "".join(sign for sign in clean if sign not in cleaning.INVISIBLE)
    address = cleaning.lower(shown)
    if address.startswith("mailto:"):
        address = address.removeprefix("mailto:").partition("?")[0]
    address = unicodedata.normalize("NFC", cleaning.trimmed(address) or "")
    if address.count("@") != 1 or set(address) & (cleaning.WHITE_SPACE | set('<>,;"')):
        return None
    local, domain = address.split("@")
    return address if local and "." in domain and all(domain.split(".")) else None


def _email_stands_for_nothing(address: str) -> bool:
    local, _, domain = address.partition("@")
    return domain in EMAIL_DOMAINS or local in {"none", "test"} or local.startswith(("noemail", "no-email"))


def name(clean: str, *, keep_inner_space: bool) -> str | None:
    lowered = cleaning.lower(clean)
    if not keep_inner_space:
        return cleaning.letters_and_digits(lowered)
    spaced = "".join(" " if sign in cleaning.WHITE_SPACE else sign for sign in lowered)
    kept = "".join(sign for sign in spaced if sign == " " or cleaning.is_kept(sign))
    joined = unicodedata.normalize("NFC", " ".join(word for word in kept.split(" ") if word))
    return joined if cleaning.letters_and_digits(joined) else None


def gender(clean: str) -> str | None:
    word = cleaning.lower(clean).replace(".", "")
    return gender_words().get(word)


@cache
def gender_words() -> dict[str, str]:
    with GENDER_WORDS.open() as file:
        return {row["word_key"]: row["gender"] for row in csv.DictReader(file)}


MONTHS = {
    word: number
    for number, words in enumerate(
        (
            "jan january januar januari janvier janv janeiro jän jänner ene enero gen genn gennaio",
            "feb february februar februari febr febb fév févr février fev fevr fevrier fevereiro febrero febbraio",
            "mar march mars marzo mär märz maart mrt março",
            "apr april aprile avr avril abr abril",
            "may mai mayo mag maggio maio mei",
            "jun june juni juin junio giu giugno junho",
            "jul july juli juil juillet julio lug luglio julho",
            "aug august augustus août aout ago agosto",
            "sep sept september septembre septiembre settembre set setembro",
            "oct october octobre octubre okt oktober ott ottobre out outubro",
            "nov november novembre noviembre novembro",
            "dec december decembre déc décembre dez dezember dezembro dic diciembre dicembre",
        ),
        start=1,
    )
    for word in words.split()
}


WEEKDAYS = """
    mon tue tues wed wednes thu thur thurs fri sat satur sun
    monday tuesday wednesday thursday friday saturday sunday
    montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag mo di mi do fr sa so
    lundi mardi mercredi jeudi vendredi samedi dimanche lun mer jeu ven sam dim
    lunes martes miércoles miercoles jueves viernes sábado sabado domingo mié mie jue vie sáb sab dom
    lunedì lunedi martedì martedi mercoledì mercoledi giovedì giovedi venerdì venerdi sabato domenica gio
    segunda terça terca quarta quinta sexta seg ter qua qui sex
    segunda-feira terça-feira terca-feira quarta-feira quinta-feira sexta-feira
    maandag dinsdag woensdag donderdag vrijdag zaterdag zondag ma wo vr za zo
"""
"""`mar.` is a month too, and stays one."""


def with_month_number(day: str) -> str:
    """Year-month-day of a date with its month as a word; any other text as it is."""
    number, gap = r"([0-9]{1,2})(?:st|nd|rd|th|er|e|º|ª|°)?", r"[-/., ]*"
    day = re.sub(rf"\A(?:{'|'.join(WEEKDAYS.split())})[., ]+|[日일]\Z", "", cleaning.lower(day))
    day = re.sub("([0-9])[年月년월] *", r"\1-", day)
    for pattern, order in (
        (rf"{number}{gap}(?:de |of )?([^\W\d_]+)\.?{gap}(?:del? )?([0-9]{{4}})", "dmy"),
        (rf"([^\W\d_]+)\.?{gap}{number}[-/., ]+([0-9]{{4}})", "mdy"),
        (rf"([0-9]{{4}}){gap}([^\W\d_]+)\.?{gap}{number}", "ymd"),
    ):
        if found := re.fullmatch(pattern, cleaning.lower(day)):
            parts = dict(zip(order, found.groups(), strict=True))
            if month := MONTHS.get(parts["m"]):
                return f"{parts['y']}-{month}-{parts['d']}"
    return day


DATE_SIGNS = (
    dict.fromkeys(map(ord, "\u00a0\u2007\u2009\u202f\u3000"), " ")
    | dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2212\uff0d"), "-")
    | {0xFF0F: "/", 0xFF0E: ".", 0xFF1A: ":"}
)


def birthday(clean: str, order: str | None) -> str | None:
    time = r"[ T,]+(?:(?:at|um|om|alle|às?|a las) +)?[0-9]{1,2}:[0-9:.]*.*$"
    typed = re.sub(time, "", cleaning.ascii_digits(clean).translate(DATE_SIGNS))
    typed = re.sub(r"\A(.*[-/. ][0-9]{4}) +[0-9]{1,2}[.][0-9]{2}(?:[.][0-9]{2})?\Z", r"\1", typed)
    typed = re.sub(r"\A([0-9]{4}-[0-9]{1,2}-[0-9]{1,2}) ?(?:[zZ]|[+-][0-9]{2}:?[0-9]{2})\Z", r"\1", typed)
    day = with_month_number(re.sub(r"[.]\Z", "", re.sub(" *([-/.]) *", r"\1", typed)))
    if alone := re.fullmatch(r"([0-9]{2})([0-9]{2})((?:19|20)[0-9]{2})", day):
        first, second = int(alone[1]), int(alone[2])
        if min(first, second) in range(1, 13) and (first == second or max(first, second) in range(13, 32)):
            day = f"{alone[3]}-{min(first, second)}-{max(first, second)}"
    compact = re.fullmatch(r"([0-9]{4})[-/. ]?([0-9]{2})[-/. ]?([0-9]{2})", day)
    year_first = re.fullmatch(r"([0-9]{4})[-/. ]([0-9]{1,2})[-/. ]([0-9]{1,2})", day)
    year_last = re.fullmatch(r"([0-9]{1,2})[-/. ]([0-9]{1,2})[-/. ]([0-9]{4})", day)
    if found := compact or year_first:
        year, month, of_month = map(int, found.groups())
    elif year_last and 12 < int(year_last[1]) <= 31:
        of_month, month, year = map(int, year_last.groups())
    elif year_last and (order == "mdy" or 12 < int(year_last[2]) <= 31 or int(year_last[1]) == int(year_last[2])):
        month, of_month, year = map(int, year_last.groups())
    elif year_last and order == "dmy":
        of_month, month, year = map(int, year_last.groups())
    else:
        return None
    try:
        born = date(year, month, of_month)
    except ValueError:
        return None
    return born.strftime("%Y%m%d") if 1900 <= born.year <= 2099 else None
