"""All texts of the identifiers on snowduck: hash by hash against the written rules, and against DuckDB's."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.contract.identifiers.conftest import (
    addresses,
    agreement,
    identified_by_duckdb,
    identify,
    odd_texts,
    phones,
    unhashed_vectors,
    vectors,
)
from tests.contract.identifiers.identifying_project import Engine, IdentifyingProject, SnowflakeEngine
from tests.contract.identifiers.test_engines_agree import (
    test_the_stand_in_for_snowflake_agrees_on_all_that_it_was_asked,
)
from tests.contract.identifiers.test_identifier_vectors import (
    held,
    test_a_value_that_is_dropped_leaves_a_reason_and_one_that_is_kept_leaves_none,
    test_addresses_are_global_and_written_as_python_writes_them,
    test_every_vector_gives_its_hash,
    test_the_hashes_that_meta_prints_come_out,
    test_unhashed_keys_pass_as_they_are_or_not_at_all,
)
from tests.support.snowduck import Snowduck, needs_snowduck

pytestmark = needs_snowduck

__all__ = [
    "addresses",
    "agreement",
    "held",
    "identified_by_duckdb",
    "identify",
    "odd_texts",
    "phones",
    "test_a_value_that_is_dropped_leaves_a_reason_and_one_that_is_kept_leaves_none",
    "test_addresses_are_global_and_written_as_python_writes_them",
    "test_every_vector_gives_its_hash",
    "test_the_hashes_that_meta_prints_come_out",
    "test_the_stand_in_for_snowflake_agrees_on_all_that_it_was_asked",
    "test_unhashed_keys_pass_as_they_are_or_not_at_all",
    "unhashed_vectors",
    "vectors",
]


@pytest.fixture(scope="session")
def identified(identify: Callable[[Engine], IdentifyingProject], snowduck: Snowduck) -> IdentifyingProject:
    engine = SnowflakeEngine(snowduck)
    engine.name = "snowduck"
    engine.output |= {"threads": 1}  # its catalog is not made for two statements at once
    return identify(engine)


@pytest.fixture(scope="session")
def identified_by_snowflake(identified: IdentifyingProject) -> IdentifyingProject:
    return identified
