from __future__ import annotations

from typing import Any

from tests.contract.identifiers.identifying_project import IdentifyingProject, Text
from tests.contract.identifiers.phone_spellings import Spelling


def test_engines_agree_on_every_hash_and_reason(
    identified_by_duckdb: IdentifyingProject,
    identified_by_postgres: IdentifyingProject,
    vectors: list[Any],
    phones: list[Spelling],
    odd_texts: list[Text],
) -> None:
    texts = [(key, text, country) for key, text, country, *_ in vectors] + odd_texts
    texts += [("ph", phone.text, phone.country) for phone in phones]
    assert not {text for text in texts if identified_by_duckdb.answer(text) != identified_by_postgres.answer(text)}


def test_engines_agree_on_every_unhashed_key(
    identified_by_duckdb: IdentifyingProject, identified_by_postgres: IdentifyingProject
) -> None:
    assert identified_by_duckdb.all_normalized == identified_by_postgres.all_normalized
