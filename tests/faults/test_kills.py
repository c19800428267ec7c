"""A sync that is killed again and again under Meta's usual answer time: how much goes twice, and that it gets on."""

from __future__ import annotations

import os
import random
import signal
from typing import TYPE_CHECKING

import pytest

from tests.benchmarks import warehouses
from tests.faults.nursery import Doom
from tests.faults.receiving import LateMeta, listening
from tests.support.forms import EVERYTHING
from tests.support.shops import DuckDBShop, settings_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.faults.nursery import Nursery

KILLS, BATCH = (20, 1_000) if EVERYTHING else (3, 500)
BATCHES_A_KILL = 2
SLOTS = 4
KILL_EVERY_S, PERCENT = (25.0, 96) if EVERYTHING else (0.5, 79)
"""Seconds after its first request, and the usage of the limit that each answer tells: its pause is longer than that."""
LIMITED_BATCHES = 12 if EVERYTHING else 8
MOST_RUNS = 3 * LIMITED_BATCHES
MOST_AGAIN = 1 if EVERYTHING else SLOTS
"""Batches a kill. In the short form a busy machine takes longer for a write than Meta for a small batch."""


@pytest.fixture
def meta() -> LateMeta:
    return LateMeta()


@pytest.fixture
def address(meta: LateMeta) -> Iterator[str]:
    with listening(meta.talk) as port:
        yield f"http://127.0.0.1:{port}"


def run_of(meta: LateMeta, nursery: Nursery, env: dict[str, str], out: Path, kill_after_s: float | None) -> int:
    """One sync; its exit code. It is killed so many seconds after its first request, if it is still there."""
    meta.kill_after_s = kill_after_s
    meta.victim = pid = nursery.start(["sync"], env, out=out, doom=Doom())
    code = nursery.wait(pid)
    meta.victim = None
    return code


def states(shop: DuckDBShop) -> list[tuple[object, ...]]:
    return shop.run("select state, count(*) from meta_conversions_ledger.conversion_states group by 1")


def test_a_kill_at_any_moment_has_at_most_a_batch_sent_again_that_was_acknowledged(
    meta: LateMeta, address: str, nursery: Nursery, tmp_path: Path, tell: Callable[[str, str], None]
) -> None:
    """What had no answer when the run died has to go again; what had one goes again only if it was not yet written."""
    os.sync()  # a write ends when the disk has it, which may still be busy with what was installed before
    events = BATCHES_A_KILL * KILLS * BATCH
    shop = DuckDBShop(tmp_path / "shop.duckdb")
    warehouses.build(shop.path, events)
    env = settings_for(shop, address) | {"CONNECTOR_BATCH_SIZE": str(BATCH), "CONNECTOR_CONCURRENCY": str(SLOTS)}
    dice = random.Random(20261128)  # noqa: S311 - reproducible, not secret
    out = tmp_path / "said"
    while meta.kills < KILLS and len(meta.acknowledged) < events:
        code = run_of(meta, nursery, env, out, dice.uniform(0.0, 0.1))
        assert code in (0, -signal.SIGKILL), out.read_text()
    assert run_of(meta, nursery, env, out, None) == 0, out.read_text()
    tell("kills", f"{meta.kills} kills of {events:,} events in batches of {BATCH:,}: {meta.sent_again:,} again")
    assert len(meta.acknowledged) == events
    assert states(shop) == [("accepted", events)]
    assert meta.kills > KILLS // 2
    assert meta.sent_again <= meta.kills * BATCH * MOST_AGAIN


def test_a_sync_that_is_killed_within_each_pause_for_a_limit_gets_on_in_every_run(
    meta: LateMeta, address: str, nursery: Nursery, tmp_path: Path, tell: Callable[[str, str], None]
) -> None:
    meta.percent, meta.refuses = PERCENT, 5
    events = LIMITED_BATCHES * BATCH
    shop = DuckDBShop(tmp_path / "shop.duckdb")
    warehouses.build(shop.path, events)
    env = settings_for(shop, address) | {"CONNECTOR_BATCH_SIZE": str(BATCH), "CONNECTOR_CONCURRENCY": str(SLOTS)}
    out = tmp_path / "said"
    arrived = [0]
    while ("accepted", events) not in (states(shop) if meta.kills else []):
        assert len(arrived) < MOST_RUNS, out.read_text()
        run_of(meta, nursery, env, out, KILL_EVERY_S)
        arrived.append(len(meta.acknowledged))
        assert arrived[-1] > arrived[-2] or arrived[-1] == events, out.read_text()
    tell(
        "kills",
        f"{meta.kills} kills, {KILL_EVERY_S} s after each first request, at {PERCENT} % of a limit: {events:,} events "
        f"arrived in {len(arrived) - 1} runs, {meta.sent_again:,} again",
    )
    assert meta.kills > 1
    assert meta.sent_again <= meta.kills * BATCH
