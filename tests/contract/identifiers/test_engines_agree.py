from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.contract.identifiers.identifying_project import IdentifyingProject, Text
from tests.contract.identifiers.phone_spellings import Spelling
from tests.contract.identifiers.vector_files import Vector


def test_engines_agree_on_every_hash_and_reason(
    identified_by_duckdb: IdentifyingProject,
    identified_by_postgres: IdentifyingProject,
    vectors: list[Vector],
    phones: list[Spelling],
    odd_texts: list[Text],
    agreement: Callable[[str], None],
) -> None:
    texts = [vector.asked for vector in vectors if identified_by_postgres.engine.holds(vector.text)] + odd_texts
    texts += [("ph", phone.text, phone.country) for phone in phones]
    differing = {text for text in texts if identified_by_duckdb.answer(text) != identified_by_postgres.answer(text)}
    agreement(f"DuckDB and PostgreSQL: {len(texts) - len(differing)} of {len(texts)} hashes and reasons are equal")
    assert not differing


def test_engines_agree_on_every_unhashed_key(
    identified_by_duckdb: IdentifyingProject, identified_by_postgres: IdentifyingProject, unhashed_vectors: list[Any]
) -> None:
    assert len(identified_by_duckdb.all_normalized) > len(unhashed_vectors)
    assert identified_by_duckdb.all_normalized == identified_by_postgres.all_normalized


def test_the_stand_in_for_snowflake_agrees_on_all_that_it_was_asked(
    identified_by_duckdb: IdentifyingProject,
    identified_by_snowflake: IdentifyingProject,
    agreement: Callable[[str], None],
) -> None:
    asked = identified_by_snowflake.texts
    assert len(asked) > 30_000
    differing = {text for text in asked if identified_by_duckdb.answer(text) != identified_by_snowflake.answer(text)}
    equal = f"{len(asked) - len(differing)} of {len(asked)}"
    agreement(f"DuckDB and a stand-in for Snowflake: {equal} hashes and reasons are equal")
    assert not differing, sorted(differing, key=str)[:20]
