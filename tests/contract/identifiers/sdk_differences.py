"""Where Meta's Python library (facebook-business) hashes something else than we do, and why that is so.

`python -m tests.contract.identifiers.sdk_differences` rewrites vectors/sdk_differences.jsonl. A difference that
none of the reasons here explains stops it: explain it, or fix what is wrong.
"""

from __future__ import annotations

import html
import json
import re
import unicodedata
from dataclasses import asdict, dataclass
from typing import Any

from facebook_business.adobjects.serverside.normalize import Normalize

from tests.contract.identifiers.vector_files import VECTORS, Vector, all_vectors
from tests.support.written_rule import cleaning

FROZEN = VECTORS / "sdk_differences.jsonl"
COMPARED = ("em", "ph", "fn", "ln", "db", "ge", "ct", "st", "zp", "country")
REASONS = {
    "HTML entity": "it is a sign that a browser's form encoded; the SDK hashes the code",
    "MD5": "Meta asks for SHA-256; the SDK passes MD5 on, which matches nobody",
    "hash with the Parameter Builder's suffix": "it came hashed; the SDK hashes it again",
    "placeholder": "it says that nothing is known; its hash would stand for all who left the field empty",
    "blank": "nothing is there; the SDK hashes the empty text or raises for the whole event",
    "invisible characters": "they come with copied text and are no part of the value; the SDK hashes them",
    "decomposed letters": "one letter, two spellings (NFD): one hash; the SDK does not compose",
    "lower case of one letter": "İ and final Σ: a warehouse's lower case goes letter by letter",
    "full-width letters or digits": "they are the letters and digits that they look like",
    "punctuation in a name": "Meta's rule for names says no punctuation; the SDK has no rule for names",
    "space in a name": "Meta's pixel and Parameter Builder take it off, the SDK keeps it: "
    "var meta_conversions_name_inner_space",
    "day of birth": "Meta's rule is YYYYMMDD; the SDK hashes what was typed, also what is no day",
    "gender": "Meta's rule is f or m; the SDK hashes the word",
    "signs in a city": "Meta's rule for cities says no punctuation and no special characters; the SDK takes off some",
    "digits in a city": "Meta's rule does not take digits off; the SDK does",
    "no city": "no letter and no digit is left; the SDK hashes what is left, or the empty text",
    "name of a US or Canadian state": "Meta's rule is the two-letter code; the SDK keeps the name",
    "no such state": "in the US and Canada only a known state has a code; the SDK hashes any text",
    "signs in a state": "Meta's rule for states says no punctuation and no special characters; the SDK takes off some",
    "US ZIP": "Meta's rule is the first five digits; the SDK cuts at a dash only and restores no zeros",
    "no US ZIP": "no five digits; the SDK hashes any text",
    "signs in a postal code": "no spaces, no dash: signs go, the code stays whole; the SDK cuts at a dash",
    "country's name or alpha-3": "a name says as much as a code; the SDK raises for the whole event",
    "country misread": "the SDK reads the ASCII letters that are left of a name or a placeholder as a code",
    "no such country": "nothing is sent; the SDK raises for the whole event",
    "no address": "nothing is sent; the SDK raises for the whole event",
    "address that cannot be": "white space, brackets, several @ or a broken domain; the SDK wants only an @ and a dot",
    "mailto:": "it is no part of the address",
    "phone without its calling code": "its country's calling code goes before it; the SDK hashes another number",
    "trunk prefix": "0 is dialled inside a country only; the SDK keeps it behind the calling code or raises",
    "dots, letters or an extension": "the number is read without them; the SDK raises for the whole event",
    "digits of another script": "the same number in other digits; the SDK hashes those digits or raises",
    "prefix dialled abroad": "011 and its like stand for the plus sign; the SDK reads them as the number",
    "no phone number": "nothing is sent; the SDK hashes what cannot be dialled, or raises for the whole event",
    "country of the phone unknown": "nobody knows whose number it is; the SDK hashes it as one with a calling code",
    "two numbers": "the first one counts; the SDK raises",
    "float of a spreadsheet": "the .0 is no part of the number; the SDK raises",
}


@dataclass(frozen=True, kw_only=True)
class Difference:
    key: str
    text: str
    country: str | None
    sdk: str | None
    ours: str | None
    input_class: str
    reason: str


def sdk_answer(key: str, text: str) -> str | None:
    """What the SDK would hash, or which error it raises for the whole event."""
    try:
        answer: str | None = Normalize.normalize_field_skip_hashing(key, text)
    except (TypeError, ValueError) as error:
        return f"raises {type(error).__name__}"
    return answer


def differences(vectors: list[Vector]) -> list[Difference]:
    found = []
    for vector in vectors:
        if vector.key in COMPARED:
            answer = sdk_answer(vector.key, vector.text)
            if answer != vector.normalized:
                kind = input_class(vector, answer or "")
                found.append(
                    Difference(
                        key=vector.key,
                        text=vector.text,
                        country=vector.country,
                        sdk=answer,
                        ours=vector.normalized,
                        input_class=kind,
                        reason=REASONS[kind],
                    )
                )
    return found


def frozen() -> list[Difference]:
    return [Difference(**json.loads(line)) for line in FROZEN.read_text(encoding="utf-8").splitlines()]


