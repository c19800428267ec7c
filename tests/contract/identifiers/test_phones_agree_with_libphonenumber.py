from __future__ import annotations

from collections import Counter

from tests.contract.identifiers.identifying_project import IdentifyingProject
from tests.contract.identifiers.phone_spellings import Spelling
from tests.contract.identifiers.test_identifier_vectors import hashed

LEAST_AGREEMENT = 0.995


def test_phones_are_read_as_libphonenumber_reads_them(identified: IdentifyingProject, phones: list[Spelling]) -> None:
    wrong = [phone for phone in phones if identified.hash_of(("ph", phone.text, phone.country)) != hashed(phone.e164)]
    agreement = 1 - len(wrong) / len(phones)
    ways = Counter(phone.way for phone in wrong).most_common()
    assert len(phones) > 10_000
    assert agreement >= LEAST_AGREEMENT, (
        f"{agreement:.4f} of {len(phones)}; where they differ: {ways}; such as {wrong[:20]}"
    )
