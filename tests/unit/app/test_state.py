"""The sentence that stands first: whether sending works, what a stop costs, of when the figures are."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from connector.app.state import State
from connector.insight.last_run import LastRun, last_of
from connector.insight.stop import AtStake, Stop, stop_of
from connector.model.amounts import Part
from connector.model.stop_reasons import HANDFUL, StopReason

NOON = datetime(2026, 11, 28, 12)  # noqa: DTZ001 - the ledger's times are UTC without zone
HOUR = timedelta(hours=1)


def run(hour: int, reason: str, *, accepted: int = 0, deferred: int = 0, ended: bool = True) -> Any:
    started = NOON + hour * HOUR
    return SimpleNamespace(
        sync_id=f"run{hour}",
        started_at=started,
        ended_at=started if ended else None,
        reason=reason if ended else None,
        claimed=accepted + deferred,
        accepted=accepted,
        deferred=deferred,
        started_by="ana",
        started_on="sender-1",
        airflow_run=None,
        connector_version="0.1.0",
    )


def last(reason: StopReason = StopReason.FINISHED, failing_since: datetime | None = None) -> LastRun:
    return LastRun(
        sync_id="run",
        ended_at=NOON,
        word=str(reason),
        reason=reason,
        claimed=1200,
        accepted=1200,
        failing_since=failing_since,
    )


def state(**changes: Any) -> State:
    known = {"last": last(), "stop": None, "at_stake": None, "figures_as_of": NOON, "reconciled_as_of": NOON}
    return State(**{**known, "adds_up": True, **changes})


def test_a_stop_lasts_from_its_first_run_until_one_is_accepted() -> None:
    refused = [run(3, "refused"), run(2, "finished"), run(1, "process_gone"), run(0, "unreachable")]
    found = stop_of([run(4, "x", ended=False), *refused, run(-1, "finished", accepted=1), run(-2, "refused")], [""])
    assert found is not None
    assert (found[0].sync_id, found[1], found[2]) == ("run3", StopReason.REFUSED, NOON)
    assert stop_of([run(4, "finished", accepted=1), *refused], []) is None


def test_a_run_that_only_died_is_no_stop() -> None:
    assert stop_of([run(1, "lease_expired"), run(0, "finished", accepted=1)], []) is None
    assert stop_of([], []) is None


@pytest.mark.parametrize(("deferred", "stops"), [(1, False), (HANDFUL - 1, False), (HANDFUL, True)])
def test_a_handful_of_events_that_waits_for_contrast_is_no_stop(deferred: int, stops: bool) -> None:
    alone = [run(hour, "refused_without_contrast", deferred=deferred) for hour in (3, 2)]
    assert (stop_of([*alone, run(1, "finished", accepted=1)], []) is not None) is stops
    found = stop_of([*alone, run(1, "unreachable", deferred=1)], [])
    assert found is not None, "it does not end a stop either"
    assert found[2] == NOON + HOUR


def test_a_dataset_that_is_still_to_be_probed_is_stopped_though_others_were_sent_to_since() -> None:
    runs = [run(2, "finished", accepted=5), run(1, "refused"), run(0, "finished", accepted=5)]
    found = stop_of(runs, ["777"])
    assert found is not None
    assert found[2] == NOON + HOUR
    assert stop_of(runs, []) is None


def test_where_sending_works_it_says_so_and_of_when_the_figures_are() -> None:
    assert state().sentence == (
        "Sending works: the last sync ended 2026-11-28 12:00 UTC, 1,200 accepted. Meta's own figures are of 2026-11-28 "
        "12:00 UTC. Every unit of money is explained as of 2026-11-28 12:00 UTC."
    )


def test_who_started_the_last_sync_is_said_from_where_and_with_which_version() -> None:
    by_hand = last_of([run(0, "finished")])
    assert state(last=by_hand).origin == ("The last sync (run0) was started by ana on sender-1, with version 0.1.0.")
    assert by_hand is not None
    scheduled = replace(by_hand, airflow_run="conversions_sync/scheduled__2026-11-28T12:00:00+00:00")
    assert ", Airflow run conversions_sync/scheduled__2026-11-28T12:00:00+00:00, with" in state(last=scheduled).origin
    assert state(last=last()).origin == ""


def test_deletions_are_dated_where_not_each_build_looks_for_them() -> None:
    assert "Deletions" not in state().as_of
    assert "Deletions are seen as of 2" in state(swept_at=NOON - HOUR).as_of


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"reconciled_as_of": NOON - HOUR, "figures_as_of": None},
            "Not in these figures yet: the last sync. Renew them: dbt build",
        ),
        (
            {"figures_as_of": NOON + HOUR},
            "Not in these figures yet: Meta's newest figures. Renew them: dbt build --select tag:",
        ),
        ({"last": None, "figures_as_of": NOON + HOUR}, "Not in these figures yet: Meta's newest figures."),
        ({"reconciled_as_of": NOON - HOUR}, "Not in these figures yet: the last sync and Meta's newest figures."),
        ({"reconciled_as_of": None}, "as of an unknown time. Renew them, so that they have a date: dbt build"),
    ],
)
def test_an_older_reconciliation_says_what_is_not_in_it_and_how_to_renew_it(
    changes: dict[str, Any], words: str
) -> None:
    assert words in state(**changes).as_of
    assert "Renew" not in state().as_of
    assert "Renew" not in state(adds_up=None, reconciled_as_of=None).as_of


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"last": None}, "Nothing was sent yet"),
        (
            {"last": replace(last(), claimed=0, accepted=0)},
            "the last sync ended 2026-11-28 12:00 UTC, nothing was due.",
        ),
        ({"last": last(StopReason.PROCESS_GONE, NOON)}, "NO SYNC HAS ENDED WELL since 2026-11-28 12:00 UTC"),
        ({"figures_as_of": None}, "Meta's own figures were never read"),
        ({"adds_up": False}, "MONEY IS UNEXPLAINED"),
        ({"adds_up": None}, "The reconciliation was not built yet"),
    ],
)
def test_what_is_not_well_is_said(changes: dict[str, Any], words: str) -> None:
    assert words in state(**changes).sentence


def test_a_run_that_died_costs_nothing_where_nothing_waits() -> None:
    died = last(StopReason.PROCESS_GONE, NOON)
    found = state(last=died, at_stake=AtStake(soon_until=NOON))
    assert found.works
    assert found.headline == (
        "Nothing waits to be sent, but the last sync ended 2026-11-28 12:00 UTC without success: the process died; on "
        "DuckDB the next process that opens the file detects it."
    )
    waits = AtStake(soon_until=NOON, others=1)
    assert not state(last=died, at_stake=waits).works
    assert not state(last=last(StopReason.UNPROVEN, NOON), at_stake=AtStake(soon_until=NOON)).works


def test_of_many_currencies_the_sentence_names_a_few_and_a_message_all() -> None:
    stake = AtStake(soon_until=NOON, first_deadline_at=NOON)
    for at, currency in enumerate(("EUR", "USD", "GBP", "CAD", "JPY")):
        stake.revenue.add(Part(9 - at, currency, Decimal(5)))
    stop = Stop(sync_id="run", reason=StopReason.UNREACHABLE, since=NOON, datasets=(), error_text="name_not_found")
    found = state(stop=stop, at_stake=stake)
    assert "35 purchases (5.00 EUR, 5.00 USD, 5.00 GBP and 2 more)." in found.headline
    assert "5.00 CAD, 5 JPY)" in " ".join(found.stop_alarm.happened)


def test_a_stop_says_what_waits_what_is_lost_by_when_and_what_was_lost_already() -> None:
    stake = AtStake(soon_until=NOON + 24 * HOUR, first_deadline_at=NOON + 2 * HOUR, others=3)
    for part in (Part(40, "EUR", Decimal(900)), Part(1, "USD", Decimal(5))):
        stake.revenue.add(part)
    stake.soon.add(Part(2, "EUR", Decimal(50)))
    stake.lost.add(Part(1, "EUR", Decimal(7)))
    stop = Stop(sync_id="run", reason=StopReason.UNREACHABLE, since=NOON, datasets=(), error_text="name_not_found")
    found = state(stop=stop, at_stake=stake)
    assert not found.works
    assert [part.split()[0] for part in found.headlines] == ["SENDING", "Waiting", "What"]
    assert found.headline == (
        "SENDING HAS STOPPED since 2026-11-28 12:00 UTC: The name of Meta's host, or of the proxy, could not be "
        "resolved. Waiting to be sent: 41 purchases (900.00 EUR, 5.00 USD), and 3 other events without revenue. "
        "Of that, 50.00 EUR is lost by 2026-11-29 12:00 UTC, the first at 2026-11-28 14:00 UTC. "
        "Lost since it stopped: 1 purchase (7.00 EUR). "
        "What to do (data engineer): Check the network, the proxy and CONNECTOR_META_BASE_URL."
    )
