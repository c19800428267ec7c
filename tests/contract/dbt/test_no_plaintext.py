"""Plaintext that is planted in every raw column of a person stands in no column of a mart nor of the ledger."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from connector import app
from connector.sandbox.server import RunningSandbox
from tests.contract.dbt.conftest import DbtWarehouse
from tests.contract.dbt.raw_shop import PLAINTEXT

SCHEMAS = ("meta_conversions", "meta_conversions_ledger")


def columns_of(warehouse: DbtWarehouse, schema: str) -> list[tuple[str, str]]:
    rows = warehouse.rows(
        f"select table_name, column_name from information_schema.columns where table_schema = '{schema}'"
    )
    return [(f"{schema}.{row['table_name']}", row["column_name"]) for row in rows]


@pytest.fixture(scope="module")
def sent(built_shop: DbtWarehouse) -> DbtWarehouse:
    """The shop, its events sent, so that the ledger has something to say; then reconciled."""
    with RunningSandbox() as sandbox:
        settings = built_shop.settings.model_copy(
            update={
                "meta_base_url": sandbox.base_url,
                "meta_dataset_id": "1234567890",
                "meta_access_token": SecretStr("token-of-a-test"),
            }
        )
        assert app.sync(settings).is_proven
    built_shop.dbt("run", "--select", "tag:meta_conversions_reconciliation")
    return built_shop


def test_the_canaries_are_planted(built_shop: DbtWarehouse) -> None:
    raw = "".join(
        str(built_shop.rows(f"select * from raw.{table}"))
        for table in ("customers", "orders", "web_sessions", "web_events", "crm_leads", "store_sales")
    ).lower()
    assert [word for word in PLAINTEXT if word.lower() not in raw.replace(" ", "") and word.lower() not in raw] == []


@pytest.mark.parametrize("schema", SCHEMAS)
def test_no_column_holds_plaintext(schema: str, sent: DbtWarehouse) -> None:
    columns = columns_of(sent, schema)
    assert len(columns) > 40
    for relation in dict(columns):
        asked = ", ".join(
            f'cast("{column}" as varchar) as "{column}"' for found, column in columns if found == relation
        )
        rows = sent.rows(f"select {asked} from {relation}")
        text = "\n".join(value or "" for row in rows for value in row.values()).lower()
        assert [(relation, word) for word in PLAINTEXT if word.lower() in text] == []


def test_no_log_or_compiled_file_of_dbt_holds_plaintext(sent: DbtWarehouse) -> None:
    logs = [path for path in (sent.folder / "logs").rglob("*") if path.is_file()]
    text = "".join(path.read_text(errors="replace") for path in logs).lower()
    assert text
    assert [word for word in PLAINTEXT if word.lower() in text] == []