def input_class(vector: Vector, sdk: str) -> str:
    decoded = html.unescape(vector.text)
    if decoded != vector.text and (cleaning.trimmed(decoded) is None or sdk_answer(vector.key, decoded) != sdk):
        return "HTML entity"
    clean = cleaning.trimmed(unicodedata.normalize("NFC", vector.text))
    if clean is None:
        return "blank"
    if cleaning.is_md5(clean):
        return "MD5"
    if cleaning.passed_hash(clean):
        return "invisible characters" if len(clean) == 64 else "hash with the Parameter Builder's suffix"
    if vector.normalized is None and is_placeholder(vector.key, clean):
        return "placeholder"
    by_key: Any = {"em": _email, "ph": _phone, "st": _state, "zp": _postal_code, "country": _country, "ct": _city}
    if vector.key in ("db", "ge"):
        return "day of birth" if vector.key == "db" else "gender"
    return str(by_key.get(vector.key, _name)(vector, clean, sdk))


def is_placeholder(key: str, clean: str) -> bool:
    bare = cleaning.letters_and_digits(cleaning.lower(clean))
    return bool({cleaning.lower(clean), bare} & cleaning.PLACEHOLDERS) or (
        key == "em"
        and re.search(r"@(example|test|domain)\.com\Z|\A(noemail|no-email|none@|test@)", clean.lower()) is not None
    )


def _spelling(vector: Vector, sdk: str) -> str | None:
    """Classes that any text may be of, where the rest of the rule would give what the SDK gives."""
    if vector.normalized is None:
        return None
    if unicodedata.normalize("NFC", sdk) == vector.normalized:
        return "decomposed letters"
    shown = "".join(sign for sign in sdk if sign not in cleaning.INVISIBLE).strip()
    if unicodedata.normalize("NFC", shown) == vector.normalized:
        return "invisible characters"
    if sdk.replace("i\u0307", "i").replace("\u03c2", "\u03c3") == vector.normalized:
        return "lower case of one letter"
    return "full-width letters or digits" if cleaning.plain(sdk) == vector.normalized else None


def _email(vector: Vector, clean: str, sdk: str) -> str:
    if vector.normalized is None:
        return "no address" if sdk.startswith("raises") else "address that cannot be"
    shown = "".join(sign for sign in clean if sign not in cleaning.INVISIBLE)
    return "mailto:" if shown.lower().startswith("mailto:") else _spelling(vector, sdk) or unexplained(vector, sdk)


def _name(vector: Vector, clean: str, sdk: str) -> str:
    if known := _spelling(vector, sdk):
        return known
    return "space in a name" if cleaning.WHITE_SPACE & set(clean) and is_only_spaced(clean) else "punctuation in a name"


def is_only_spaced(clean: str) -> bool:
    return all(cleaning.is_kept(sign) or sign in cleaning.WHITE_SPACE for sign in clean)


def _city(vector: Vector, clean: str, sdk: str) -> str:
    if vector.normalized is None:
        return "no city"
    digits = re.search(r"[0-9]", clean)
    return _spelling(vector, sdk) or ("digits in a city" if digits else "signs in a city")


def _state(vector: Vector, clean: str, sdk: str) -> str:
    if vector.normalized is None:
        return "no such state"
    if known := _spelling(vector, sdk):
        return known
    is_code = (
        len(vector.normalized) == 2
        and cleaning.letters_and_digits(cleaning.lower(cleaning.plain(clean))) != vector.normalized
    )
    return "name of a US or Canadian state" if is_code else "signs in a state"


def _postal_code(vector: Vector, clean: str, sdk: str) -> str:
    american = vector.country is not None and vector.country.upper() in ("US", "USA", "UNITED STATES")
    if american:
        return "US ZIP" if vector.normalized else "no US ZIP"
    return _spelling(vector, sdk) or "signs in a postal code"


def _country(vector: Vector, clean: str, sdk: str) -> str:
    if not sdk.startswith("raises"):
        return _spelling(vector, sdk) or "country misread"
    return "country's name or alpha-3" if vector.normalized else "no such country"


def _phone(vector: Vector, clean: str, sdk: str) -> str:
    plain = cleaning.ascii_digits(cleaning.plain(clean))
    ours, digits = vector.normalized, re.sub("[^0-9]", "", plain)
    if ours is None:
        known = vector.country or plain.startswith(("+", "00"))
        return "no phone number" if known or sdk.startswith("raises") else "country of the phone unknown"
    if not plain.isascii() or plain != clean:
        return "digits of another script"
    if re.search(r"[0-9]\.0+\Z", plain):
        return "float of a spreadsheet"
    if re.search(r"[,;|]|\bor\b|[0-9)][^0-9]*\+| / ", plain):
        return "two numbers"
    if re.search(r"[^0-9+() /-]", plain):
        return "dots, letters or an extension"
    if digits.endswith(ours) and digits != ours:
        return "prefix dialled abroad"
    return "trunk prefix" if "+" in plain or digits.startswith("00") else "phone without its calling code"


def unexplained(vector: Vector, sdk: str) -> str:
    message = f"no reason why the SDK makes {sdk!a} and we {vector.normalized!a} of {vector.key} {vector.text!a}"
    raise ValueError(message)


def main() -> None:
    lines = [json.dumps(asdict(one)) + "\n" for one in differences(all_vectors())]
    FROZEN.write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
