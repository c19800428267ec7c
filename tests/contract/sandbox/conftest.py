from __future__ import annotations

from collections.abc import Iterator

import pytest

from connector.sandbox.server import RunningSandbox


@pytest.fixture(scope="module")
def running() -> Iterator[RunningSandbox]:
    with RunningSandbox() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: RunningSandbox) -> RunningSandbox:
    """A running sandbox that has seen nothing, on the system's time."""
    running.reset()
    running.clock.offset_s = 0
    return running
