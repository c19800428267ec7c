"""One shop and one later load of it, made once for all tests; the tests read their rows as dictionaries."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

from examples.shop.data import build_more, build_shop

# A day without anything special, in the middle of a second, so that rounding would show.
NOW = datetime(2026, 3, 10, 15, 4, 5, 678_901, tzinfo=UTC)
MORE_NOW = NOW + timedelta(minutes=17)
ORDERS = 20_000

Rows = dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="session")
def shop_tables() -> dict[str, pa.Table]:
    return build_shop(orders=ORDERS, days=14, seed=7, now=NOW)


@pytest.fixture(scope="session")
def more_tables() -> dict[str, pa.Table]:
    return build_more(shop_orders=ORDERS, days=14, seed=7, now=MORE_NOW)


@pytest.fixture(scope="session")
def shop(shop_tables: dict[str, pa.Table]) -> Rows:
    return {name: table.to_pylist() for name, table in shop_tables.items()}


@pytest.fixture(scope="session")
def more(more_tables: dict[str, pa.Table]) -> Rows:
    return {name: table.to_pylist() for name, table in more_tables.items()}


@pytest.fixture(scope="session")
def now() -> datetime:
    return NOW.replace(tzinfo=None)


@pytest.fixture(scope="session")
def more_now() -> datetime:
    return MORE_NOW.replace(tzinfo=None)


@pytest.fixture(scope="session")
def second_more() -> Rows:
    tables = build_more(shop_orders=ORDERS, days=14, seed=7, now=MORE_NOW, round_no=2)
    return {name: table.to_pylist() for name, table in tables.items()}
