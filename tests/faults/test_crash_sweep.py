"""A sync is struck at every SQL statement and request, by number: nothing is lost or doubled in silence."""

from __future__ import annotations

import random
import shutil
import signal
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.faults.nursery import Doom
from tests.faults.world import World, prove
from tests.support.forms import EVERYTHING
from tests.support.shops import DuckDBShop

if TYPE_CHECKING:
    from pathlib import Path

    from connector.sandbox.server import RunningSandbox
    from tests.faults.nursery import Nursery
    from tests.support.shops import Shop

EVENTS = 11
NAMES = {
    "kill": "kill -9",
    "terminate": "SIGTERM",
    "interrupt": "SIGINT twice",
    "raise": "the connection is gone",
}
EXITS = {
    "kill": {-signal.SIGKILL},
    "terminate": {0, -signal.SIGTERM},  # before and after it listens to signals it may just die
    "interrupt": {0, 1, 130, -signal.SIGINT},
    "raise": {0, 1},  # a write is tried again, all else is not
}
KILLS_BY_THE_CLOCK = 60 if EVERYTHING else 5
LEAST_LANDED = 0.5
"""The share of blows that must land; the others were meant for points that their run had no need to pass."""
SAMPLES = {"kill": 8, "terminate": 2, "interrupt": 2, "raise": 2}


def renewed(shop: Shop, kept: Path) -> None:
    """The shop as it was before its first sync."""
    if isinstance(shop, DuckDBShop):
        for file in (shop.path, shop.path.with_name(shop.path.name + ".wal")):
            file.unlink(missing_ok=True)
        shutil.copy(kept, shop.path)
    else:
        shop.run("drop schema if exists meta_conversions_ledger cascade")


@dataclass(frozen=True)
class Target:
    """A point to strike at: the `number`th of its name, from 1. Two threads pass points, so the order of all of them
    differs from run to run; that of one kind hardly does, but for how many writes the outcomes share."""

    name: str
    number: int

    def __str__(self) -> str:
        return f"{self.name} ({self.number})"


def targets(points: list[str], deed: str, samples: int) -> list[Target]:
    """The points to strike at: all, or a seeded sample with some of the rarest."""
    return [
        Target(points[number - 1], sum(points[number - 1] in name for name in points[:number]))
        for number in chosen(points, deed, samples)
    ]


def chosen(points: list[str], deed: str, samples: int) -> list[int]:
    """Their numbers among all points, from 1."""
    numbers = [number for number, name in enumerate(points, 1) if deed != "raise" or name.startswith("before")]
    if EVERYTHING:
        return numbers
    requests = [number for number in numbers if points[number - 1].endswith("request")]
    dice = random.Random(20261123)  # noqa: S311 - reproducible, not secret
    return sorted({*dice.sample(numbers, samples), *dice.sample(requests, 2)})


@pytest.mark.parametrize("deed", NAMES)
def test_a_blow_at_any_statement_or_request_loses_nothing_and_doubles_nothing_in_silence(
    shop: Shop, sandbox: RunningSandbox, nursery: Nursery, tmp_path: Path, deed: str
) -> None:
    more = {"CONNECTOR_BATCH_SIZE": "2", "CONNECTOR_CONCURRENCY": "1"}
    world = World(shop, sandbox, nursery, tmp_path, sandbox.base_url, EVENTS, more)
    strike_everywhere(world, deed)


def test_a_kill_on_the_way_to_another_destination_loses_nothing_and_doubles_nothing_in_silence(
    duckdb_shop: DuckDBShop, sandbox: RunningSandbox, nursery: Nursery, tmp_path: Path
) -> None:
    more = {"CONNECTOR_CONCURRENCY": "1"}
    world = World.of_the_toy(duckdb_shop, sandbox, nursery, tmp_path, sandbox.base_url, events=2 * EVENTS, more=more)
    strike_everywhere(world, "kill", samples=3)


def strike_everywhere(world: World, deed: str, *, samples: int = 0) -> None:
    """Count the points of an undisturbed sync, then strike new ones at them, and audit each."""
    shop, sandbox, folder = world.shop, world.sandbox, world.folder
    world.fill()
    kept = folder / "kept.duckdb"
    if isinstance(shop, DuckDBShop):
        shutil.copy(shop.path, kept)
    trace = folder / "points"
    assert world.sync(trace=trace) == 0, world.out.read_text()
    points = trace.read_text().splitlines()
    aims = targets(points, deed, samples or SAMPLES[deed])
    landed = 0
    for target in aims:
        renewed(shop, kept)
        sandbox.reset()
        world.runs = 0
        code = world.sync(doom=Doom(number=target.number, only=target.name, deed=deed))
        struck = world.struck_at() is not None
        said = f"{deed} at {target}, {'struck' if struck else 'ended before'}: {code} {world.out.read_text()}"
        assert code in exits(deed, target, said, struck=struck), said
        world.run_to_the_end()
        prove(world, NAMES[deed], senders=1, injected=int(struck), detail=said)
        landed += struck
    assert landed >= LEAST_LANDED * len(aims), f"only {landed} of {len(aims)} blows landed"


def exits(deed: str, target: Target, said: str, *, struck: bool) -> set[int]:
    """A run that ended before the blow is untouched; an error of a request, or a stop before Meta took any, is red."""
    if not struck:
        return {0}
    if deed == "terminate" and "Meta accepted not one event" in said:
        return {1}
    return {1} if deed == "raise" and target.name == "before a request" else EXITS[deed]


def test_a_kill_at_any_moment_of_the_clock_loses_nothing_and_doubles_nothing_in_silence(
    shop: Shop, sandbox: RunningSandbox, nursery: Nursery, tmp_path: Path
) -> None:
    """A number finds every point between two steps; the clock also finds the middle of one."""
    more = {"CONNECTOR_BATCH_SIZE": "2", "CONNECTOR_CONCURRENCY": "3"}
    world = World(shop, sandbox, nursery, tmp_path, sandbox.base_url, 3 * EVENTS, more)
    world.fill()
    kept = tmp_path / "kept.duckdb"
    if isinstance(shop, DuckDBShop):
        shutil.copy(shop.path, kept)
    started = time.monotonic()
    assert world.sync() == 0, world.out.read_text()
    whole_s = time.monotonic() - started
    dice = random.Random(20261123)  # noqa: S311 - reproducible, not secret
    for _ in range(KILLS_BY_THE_CLOCK):
        renewed(shop, kept)
        sandbox.reset()
        world.runs = 0
        after_s = dice.uniform(0.01, whole_s)
        code = world.sync(doom=Doom(after_s=after_s))
        assert code in (0, -signal.SIGALRM), world.out.read_text()
        world.run_to_the_end()
        prove(world, "killed by the clock", senders=1, injected=int(code != 0), detail=f"after {after_s:.3f} s")
