"""SIGKILL at every SQL statement and request of a small sync, by number: nothing is lost or doubled in silence."""

from __future__ import annotations

import os
import random
import shutil
import signal
from typing import TYPE_CHECKING

from tests.faults.world import World, prove
from tests.integration.sync.conftest import DuckDBShop, Shop

if TYPE_CHECKING:
    from pathlib import Path

    from connector.sandbox.server import RunningSandbox
    from tests.faults.nursery import Nursery

EVENTS = 11
SAMPLE = 24
EVERY = os.environ.get("FAULTS") == "all"
"""`make faults` kills at every point, `make test` at a seeded sample of them and at each of the rarest."""


def renewed(shop: Shop, kept: Path) -> None:
    """The shop as it was before its first sync."""
    if isinstance(shop, DuckDBShop):
        for file in (shop.path, shop.path.with_name(shop.path.name + ".wal")):
            file.unlink(missing_ok=True)
        shutil.copy(kept, shop.path)
    else:
        shop.run("drop schema if exists delivery cascade")


def chosen(points: list[str]) -> list[int]:
    """The numbers of the points to die at, from 1."""
    numbers = range(1, len(points) + 1)
    if EVERY:
        return list(numbers)
    requests = [number for number in numbers if points[number - 1].endswith("request")]
    dice = random.Random(20261123)  # noqa: S311 - reproducible, not secret
    return sorted({*dice.sample(numbers, SAMPLE), requests[0], requests[1], requests[-1]})


def test_a_kill_at_any_statement_or_request_loses_nothing_and_doubles_nothing_in_silence(
    shop: Shop, sandbox: RunningSandbox, nursery: Nursery, tmp_path: Path
) -> None:
    more = {"CONNECTOR_BATCH_SIZE": "2", "CONNECTOR_CONCURRENCY": "1"}
    world = World(shop, sandbox, nursery, tmp_path, sandbox.base_url, EVENTS, more)
    world.fill()
    kept = tmp_path / "kept.duckdb"
    if isinstance(shop, DuckDBShop):
        shutil.copy(shop.path, kept)
    trace = tmp_path / "points"
    assert world.sync(trace=trace) == 0, world.out.read_text()
    points = trace.read_text().splitlines()
    for number in chosen(points):
        renewed(shop, kept)
        sandbox.reset()
        name = f"kill at {number}/{len(points)}: {points[number - 1]}"
        world.runs = 0
        assert world.sync(kill_at=number) == -signal.SIGKILL, f"{name}: {world.out.read_text()}"
        world.run_to_the_end()
        prove(world, "kill -9", senders=1, injected=1, detail=name)
