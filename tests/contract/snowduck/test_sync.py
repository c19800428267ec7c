"""Whole syncs on snowduck, by tests that every engine passes."""

from __future__ import annotations

from tests.contract.snowflake.test_statements import test_an_idle_sync_takes_its_round_trips_at_the_driver_and_no_more
from tests.integration.sync.conftest import _patience
from tests.integration.sync.test_sync import (
    test_a_second_sync_sends_nothing_and_says_so,
    test_everything_owed_is_accepted_once_and_both_sides_say_so,
    test_plan_tells_what_a_sync_then_does,
    test_status_as_json_has_the_keys_of_the_contract,
)
from tests.support.snowduck import needs_snowduck

pytestmark = needs_snowduck

__all__ = [
    "_patience",
    "test_a_second_sync_sends_nothing_and_says_so",
    "test_an_idle_sync_takes_its_round_trips_at_the_driver_and_no_more",
    "test_everything_owed_is_accepted_once_and_both_sides_say_so",
    "test_plan_tells_what_a_sync_then_does",
    "test_status_as_json_has_the_keys_of_the_contract",
]
