"""Shops on snowduck, for tests that others have written."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connector.sandbox.server import RunningSandbox
from tests.faults.nursery import Nursery
from tests.support.shops import Shop, SnowflakeShop, furnished, settings_for
from tests.support.snowduck import PATIENT, Snowduck, running_snowduck


@pytest.fixture(scope="session")
def snowduck(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snowduck]:
    with running_snowduck(tmp_path_factory.mktemp("stages")) as running:
        yield running


@pytest.fixture
def shop(snowduck: Snowduck) -> Shop:
    return furnished(SnowflakeShop(snowduck))


@pytest.fixture
def environment(shop: Shop, sandbox: RunningSandbox) -> dict[str, str]:
    return settings_for(shop, sandbox.base_url) | PATIENT


@pytest.fixture
def locking_shop(shop: Shop) -> Shop:
    return shop


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    with Nursery() as running:
        yield running
