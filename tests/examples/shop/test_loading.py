"""The example's own loader: raw tables into a warehouse of the reader's, without the connector."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from pydantic import SecretStr
from sqlalchemy import create_engine, text

from connector.errors import UsageError
from connector.settings import Settings
from examples.shop.data import SCHEMAS
from examples.shop.loading import load_raw

REFUND = {
    "refund_id": "1",
    "order_id": 'o"1',
    "refunded_at": 86_400_000_000,
    "amount": Decimal("12.3400"),
    "currency": None,
}


@pytest.fixture(params=["duckdb", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "duckdb":
        return f"duckdb:///{tmp_path / 'warehouse.duckdb'}"
    new_database: Callable[[], str] = request.getfixturevalue("new_database")
    return new_database()


def refunds(*rows: dict[str, object]) -> dict[str, pa.Table]:
    return {"refunds": pa.Table.from_pylist(list(rows), schema=SCHEMAS["refunds"])}


def stored(url: str, columns: str = "*") -> list[tuple[object, ...]]:
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    try:
        with engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(f"select {columns} from raw.refunds"))]
    finally:
        engine.dispose()


def test_rows_replace_those_before_them_or_join_them(url: str) -> None:
    settings = Settings(warehouse_url=SecretStr(url))
    load_raw(settings, refunds(REFUND, REFUND), replace=True)
    assert load_raw(settings, refunds(REFUND), replace=True) == {"refunds": 1}
    assert len(stored(url)) == 1
    load_raw(settings, refunds(REFUND), replace=False)
    assert (
        stored(url, "order_id, amount, currency, cast(refunded_at as varchar)")
        == [('o"1', Decimal("12.3400"), None, "1970-01-02 00:00:00")] * 2
    )


def test_the_loader_says_so_where_it_cannot_load() -> None:
    with pytest.raises(UsageError, match="not snowflake"):
        load_raw(Settings(warehouse_url=SecretStr("snowflake://user@account/database")), {}, replace=True)
