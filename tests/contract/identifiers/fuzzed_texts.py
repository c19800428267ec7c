# ruff: noqa: RUF001 - signs that look like others are what is tested
"""Texts that nobody thought of, for every key: hypothesis makes them, one statement reads them all."""

from __future__ import annotations

import string
import unicodedata
from functools import cache

import phonenumbers
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from phonenumbers import PhoneNumberType

from tests.contract.identifiers.identifying_project import Text
from tests.contract.identifiers.people_of_the_world import PEOPLE
from tests.support.written_rule.cleaning import INVISIBLE, PLACEHOLDERS, SIGNS_AMONG_LETTERS, WHITE_SPACE

COUNTRIES = ["US", "CA", "GB", "DE", "JP", "NL", "BR", "IT", "AR", "MX", "Atlantis", None]
REGIONS = sorted({person.country for person in PEOPLE})
SIGNS = "'’`.-,;:/_@+*#()&<>\"\\|~^$?![]{}%=\u2011\u2212"
# Python's tables may be older than the engine's: what it does not know has no expectation. PostgreSQL has no NUL.
any_sign = st.characters(exclude_categories=["Cs", "Cn", "Co"], exclude_characters="\0")
odd_sign = st.sampled_from(sorted(WHITE_SPACE | INVISIBLE | SIGNS_AMONG_LETTERS) + list(SIGNS))
plain_sign = st.sampled_from(string.ascii_letters + string.digits + " " + SIGNS)
free_text = st.text(st.one_of(plain_sign, odd_sign, any_sign), max_size=12)
hashes = st.text("0123456789abcdefABCDEF", min_size=64, max_size=64)
md5s = st.text("0123456789abcdefABCDEF", min_size=32, max_size=32)
suffixes = st.sampled_from(["", ".AQ", ".AQQCAQIB", ".AQ QCAQI", ".", "0"])
already_hashed = st.one_of(st.builds(str.__add__, hashes, suffixes), md5s)
placeholders = st.sampled_from(sorted(PLACEHOLDERS)).flatmap(
    lambda word: st.sampled_from([word, word.upper(), f" {word}."])
)

known = {
    "em": [
        "Mary@Mail.test",
        "mailto:a@b.co",
        "noemail@x.co",
        "test@x.co",
        "a@test.com",
        "a@b.test.com",
        "ä@ö.de",
        "a@b",
    ],
    "fn": [person.first_name for person in PEOPLE],
    "ln": [person.last_name for person in PEOPLE],
    "ct": [person.city for person in PEOPLE],
    "st": [
        *(person.state for person in PEOPLE),
        "NY",
        "n.y.",
        "US-CA",
        "Ontario",
        "British Columbia",
        "Puerto Rico",
        "AA",
    ],
    "zp": [
        *(person.postal_code for person in PEOPLE),
        "2134",
        "02134-1234",
        "940351234",
        "2134.0",
        "00000",
        "501",
        "12",
    ],
    "country": [
        "US",
        "usa",
        "United States",
        "UK",
        "Deutschland",
        "日本",
        "Côte d'Ivoire",
        "xk",
        "NA",
        "N/A",
        "Holland",
    ],
    "db": [
        "1997-02-16",
        "19970216",
        "1997/2/6",
        "2000-02-30",
        "1899-12-31",
        "1997-02-16T10:00:00Z",
        "2/16/1997",
        "2030-01-01",
    ],
    "ge": ["f", "Female", "WOMAN", "m", "male", "Man", "other", "x", "ｆ"],
    "external_id": ["C-17", "None", "undefined", "0", "a b"],
}


@st.composite
def mutated(draw: st.DrawFn, words: list[str]) -> str:
    """A text that somebody could have meant, with something wrong in one or two places."""
    word = draw(st.sampled_from(words))
    for _ in range(draw(st.integers(0, 2))):
        place = draw(st.integers(0, len(word)))
        word = word[:place] + draw(st.one_of(plain_sign, odd_sign, any_sign)) + word[place + draw(st.integers(0, 1)) :]
    return draw(st.sampled_from([word, word.upper(), word.swapcase(), unicodedata.normalize("NFD", word)]))


@st.composite
def fuzzed(draw: st.DrawFn) -> Text:
    key = draw(st.sampled_from(sorted(known)))
    text = draw(st.one_of(mutated(known[key]), mutated(known[key]), free_text, already_hashed, placeholders))
    country = draw(st.sampled_from(COUNTRIES)) if key in ("st", "zp") else None
    return key, text, country


@st.composite
def fuzzed_phone(draw: st.DrawFn) -> Text:
    """A number of some country, a digit or two of it other ones, written as people write numbers."""
    region = draw(st.sampled_from(REGIONS))
    kind = draw(st.sampled_from([PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE, PhoneNumberType.TOLL_FREE]))
    number = phonenumbers.example_number_for_type(region, kind) or phonenumbers.example_number(region)
    digits = phonenumbers.national_significant_number(number)
    for _ in range(draw(st.integers(0, 2))):
        place = draw(st.integers(1, len(digits)))
        digits = (
            digits[:place]
            + draw(st.sampled_from(string.digits))
            + digits[place + draw(st.sampled_from([0, 1, 1, 1])) :]
        )
    for _ in range(draw(st.integers(0, 3))):
        place = draw(st.integers(1, len(digits)))
        digits = digits[:place] + draw(st.sampled_from([*list(" .-/()"), " - ", "\xa0", "‑"])) + digits[place:]
    prefix = f"+{number.country_code}"
    trunk = phonenumbers.ndd_prefix_for_region(region, True) or ""
    begin = draw(
        st.sampled_from(["", trunk, f"{prefix} ", f"00{prefix[1:]}", f"{prefix} ({trunk})", prefix[1:], "Tel. "])
    )
    end = draw(
        st.sampled_from(
            ["", "", "", " x12", " ext. 7", "#5", " poste 3", " доб. 44", ".0", ", +1 650 555 1212", " ABC"]
        )
    )
    wide = {point: point + 0xFEE0 for point in range(0x30, 0x3A)} if draw(st.booleans()) else {}
    country = draw(st.sampled_from([region, region, region, "US", None]))
    return "ph", f"{begin}{digits}{end}".translate(wide), country


@cache
def fuzzed_phones(count: int) -> tuple[Text, ...]:
    """Always the same ones for a count."""
    return _made(fuzzed_phone(), count)


@cache
def fuzzed_texts(count: int) -> tuple[Text, ...]:
    """Always the same ones for a count."""
    return _made(fuzzed(), count)


def _made(strategy: SearchStrategy[Text], count: int) -> tuple[Text, ...]:
    found: dict[Text, None] = {}

    @settings(
        max_examples=count,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def gather(text: Text) -> None:
        found[text] = None

    gather()
    return tuple(found)
