"""Worlds on both warehouses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector.sandbox.server import RunningSandbox
from tests.faults.line import Line
from tests.faults.nursery import Nursery

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    with Nursery() as running:
        yield running


@pytest.fixture
def line(sandbox: RunningSandbox) -> Iterator[Line]:
    with Line(sandbox.port) as running:
        yield running
