"""`connector acceptance` on snowduck: all of it at once, small."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from pydantic import SecretStr

from connector.acceptance import Finding, accept
from connector.acceptance.findings import Acceptance, Result
from connector.settings import Settings
from tests.integration.acceptance.test_acceptance import warm
from tests.support.snowduck import HEADING, Snowduck, needs_snowduck

pytestmark = needs_snowduck

NEVER_COME = {"no active warehouse (000606)", "statement that takes too long (000630)"}
"""It has no virtual warehouses, and ends no statement for its length: the kit says so, as it should."""


@pytest.fixture(scope="module")
def whole(snowduck: Snowduck) -> Acceptance:
    """Everything once, few rows, dbt warm and without its data tests, which test_whole_project.py runs."""
    database = snowduck.new_database()
    with snowduck.connect(database) as connection, connection.cursor() as cursor:
        for schema in ("raw", "meta_conversions", "meta_conversions_reference", "meta_conversions_ledger"):
            cursor.execute(f"create schema {schema}")
    settings = Settings(warehouse_url=SecretStr(snowduck.url(database)))
    return accept(settings, rows=300, data_tests=False, run_dbt=warm)


def test_all_passes_but_for_errors_that_never_come(whole: Acceptance, tell: Callable[[str, str], None]) -> None:
    failed = [finding for finding in whole.findings if finding.result is Result.FAILED]
    assert {finding.name for finding in failed} == NEVER_COME, failed
    assert {"grants", "session", "project", "ledger", "errors", "bulk"} <= {one.area for one in passed(whole)}
    told = whole.statements
    tell(
        HEADING,
        f"acceptance on snowduck: {told['total']} statements, {told['dbt']} of dbt; {len(failed)} errors never come",
    )


def test_the_project_the_claims_and_the_lock_of_a_killed_session_are_among_it(whole: Acceptance) -> None:
    words = {finding.name: finding.words for finding in passed(whole)}
    assert re.match(r"all 5,\d\d\d hashes match the package's", words["identifiers"])
    assert "unexplained 0.00" in words["reconciliation"]
    assert "none twice" in words["two senders at once"]
    assert words["lock of a killed session"].startswith("released ")


def passed(whole: Acceptance) -> list[Finding]:
    return [finding for finding in whole.findings if finding.is_good]
