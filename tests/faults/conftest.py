"""Worlds on both warehouses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector.sandbox.server import RunningSandbox
from tests.faults.line import Line
from tests.faults.nursery import Nursery
from tests.integration.sync.conftest import (
    duckdb_shop,
    postgres_shop,
    pytest_collection_modifyitems,
    shop,
    snowflake_shop,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

# fixtures and the choice of engines, shared with the sync tests
__all__ = ["duckdb_shop", "postgres_shop", "pytest_collection_modifyitems", "shop", "snowflake_shop"]


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    with Nursery() as running:
        yield running


@pytest.fixture
def sandbox() -> Iterator[RunningSandbox]:
    with RunningSandbox() as running:
        yield running


@pytest.fixture
def line(sandbox: RunningSandbox) -> Iterator[Line]:
    with Line(sandbox.port) as running:
        yield running
