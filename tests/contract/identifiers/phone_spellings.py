"""Example numbers of every country as people write them, with what libphonenumber makes of each spelling."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

KINDS = (
    PhoneNumberType.FIXED_LINE,
    PhoneNumberType.MOBILE,
    PhoneNumberType.TOLL_FREE,
    PhoneNumberType.VOIP,
    PhoneNumberType.PERSONAL_NUMBER,
    PhoneNumberType.UAN,
)
PLACEHOLDER = "1234567890"
NO_COUNTRIES = {"AC", "TA"}  # islands with a calling code and without an ISO 3166-1 code


@dataclass(frozen=True, kw_only=True)
class Spelling:
    way: str
    text: str
    country: str | None
    e164: str | None
    """What the oracle calls valid, as digits; null where it calls the number impossible."""


def spellings() -> list[Spelling]:
    """Those on which the oracle has a firm answer: valid, or impossible."""
    found = []
    for region in sorted(phonenumbers.SUPPORTED_REGIONS - NO_COUNTRIES):
        for number in numbers_of(region):
            for way, text, country in written(number, region):
                answer = oracle(text, country or region)
                if answer is not None:
                    found.append(Spelling(way=way, text=text, country=country, e164=answer or None))
    return found


def oracle(text: str, region: str) -> str | None:
    """E.164 digits where valid, blank where impossible, null where possible only by its length."""
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return ""
    national = phonenumbers.national_significant_number(number)
    if len(set(national)) == 1 or national == PLACEHOLDER:
        return ""
    if phonenumbers.is_valid_number(number):
        return phonenumbers.format_number(number, PhoneNumberFormat.E164)[1:]
    return None if phonenumbers.is_possible_number(number) else ""


def numbers_of(region: str) -> Iterator[phonenumbers.PhoneNumber]:
    """The country's example numbers, each with two neighbours that end in other digits, valid or not."""
    chance = random.Random(region)  # noqa: S311 # the same numbers each time, nothing secret
    for kind in KINDS:
        example = phonenumbers.example_number_for_type(region, kind)
        if example is not None:
            yield example
            digits = phonenumbers.national_significant_number(example)
            for length in (3, 6):
                ending = "".join(chance.choice("0123456789") for _ in range(length))
                yield phonenumbers.parse(f"+{example.country_code}{digits[:-length]}{ending}")


def written(number: phonenumbers.PhoneNumber, region: str) -> Iterator[tuple[str, str, str | None]]:
    national = phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
    international = phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)
    digits = phonenumbers.national_significant_number(number)
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    trunk = phonenumbers.ndd_prefix_for_region(region, True)
    yield "e164", e164, None
    yield "international", international, None
    yield "international in another country", international, "US" if region != "US" else "DE"
    yield "dots", international.replace(" ", ".").replace("-", "."), region
    yield "national", national, region
    yield "national digits", "".join(letter for letter in national if letter.isdigit()), region
    yield "without trunk prefix", digits, region
    yield "calling code without plus", e164[1:], region
    yield "extension", f"{national} x123", region
    yield "from the US", phonenumbers.format_out_of_country_calling_number(number, "US"), "US"
    yield "from Germany", phonenumbers.format_out_of_country_calling_number(number, "DE"), "DE"
    if trunk:
        yield "with trunk prefix", f"{trunk}{digits}", region
        yield "trunk prefix in brackets", f"+{number.country_code} ({trunk}) {digits}", None
