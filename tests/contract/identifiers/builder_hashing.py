"""What Meta's Parameter Builder for Node hashes of the hand-written vectors, and why we hash something else.

Its version for Python hashes nothing. `NODE_PATH=<node_modules> python -m tests.contract.identifiers.builder_hashing`
runs it (1.3.2 was the last that was run) and rewrites vectors/builder_hashing.jsonl; the tests read that file only.
A difference that none of the reasons here explains stops it: explain it, or fix what is wrong.
"""

from __future__ import annotations

import html
import json
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from tests.contract.identifiers import sdk_differences
from tests.contract.identifiers.vector_files import VECTORS, Vector, written_vectors
from tests.support.written_rule import cleaning

FROZEN: Final = VECTORS / "builder_hashing.jsonl"
NAMES: Final = {
    "em": "email",
    "ph": "phone",
    "fn": "first_name",
    "ln": "last_name",
    "db": "date_of_birth",
    "ge": "gender",
    "ct": "city",
    "st": "state",
    "zp": "zip_code",
    "country": "country",
    "external_id": "external_id",
}
REASONS: Final = {
    "HTML entity": "it is a sign that a browser's form encoded; the builder hashes the code or drops the text",
    "MD5": "Meta asks for SHA-256; the builder passes MD5 on, which matches nobody",
    "hashed already": "a suffix or invisible signs beside a hash; the builder takes it for a text",
    "placeholder": "it says that nothing is known; its hash would stand for all who left the field empty",
    "blank": "nothing is there; the builder hashes what is invisible",
    "invisible characters": "they come with copied text; the builder hashes or refuses them",
    "decomposed letters": "one letter, two spellings (NFD): one hash; the builder does not compose",
    "lower case of one letter": "İ and final Σ: a warehouse's lower case goes letter by letter",
    "address of other signs": "Meta's rule asks for a trimmed address; the builder has a pattern of its own",
    "address in another script": "Meta's rule names no alphabet; the builder drops it",
    "mailto:": "it is no part of the address; the builder drops the whole",
    "punctuation in a name": "Meta's rule for names says no punctuation; the builder takes off what is ASCII",
    "day of birth": "the builder reads month before day and knows no names of months; a day that is none passes",
    "gender": "the words of other languages, and full-width letters; the builder knows English",
    "signs in a city": "letters of every script stay by Meta's rule; the builder takes off all that is not ASCII",
    "digits in a city": "Meta's rule does not take digits off; the builder does",
    "name of a US or Canadian state": "the builder takes the first two letters of a state that it does not know",
    "no such state": "in the US and Canada only a known state has a code; the builder takes two letters of any text",
    "signs in a state": "outside the US and Canada Meta's rule is the name; the builder takes its first two letters",
    "US ZIP": "Meta's rule is the first five digits; the builder cuts at a dash only and restores no zeros",
    "no US ZIP": "no five digits; the builder hashes any text",
    "signs in a postal code": "no spaces, no dash: signs go, the code stays whole; the builder cuts at a dash",
    "country misread": "the builder takes the first two letters of a name that it does not know",
    "case or signs of an id": "ids may differ by case and white space only; the builder takes off both",
    "phone without its calling code": "its country's calling code goes before it; the builder hashes another number",
    "trunk prefix": "0 is dialled inside a country only; the builder keeps it behind the calling code",
    "dots, letters or an extension": "the number is read without them; the builder joins an extension's digits",
    "digits of another script": "the same number in other digits; the builder takes them off",
    "prefix dialled abroad": "011 and its like stand for the plus sign; the builder reads them as the number",
    "no phone number": "nothing is sent; the builder hashes the digits that are there",
    "country of the phone unknown": "nobody knows whose number it is; the builder hashes it as it is",
    "two numbers": "the first one counts; the builder joins their digits",
    "float of a spreadsheet": "the .0 is no part of the number; the builder joins its zero",
}


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the builder hashes of a vector's text; `input_class` where we hash something else."""

    key: str
    text: str
    country: str | None
    normalized: str | None
    hash: str | None
    input_class: str | None


def answered(vector: Vector, normalized: str | None, digest: str | None) -> Answer:
    ours = (vector.hash or "").partition(".")[0] or None
    return Answer(
        key=vector.key,
        text=vector.text,
        country=vector.country,
        normalized=normalized,
        hash=digest,
        input_class=None if ours == digest else input_class(vector, normalized or ""),
    )


def input_class(vector: Vector, theirs: str) -> str:
    if vector.normalized is not None and vector.normalized == vector.hash:
        return "hashed already"
    if vector.key == "em" and is_dropped_address(vector, theirs):
        return class_of_dropped_address(vector.normalized or "", vector.text)
    found = sdk_differences.input_class(vector, theirs)
    if vector.key == "external_id" and found in ("punctuation in a name", "space in a name", "MD5"):
        return "case or signs of an id"
    return found


def class_of_dropped_address(address: str, text: str) -> str:
    if html.unescape(text) != text:
        return "HTML entity"
    if cleaning.INVISIBLE & set(text):
        return "invisible characters"
    return "address of other signs" if address.isascii() else "address in another script"


def is_dropped_address(vector: Vector, theirs: str) -> bool:
    return not theirs and vector.normalized is not None and not vector.text.lower().startswith("mailto:")


def frozen() -> list[Answer]:
    return [Answer(**json.loads(line)) for line in FROZEN.read_text(encoding="utf-8").splitlines()]


def main() -> None:
    vectors = written_vectors()
    asked = "".join(json.dumps({"text": one.text, "name": NAMES[one.key]}) + "\n" for one in vectors)
    script = Path(__file__).with_name("builder_answers.cjs")
    told = subprocess.run(["node", script], input=asked, capture_output=True, text=True, check=True).stdout
    answers = [json.loads(line) for line in told.splitlines()]
    lines = [
        json.dumps(asdict(answered(vector, answer["normalized"], answer["hash"]))) + "\n"
        for vector, answer in zip(vectors, answers, strict=True)
    ]
    FROZEN.write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
