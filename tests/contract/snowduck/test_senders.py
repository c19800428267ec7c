"""Several senders on snowduck, and the death of one. Its locks are this project's own, after Snowflake's documentation:
what is shown is what the sender makes of them."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from tests.faults.nursery import Doom
from tests.faults.test_senders import (
    test_a_sender_among_three_claims_a_sixth_of_what_is_owed_in_whole_batches,
    test_two_runs_that_claim_at_once_never_hold_the_same_conversion,
)
from tests.faults.test_senders import world as world_in_haste
from tests.faults.world import owed_ids, prove
from tests.support.snowduck import IDLE_S, PATIENT, needs_snowduck

if TYPE_CHECKING:
    from tests.faults.world import World

pytestmark = needs_snowduck

__all__ = [
    "test_a_sender_among_three_claims_a_sixth_of_what_is_owed_in_whole_batches",
    "test_two_runs_that_claim_at_once_never_hold_the_same_conversion",
    "world_in_haste",
]

WITHIN_THE_CLAIM = "before -- The next chunk of owed conversions"
AFTER_IT = "a request"


@pytest.fixture
def world(world_in_haste: World) -> World:
    world_in_haste.more |= PATIENT
    return world_in_haste


@pytest.mark.parametrize("point", [WITHIN_THE_CLAIM, AFTER_IT])
def test_a_sender_that_is_killed_loses_nothing_and_the_next_one_waits_for_its_lock(world: World, point: str) -> None:
    """Its session stays, with the transaction and the lock, until the server ends it for being idle."""
    assert world.sync(doom=Doom(number=1, only=point)) == -signal.SIGKILL, world.out.read_text()
    if point == WITHIN_THE_CLAIM:
        world.more["CONNECTOR_LOCK_WAIT_S"] = "1"
        assert world.sync() == 1
        assert "longer for a lock than CONNECTOR_LOCK_WAIT_S" in world.out.read_text()
        assert "docs/snowflake.md says how to end it by hand" in world.out.read_text()
    world.more["CONNECTOR_LOCK_WAIT_S"] = str(8 * IDLE_S)
    world.run_to_the_end()
    assert world.accepted() == owed_ids(world.events)
    prove(world, f"kill -9 {point}", senders=1, injected=1)


def test_two_senders_at_once_make_the_ledger_and_send_everything_once(world: World) -> None:
    world.run_to_the_end(senders=2)
    assert prove(world, "two senders at once", senders=2, injected=0).twice == set()
