from __future__ import annotations

from collections.abc import Callable

from tests.contract.identifiers.identifying_project import IdentifyingProject
from tests.contract.identifiers.phone_spellings import Spelling
from tests.contract.identifiers.vector_files import read_lines
from tests.support.written_rule.hashed_keys import hashed

LEAST_AGREEMENT = 0.995


def test_phones_are_read_as_libphonenumber_reads_them(
    identified: IdentifyingProject, phones: list[Spelling], agreement: Callable[[str], None]
) -> None:
    """But for those of vectors/phone_differences.jsonl, each with its reason."""
    explained = {
        (line["text"], line["country"]): line["libphonenumber"] for line in read_lines("phone_differences.jsonl")
    }
    wrong = [phone for phone in phones if identified.hash_of(("ph", phone.text, phone.country)) != hashed(phone.e164)]
    share = 1 - len(wrong) / len(phones)
    agreement(f"{identified.engine.name}: {share:.4%} of {len(phones)} phones are read as libphonenumber reads them")
    assert len(phones) > 10_000
    assert share >= LEAST_AGREEMENT
    assert {(phone.text, phone.country): phone.e164 for phone in wrong} == explained
