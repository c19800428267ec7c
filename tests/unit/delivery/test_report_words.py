"""What a run's report says: the reason in words, the last answer, what became of the rest, and what to do."""

from __future__ import annotations

from typing import Any

import pytest

from connector.delivery.proof import RunReport
from connector.destinations.meta.destination import MetaDestination
from connector.errors import Stopped, Unproven
from connector.model.outcomes import Evidence, Outcome
from connector.model.stop_reasons import StopReason
from connector.model.verdicts import Kind, Verdict

BLOCKED = Verdict(
    kind=Kind.WAIT,
    evidence=Evidence(http_status=403, error_text="intermediary_answer"),
    meaning="Something on the way answered.",
    advice="Open the way.",
    if_lasting=StopReason.INTERMEDIARY,
)


def report(reason: StopReason, **changes: Any) -> RunReport:
    parts: dict[str, Any] = {
        "sync_id": "s1",
        "mode": "live",
        "reason": reason,
        "requests": 4,
        "duration_s": 1.0,
        "claimed": 1_200,
        "outcomes": dict.fromkeys(Outcome, 0) | {Outcome.DEFERRED: 1_200},
        "money": {outcome: {} for outcome in Outcome},
        "is_proven": True,
        "wording": MetaDestination.words(),
    }
    return RunReport(**(parts | changes))


@pytest.mark.parametrize("reason", StopReason)
def test_the_exit_code_of_a_run_is_that_of_its_reason(reason: StopReason) -> None:
    failure = report(reason).failure
    if reason.exit_code.isdecimal():
        assert (failure.exit_code if failure else 0) == int(reason.exit_code)
    assert (failure is None) == reason.is_green


def test_the_message_names_the_last_answer_by_its_codes_and_ends_with_its_advice() -> None:
    failure = report(StopReason.INTERMEDIARY, last_refusal=BLOCKED).failure
    assert str(failure) == (
        "A proxy, firewall or portal answered instead of Meta, time after time: nothing arrived; the last answer (HTTP "
        "403): Something on the way answered. 1,200 conversions are deferred, nothing is lost. Open the way."
    )


def test_without_an_answer_the_advice_is_that_of_the_reason() -> None:
    assert "CONNECTOR_META_BASE_URL" in str(report(StopReason.UNREACHABLE).failure)


def test_a_green_run_says_only_why_it_ended() -> None:
    told = report(StopReason.FINISHED, last_refusal=BLOCKED)
    assert told.as_dict()["explanation"] == "Nothing more was owed (in its window, if it had one)."


@pytest.mark.parametrize("reason", StopReason)
def test_conversions_that_newly_expired_fail_every_run_beside_its_own_reason_and_no_retry_hides_them(
    reason: StopReason,
) -> None:
    failure = report(reason, newly_expired=3).failure
    assert isinstance(failure, (Unproven, Stopped))
    assert failure.exit_code == (3 if reason is StopReason.REFUSED else 1)
    assert "3 conversions passed the deadline unsent" in str(failure)
    if not reason.is_green:
        assert str(failure).startswith(str(report(reason).failure))


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (Outcome.DEFERRED, "1 conversion is deferred, nothing is lost."),
        (Outcome.UNCONFIRMED, "1 conversion is unconfirmed."),
    ],
)
def test_one_conversion_is_told_in_the_singular(outcome: Outcome, words: str) -> None:
    assert words in report(StopReason.UNREACHABLE, outcomes=dict.fromkeys(Outcome, 0) | {outcome: 1}).explanation
