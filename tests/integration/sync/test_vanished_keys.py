"""Keys that vanish: cancellations, outboxes and windows go on, a changed way to make event_id stops before it sends."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tests.support.shops import event, utc_now

if TYPE_CHECKING:
    from connector.sandbox.server import RunningSandbox
    from tests.support.shops import Person, Shop

CONVERSIONS = """
create table meta_conversions.conversions as
select
    dataset_id, event_name, event_id, event_time, action_source, value, currency, deadline_at,
    cast(null as timestamp) as pixel_event_time, cast(null as varchar) as ineligible_reason, true as is_eligible,
    'shop' as source_system
from meta_conversions.conversion_events
"""
CANCEL = "delete from meta_conversions.conversion_events where event_id in ('o1', 'o2', 'o3')"


def orders(first: int, last: int) -> list[dict[str, object]]:
    """Each at a moment of its own."""
    return [event(f"o{number}", age=timedelta(hours=1, minutes=number)) for number in range(first, last)]


def test_cancelled_orders_that_stand_in_conversions_stop_nothing(
    shop: Shop, sandbox: RunningSandbox, person: Person
) -> None:
    shop.add(orders(0, 40))
    shop.run(CONVERSIONS)
    assert person.says("sync") == 0, person.err
    shop.run(CANCEL)
    shop.add(orders(40, 45))
    plan = person.asks("plan")
    assert (plan["refusal"], plan["vanished_keys"], plan["would_be_sent"]["events"]) == (None, [], 5)
    assert {check["name"]: check["result"] for check in person.asks("doctor")["checks"]}["vanished keys"] == "ok"
    assert person.says("sync") == 0, person.err
    assert sandbox.summary()["events_received"] == 45


def test_rows_that_leave_an_outbox_after_they_were_sent_stop_nothing(
    shop: Shop, sandbox: RunningSandbox, person: Person
) -> None:
    for number in range(3):
        shop.add(orders(10 * number, 10 * number + 10))
        assert person.says("sync") == 0, person.err
        shop.run("delete from meta_conversions.conversion_events")
    assert sandbox.summary()["events_received"] == 30


def test_a_table_that_is_empty_while_it_is_loaded_anew_and_orders_that_are_merged_or_erased_stop_nothing(
    shop: Shop, sandbox: RunningSandbox, person: Person
) -> None:
    shop.add(orders(0, 20))
    assert person.says("sync") == 0, person.err
    shop.run("create table meta_conversions.kept as select * from meta_conversions.conversion_events")
    shop.run("delete from meta_conversions.conversion_events")
    assert person.says("sync") == 0, person.err
    shop.run("insert into meta_conversions.conversion_events select * from meta_conversions.kept")
    [(moment,)] = shop.run("select event_time from meta_conversions_ledger.sync_records where event_id = 'o3'")
    shop.run("delete from meta_conversions.conversion_events where event_id in ('o3', 'o4')")  # merged into one
    shop.run("delete from meta_conversions.conversion_events where event_id in ('o7', 'o8')")  # of a person who asked
    shop.add([event("o3+o4", event_time=moment)])
    assert person.says("sync") == 0, person.err
    assert sandbox.summary()["received_twice"] == 0


def test_a_window_that_slides_over_the_orders_stops_nothing(
    shop: Shop, sandbox: RunningSandbox, person: Person
) -> None:
    """A view of the last six hours, as of three moments: each time some leave that were sent, and some come."""
    shop.add(event(f"o{hours}", age=timedelta(hours=hours, minutes=30)) for hours in range(12))
    shop.run("create table meta_conversions.every_event as select * from meta_conversions.conversion_events")
    shop.run("drop table meta_conversions.conversion_events")
    for ago in (6, 3, 0):
        until = utc_now() - timedelta(hours=ago)
        shop.run(
            "create or replace view meta_conversions.conversion_events as select * from meta_conversions.every_event "
            f"where event_time > timestamp '{until - timedelta(hours=6)}' and event_time <= timestamp '{until}'"
        )
        plan = person.asks("plan")
        assert plan["refusal"] is None
        assert {row["moved"] for row in plan["vanished_keys"]} <= {0}
        assert plan["would_be_sent"]["events"] == (6 if ago == 6 else 3)
        assert person.says("sync") == 0, person.err
    assert sandbox.summary()["distinct_accepted"] == sandbox.summary()["events_received"] == 12


def test_a_changed_way_to_make_event_id_stops_until_confirmed_and_the_confirmation_lasts(
    shop: Shop, sandbox: RunningSandbox, person: Person
) -> None:
    shop.add(orders(0, 20))
    person.says("sync")
    shop.run("update meta_conversions.conversion_events set event_id = 'new-' || event_id")
    shop.run("update meta_conversions.conversion_events set payload = replace(payload, '\"o', '\"new-o')")
    plan = person.asks("plan")
    assert person.says("sync") == 3
    assert "--confirm-new-keys" in person.err
    assert plan["refusal"] in person.err
    assert [(row["gone"], row["moved"]) for row in plan["vanished_keys"]] == [(20, 20)]
    assert sandbox.summary()["events_received"] == 20
    assert person.says("sync", "--confirm-new-keys", "--limit", "5") == 0, person.err
    assert person.says("sync") == 0, person.err  # a confirmation holds for the keys that were gone then
    assert sandbox.summary()["events_received"] == 40
    shop.run("update meta_conversions.conversion_events set event_id = 'newer-' || event_id")
    assert person.says("sync") == 3


def test_doctor_says_what_sync_will_say(shop: Shop, person: Person) -> None:
    shop.add(orders(0, 4))
    person.says("sync")
    shop.run("update meta_conversions.conversion_events set event_id = 'new-' || event_id where event_id <> 'o0'")
    person.says("sync")
    [refusal] = [line for line in person.err.splitlines() if "--confirm-new-keys" in line]
    checks = {check["name"]: check for check in person.asks("doctor")["checks"]}
    assert checks["vanished keys"]["result"] == "fail"
    assert checks["vanished keys"]["words"] in refusal


def test_keys_that_are_gone_beside_few_that_may_be_the_same_are_told_and_go(
    shop: Shop, sandbox: RunningSandbox, person: Person
) -> None:
    shop.add(orders(0, 20))
    person.says("sync")
    shop.run("delete from meta_conversions.conversion_events")
    [(moment,)] = shop.run("select event_time from meta_conversions_ledger.sync_records where event_id = 'o3'")
    shop.add([event("other", event_time=moment), event("another", age=timedelta(minutes=9))])
    plan = person.asks("plan")
    assert plan["refusal"] is None
    assert [(row["event_name"], row["gone"], row["moved"]) for row in plan["vanished_keys"]] == [("Purchase", 20, 1)]
    checks = {check["name"]: check for check in person.asks("doctor")["checks"]}
    assert checks["vanished keys"]["result"] == "warn"
    person.says("sync")
    assert [(row["gone"], row["moved"]) for row in person.asks("plan")["vanished_keys"]] == [(20, 0)]
