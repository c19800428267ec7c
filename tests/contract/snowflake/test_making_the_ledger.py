"""Snowflake commits each statement that makes a table, and with that lets go of the lock: two senders that make the
ledger at the same time take turns all the same. On the stand-in, which has no locks: what each would hold is told by
which connection sends what. tests/contract/snowduck has two at once, with locks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import SecretStr
from sqlalchemy import Connection, event

from connector.ledger.migration import VERSION
from connector.ledger.setup import create_ledger, ledger_version
from connector.settings import Settings
from connector.warehouse.warehouse import Warehouse

if TYPE_CHECKING:
    from tests.support.shops import Shop

LOCK = "update meta_conversions_ledger.sync_lock"
OVERTAKEN_AT = 4
"""Of what has another name by now, one column is there under its first name, and one is not yet."""
COLUMNS = (
    "select lower(table_name), lower(column_name) from information_schema.columns "
    "where lower(table_schema) = 'meta_conversions_ledger' order by 1, 2"
)


@pytest.fixture
def slow(snowflake_shop: Shop) -> Iterator[Warehouse]:
    with Warehouse.open(Settings(warehouse_url=SecretStr(snowflake_shop.url))) as opened:
        yield opened


class Overtaking:
    """Hears what the slow one sends, before it is sent; between two of its turns the other makes all that is left."""

    def __init__(self, slow: Warehouse, url: str) -> None:
        self.url = url
        self.locked = 0
        self.holder: Any = None
        self.made: list[str] = []
        self.made_by_holder: list[str] = []
        event.listen(slow.engine, "before_cursor_execute", self.hear)

    def hear(self, connection: Connection, _cursor: Any, sql: str, *_: Any) -> None:
        session, plain = connection.connection.driver_connection, " ".join(sql.split())
        if f"{LOCK} set holder" in plain:
            self.holder = session
            self.locked += 1
            if self.locked == OVERTAKEN_AT:
                self.overtake()
        elif re.search(r"create (or replace )?(table|view) |alter table ", plain) and "sync_lock" not in plain:
            (self.made_by_holder if session is self.holder else self.made).append(plain)

    def overtake(self) -> None:
        with Warehouse.open(Settings(warehouse_url=SecretStr(self.url))) as quick:
            create_ledger(quick)
            assert ledger_version(quick) == VERSION


def test_who_makes_the_ledger_beside_another_holds_the_lock_for_each_version_and_finds_in_the_end_that_it_is_made(
    slow: Warehouse, snowflake_shop: Shop
) -> None:
    heard = Overtaking(slow, snowflake_shop.url)
    create_ledger(slow)
    assert heard.locked == OVERTAKEN_AT, "it found the ledger made then"
    assert heard.made
    assert heard.made_by_holder == [], "what makes something lets go of the lock"
    assert ledger_version(slow) == VERSION
    columns = snowflake_shop.run(COLUMNS)
    assert ("sync_runs", "mode") in columns
    assert ("sync_runs", "lane") not in columns, "a column that has another name by now is not added again"
    assert ("sync_runs", "doubted_datasets") not in columns
