from __future__ import annotations

from collections.abc import Callable

from tests.contract.identifiers.sdk_differences import COMPARED, REASONS, differences, frozen
from tests.contract.identifiers.vector_files import Vector


def test_every_difference_from_the_sdk_is_a_known_one_and_every_known_one_is_still_there(
    vectors: list[Vector], agreement: Callable[[str], None]
) -> None:
    found, known = set(differences(vectors)), set(frozen())
    compared = [vector for vector in vectors if vector.key in COMPARED]
    agreement(
        f"facebook-business: {len(compared) - len(found)} of {len(compared)} vectors are hashed alike, "
        f"{len(found & known)} differ for one of {len({one.input_class for one in found})} reasons, "
        f"{len(found - known)} are unexplained"
    )
    assert found - known == set(), "new: explain them in sdk_differences.py, or fix what is wrong"
    assert known - found == set(), "vanished: run python -m tests.contract.identifiers.sdk_differences"


def test_every_known_difference_has_its_reason_beside_it() -> None:
    assert [one for one in frozen() if one.reason != REASONS[one.input_class]] == []
