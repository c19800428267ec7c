"""The terms under which the connector speaks to PostgreSQL hold for both of its drivers."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from connector.settings import Settings
from connector.warehouse.warehouse import Warehouse


@pytest.fixture
def warehouse(new_database: Callable[[], str]) -> Iterator[Warehouse]:
    with Warehouse.open(Settings(warehouse_url=SecretStr(new_database()), lock_wait_s=7)) as opened:
        yield opened


TERMS = {"enable_nestloop": "off", "lock_timeout": "7s", "TimeZone": "UTC"}


@pytest.mark.parametrize("term", TERMS)
def test_statements_and_bulk_reads_have_the_same_terms(warehouse: Warehouse, term: str) -> None:
    with warehouse.transaction() as connection:
        assert connection.execute(text(f"show {term}")).scalar_one() == TERMS[term]
    asked = f"select current_setting('{term}') as told"
    with warehouse.dialect.stream(warehouse.engine, asked, {}, rows=1) as reader:
        assert reader.read_all().column("told").to_pylist() == [TERMS[term]]
