"""Phones: what libphonenumber says of the text that the rule leaves it."""

from __future__ import annotations

import re

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberFormat

from tests.support.written_rule import cleaning

EXTENSION_WORDS = r"e?xt(?:ension)?n?|x|#|~|poste|доб(?:авочный)?|anexo|int(?:ern)?|durchwahl|ramal|toestel"
EXTENSION = re.compile(rf"(?<=[0-9])[\W_]*(?:{EXTENSION_WORDS})[\s.:=)#-]*[0-9]{{0,9}}\D*\Z")
WORDS_BETWEEN = "or|and|oder|und|od[.]?|bzw[.]?|resp[.]?|ou|et|o|y|e|en|of|och|eller|og|lub|i|ve|veya|&|и|или"
BETWEEN_NUMBERS = re.compile(rf"[,;|\r\n]|\s(?:{WORDS_BETWEEN})\s")
ENOUGH = r"(?:(?:[^\w]|_)*[0-9]){7,}"
SCIENTIFIC = re.compile(r"\+?[0-9]+(?:[.,][0-9]+)?e[+-]?[0-9]")
"""How a spreadsheet shows a long number, with most of its digits gone."""
PLACEHOLDER = "1234567890"


def phone_answers(clean: str, located_in: str | None) -> frozenset[str | None]:
    """Digits of E.164. Several where the oracle calls a number possible only by its length: either that or null."""
    if cleaning.lower(clean) in cleaning.PLACEHOLDERS:
        return frozenset({None})
    number = plain_number(clean)
    if number is None:
        return frozenset({None})
    found = [one for one in readings(number, located_in) if one is not None]
    if any(stands_for_nothing(one) for one in found):
        return frozenset({None})
    answers: set[str | None] = set()
    for one in found:
        if phonenumbers.is_valid_number(one):
            return frozenset({*answers, e164(one)})
        if phonenumbers.is_possible_number(one):
            answers.add(e164(one))
    return frozenset({None, *answers})


def plain_number(clean: str) -> str | None:
    """The first number of the text without its extension, in ASCII digits; null where letters stand for digits."""
    text = cleaning.ascii_digits(cleaning.plain(clean))
    text = re.sub(r"\A[^0-9+]+", "", cleaning.lower(text))
    text = re.sub(r"\A(\+?[0-9]+)\.0+\Z", r"\1", text)
    if SCIENTIFIC.match(text):
        return None
    text = BETWEEN_NUMBERS.split(EXTENSION.sub("", text))[0]
    text = re.sub(r"(?s)(?<=[0-9)])[^0-9]*\+.*", "", text)
    first, _, second = text.partition("/")  # German numbers have slashes inside
    if min(len(re.findall("[0-9]", first)), len(re.findall("[0-9]", second))) >= 8:
        text = first
    text = re.sub(rf"(?s)\A({ENOUGH})(?:[^\w]|_)+[^\W\d_][^0-9]*{ENOUGH}.*", r"\1", text)
    text = re.sub(r"(?s)\A((?:[^0-9]*[0-9]){7,})(?:[^\w-]|_)*[\[ (:][^0-9]*\Z", r"\1", text)
    text = re.sub(r"\A([(]*(?:\+|00)[(]*(?!39\b|378\b)[1-9][0-9]{0,2}[^0-9(]*)[(]0[)]", r"\1", text)
    if re.search(r"[0-9].*[^\W\d_]", text):
        return None
    return text if re.search("[0-9]", text) else None


def readings(number: str, located_in: str | None) -> list[PhoneNumber | None]:
    """In the order of the rule: as dialled in the country, which is the oracle's own reading; then as from abroad."""
    digits = re.sub("[^0-9]", "", number)
    if number.lstrip("( ").startswith("+"):
        return [parsed(f"+{digits}", None)]
    region = located_in.upper() if located_in else None
    found = [parsed(digits, region)] if region else []
    if re.match("00[1-9]", digits):
        found.append(parsed(f"+{digits[2:]}", None))
    if region:
        code = phonenumbers.country_code_for_region(region)
        found.append(parsed(f"+{digits}", None) if digits.startswith(str(code)) else None)
        found.append(parsed(f"+{code}{digits}", None))
    return found


def parsed(text: str, region: str | None) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None


def e164(number: PhoneNumber) -> str:
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)[1:]


def stands_for_nothing(number: PhoneNumber) -> bool:
    national = phonenumbers.national_significant_number(number)
    return len(set(national)) == 1 or national == PLACEHOLDER
