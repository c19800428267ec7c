"""Replays on snowduck, by tests that every engine passes."""

from __future__ import annotations

from tests.integration.sync.conftest import _patience
from tests.integration.sync.test_replay import (
    held,
    rejected,
    sandbox,
    script,
    test_a_held_one_is_told_as_one_that_may_count_twice_and_stays_so,
    test_a_rejected_one_goes_once_more_and_is_proven,
)
from tests.support.snowduck import needs_snowduck

pytestmark = needs_snowduck

__all__ = [
    "_patience",
    "held",
    "rejected",
    "sandbox",
    "script",
    "test_a_held_one_is_told_as_one_that_may_count_twice_and_stays_so",
    "test_a_rejected_one_goes_once_more_and_is_proven",
]
