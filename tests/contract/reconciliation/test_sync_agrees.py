"""What dbt says is owed is what the sync would claim: the rule stands in two languages, and must be one rule."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from connector.insight.history import read_histories
from connector.insight.plan import read_plan
from connector.insight.status import read_status
from connector.model.amounts import Amounts
from connector.warehouse.warehouse import Warehouse
from tests.contract.reconciliation.conftest import World, settings_of
from tests.contract.reconciliation.reconciliation_lives import LIVES, History


@pytest.fixture(scope="session")
def status(world: World, built: dict[str, str]) -> Amounts:
    with Warehouse.open(settings_of(world.path)) as warehouse:
        return read_status(warehouse, now=datetime.now(UTC).replace(tzinfo=None), resend_unconfirmed=True)


def test_the_sync_would_send_what_the_waterfall_says_is_owed(world: World, built: dict[str, str]) -> None:
    terms = {"now": datetime.now(UTC).replace(tzinfo=None), "resend_unconfirmed": True, "sync_id": "", "show": 1000}
    with Warehouse.open(settings_of(world.path)) as warehouse:
        claimed = {row.event_id for row in warehouse.rows("owed_payloads", terms)}
    owed = world.rows("select event_id from meta_conversions.conversion_deliveries where standing = 'owed'")
    assert claimed == {event_id for (event_id,) in owed}
    assert {"waits", "no_answer", "store_no_answer_two_days_ago", "refused_then_corrected", "put_off"} <= claimed


def test_a_plan_counts_as_late_what_the_deliveries_say_expired_or_is_covered(
    world: World, built: dict[str, str]
) -> None:
    terms = {"resend_unconfirmed": True, "batch_size": 1000, "show": 0}
    with Warehouse.open(settings_of(world.path)) as warehouse:
        late = read_plan(warehouse, now=datetime.now(UTC).replace(tzinfo=None), **terms).late
    late_ones = "('expired', 'covered_by_pixel', 'before_first_sync')"
    unsent = f"from meta_conversions.conversion_deliveries where standing in {late_ones}"
    in_euros = f"select count(*), sum(value) {unsent} and currency = 'EUR'"
    assert world.rows(in_euros) == [(late.past_deadline.events_by_currency["EUR"], late.past_deadline.money["EUR"])]
    assert world.rows(f"select count(*) {unsent}") == [(late.past_deadline.events,)]
    [(covered,)] = world.rows(f"select count(*) {unsent} and pixel_event_time is not null")
    assert late.outside_pixel_window is not None
    assert 0 < covered == late.outside_pixel_window.events < late.past_deadline.events


@pytest.mark.parametrize(
    "standing", ["accepted", "held", "expired", "before_first_sync", "covered_by_pixel", "in_flight", "owed"]
)
def test_status_counts_as_many_as_the_waterfall(standing: str, world: World, status: Amounts) -> None:
    # what left the events relation a week after its deadline is among them
    [(events,)] = world.rows(
        f"select count(*) from meta_conversions.conversion_deliveries where standing = '{standing}'"
    )
    assert status[standing].events == events > 0


@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.name)
def test_why_says_what_the_mart_says(life: History, world: World, built: dict[str, str]) -> None:
    now = datetime.now(UTC).replace(tzinfo=None)
    with Warehouse.open(settings_of(world.path)) as warehouse:
        [found] = read_histories(warehouse, life.name, now=now, resend_unconfirmed=True)
    reason = life.reason if life.standing == "held" else None
    assert (found.standing, found.held_reason) == (life.standing, reason)


def test_lost_is_the_same_for_status_report_and_waterfall(world: World, status: Amounts) -> None:
    [(events, money)] = world.rows(
        "select cast(sum(short_events) as bigint), sum(short_value) from meta_conversions.reconciliation_daily"
        " where comparison = 'eligible_to_accepted'"
    )
    assert (status["lost"].events, sum(status["lost"].money.values())) == (events, money)
    told, told_money = world.report().lost()
    assert (told, sum(told_money.values())) == (events, money)
