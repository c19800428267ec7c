"""Shops on snowduck, for tests that others have written."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from connector.ledger.setup import create_ledger
from connector.settings import Settings
from connector.warehouse.warehouse import Warehouse
from tests.faults.nursery import Nursery
from tests.support.shops import Shop, SnowflakeShop, furnished
from tests.support.snowduck import Snowduck, running_snowduck


@pytest.fixture(scope="session")
def snowduck(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snowduck]:
    with running_snowduck(tmp_path_factory.mktemp("stages")) as running:
        yield running


@pytest.fixture
def shop(snowduck: Snowduck) -> Shop:
    return furnished(SnowflakeShop(snowduck))


@pytest.fixture
def locking_shop(shop: Shop) -> Shop:
    """With its ledger: what makes a table ends the transaction and its lock, so that two may not make it at once."""
    with Warehouse.open(Settings(warehouse_url=SecretStr(shop.url))) as warehouse:
        create_ledger(warehouse)
    return shop


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    with Nursery() as running:
        yield running
