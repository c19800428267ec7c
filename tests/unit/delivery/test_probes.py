"""What a run makes of the probe of a dataset that the previous run stopped."""

from __future__ import annotations

import pytest

from connector.delivery.pacing import RunState
from connector.model.outcomes import Evidence
from connector.model.stop_reasons import StopReason
from connector.model.verdicts import Kind, Verdict

ACCEPTED = Verdict(kind=Kind.ACCEPTED, evidence=Evidence(http_status=200))
UNREAD = Verdict(kind=Kind.UNCONFIRMED, evidence=Evidence())
BAD_EVENT = Verdict(kind=Kind.CONTENT, evidence=Evidence(http_status=400, error_code=100, error_subcode=2804009))


def state_after(*answers: tuple[str, Verdict]) -> RunState:
    state = RunState(datasets_to_probe={"7"})
    for dataset, verdict in answers:
        state.on_response(dataset, verdict, events=1)
    return state


def test_a_probe_that_stays_unread_is_a_reason_of_its_own_though_another_dataset_was_sent() -> None:
    state = state_after(("7", UNREAD), ("8", ACCEPTED))
    assert (state.reason, state.reason.is_green) == (StopReason.PROBE_UNCONFIRMED, False)
    assert "7" in state.paused


@pytest.mark.parametrize("verdict", [ACCEPTED, BAD_EVENT])
def test_an_answer_that_shows_that_the_dataset_takes_events_ends_the_probing(verdict: Verdict) -> None:
    state = state_after(("7", UNREAD), ("7", verdict), ("8", ACCEPTED))
    assert state.reason is StopReason.FINISHED
    assert "7" not in state.paused


def test_a_probe_that_was_unread_and_then_answered_says_nothing_of_another_dataset() -> None:
    state = state_after(("7", UNREAD), ("7", ACCEPTED), ("8", ACCEPTED))
    state.datasets_to_probe.add("9")  # nothing of it is owed, so it waits for its probe
    assert state.reason is StopReason.FINISHED


def test_a_dataset_of_which_nothing_is_owed_waits_for_its_probe_without_harm() -> None:
    assert state_after(("8", ACCEPTED)).reason is StopReason.FINISHED
