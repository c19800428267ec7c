"""Which keys are gone, which owed ones may be theirs under a new event_id, and from how many on a sync stops."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from connector.errors import ConfigurationError
from connector.ledger.vanished import VanishedKeys, confirm_vanished_keys, read_vanished_keys, refuse_new_ids
from tests.contract.ledger.test_claim import sql

if TYPE_CHECKING:
    from tests.contract.ledger.conftest import HandLedger

TABLE = """
create schema if not exists meta_conversions;
create table meta_conversions.{name} (
    dataset_id varchar, event_name varchar, event_id varchar, event_time timestamp, action_source varchar,
    value decimal(18, 4), currency varchar, deadline_at timestamp, payload varchar, payload_hash varchar,
    pixel_event_time timestamp, ineligible_reason varchar, is_eligible boolean, source_system varchar
)
"""


@pytest.fixture
def shop(ledger: HandLedger) -> HandLedger:
    """A ledger, and an events relation without a row."""
    for statement in TABLE.format(name="conversion_events").split(";"):
        sql(ledger, statement)
    return ledger


def row(shop: HandLedger, event_id: str, *, minutes: float = 60, **changes: Any) -> dict[str, Any]:
    happened = shop.now - timedelta(minutes=minutes)
    facts = {"event_name": "Purchase", "event_id": event_id, "event_time": happened, "action_source": "website"}
    return facts | {"currency": "EUR"} | changes


def accept(shop: HandLedger, *rows: dict[str, Any]) -> None:
    """They were accepted by a run that has ended; the relation holds none of them."""
    sync_id = shop.run()
    for position, facts in enumerate(rows):
        shop.record(
            sync_id, facts["event_id"], position=position, **{k: v for k, v in facts.items() if k != "event_id"}
        )
    shop.outcome(sync_id, "accepted", 0, len(rows) - 1)


def put(shop: HandLedger, *rows: dict[str, Any], table: str = "meta_conversions.conversion_events") -> None:
    for facts in rows:
        known = {"deadline_at": shop.now + timedelta(days=1), "payload_hash": "h"} | facts
        values = ", ".join("null" if one is None else f"'{one}'" for one in known.values())
        sql(shop, f"insert into {table} ({', '.join(known)}) values ({values})")


def look(shop: HandLedger) -> dict[str, tuple[int, int]]:
    """(gone, moved) by event name, action source and dataset."""
    shop.warehouse.has_conversions = None  # each command looks for itself
    found = read_vanished_keys(shop.warehouse, now=shop.now + timedelta(seconds=1))
    return {
        f"{one.event_name} {one.action_source} {one.dataset_id or ''}".strip(): (one.gone, one.moved) for one in found
    }


def test_keys_that_still_stand_have_not_vanished(shop: HandLedger) -> None:
    accept(shop, row(shop, "a"), row(shop, "b"))
    put(shop, row(shop, "a"), row(shop, "b"))
    assert look(shop) == {}


def test_a_key_that_stands_in_conversions_has_not_vanished_and_one_that_stands_nowhere_has(shop: HandLedger) -> None:
    accept(shop, row(shop, "cancelled"), row(shop, "deleted"))
    assert look(shop) == {"Purchase website": (2, 0)}
    sql(shop, TABLE.format(name="conversions").split(";")[1])
    put(shop, row(shop, "cancelled"), table="meta_conversions.conversions")
    assert look(shop) == {"Purchase website": (1, 0)}


def test_a_relation_of_others_that_is_named_conversions_is_not_looked_at(shop: HandLedger) -> None:
    accept(shop, row(shop, "a"))
    sql(shop, "create table meta_conversions.conversions as select 'a' as id")
    assert look(shop) == {"Purchase website": (1, 0)}


@pytest.mark.parametrize(
    ("change", "moved"),
    [
        ({}, 1),
        ({"value": 5}, 1),
        ({"currency": None}, 1),
        ({"currency": "USD"}, 0),
        ({"minutes": 61}, 0),
        ({"minutes": 60.001}, 0),
        ({"event_name": "Lead"}, 0),
        ({"action_source": "physical_store"}, 0),
        ({"dataset_id": "777"}, 0),
        ({"deadline_at": datetime(2020, 1, 1)}, 0),  # noqa: DTZ001 - as the relation has it
    ],
)
def test_an_owed_key_may_be_one_that_is_gone_if_time_and_currency_are_equal(
    shop: HandLedger, change: dict[str, Any], moved: int
) -> None:
    shop.now = shop.now.replace(microsecond=0)
    accept(shop, row(shop, "old"))
    put(shop, row(shop, "new", **change))
    assert look(shop) == {"Purchase website": (1, moved)}


def test_what_happens_later_is_not_owed_and_so_has_not_moved(shop: HandLedger) -> None:
    accept(shop, row(shop, "old", minutes=-60))
    put(shop, row(shop, "new", minutes=-60))
    assert look(shop) == {"Purchase website": (1, 0)}


def test_a_key_that_the_ledger_has_seen_is_no_new_one(shop: HandLedger) -> None:
    accept(shop, row(shop, "old"))
    put(shop, row(shop, "seen"))
    put_off = shop.run()
    shop.record(put_off, "seen", event_time=row(shop, "seen")["event_time"])
    shop.outcome(put_off, "deferred")
    assert look(shop) == {"Purchase website": (1, 0)}


def test_what_test_runs_saw_is_neither_accepted_nor_seen(shop: HandLedger) -> None:
    accept(shop, row(shop, "old"))
    rehearsal = shop.run(mode="test")
    for position, event_id in enumerate(("new", "only a test")):
        shop.record(rehearsal, event_id, position=position, event_time=shop.now, currency="EUR")
    shop.outcome(rehearsal, "accepted", 0, 1)
    put(shop, row(shop, "new"))
    assert look(shop) == {"Purchase website": (1, 1)}


def test_keys_are_matched_one_to_one(shop: HandLedger) -> None:
    accept(shop, *(row(shop, f"old{number}") for number in range(3)))
    put(shop, *(row(shop, f"new{number}") for number in range(9)))
    assert look(shop) == {"Purchase website": (3, 3)}


@pytest.mark.parametrize(
    ("gone", "arrived", "moved"),
    [
        (["EUR", None], ["EUR", "USD"], 2),
        (["EUR", "USD"], [None, None, None], 2),
        ([None, None], [None], 1),
        (["EUR", "EUR", None], ["USD", "EUR", None], 3),
        (["EUR", None], ["USD", None], 2),
        (["EUR"], ["USD", "JPY"], 0),
    ],
)
def test_a_currency_that_is_not_known_is_equal_to_any_once(
    shop: HandLedger, gone: list[str | None], arrived: list[str | None], moved: int
) -> None:
    accept(shop, *(row(shop, f"old{place}", currency=one) for place, one in enumerate(gone)))
    put(shop, *(row(shop, f"new{place}", currency=one) for place, one in enumerate(arrived)))
    assert look(shop) == {"Purchase website": (len(gone), moved)}


@pytest.mark.parametrize(("action_source", "days", "is_looked_at"), [
    ("website", 6, True), ("website", 8, False), ("physical_store", 61, True), ("physical_store", 63, False),
])  # fmt: skip
def test_only_keys_within_their_sending_window_are_looked_at(
    shop: HandLedger, action_source: str, days: int, is_looked_at: bool
) -> None:
    accept(shop, row(shop, "old", minutes=60 * 24 * days, action_source=action_source))
    assert bool(look(shop)) is is_looked_at


def test_each_dataset_event_and_action_source_stands_alone(shop: HandLedger) -> None:
    accept(shop, row(shop, "o1"), row(shop, "l1", event_name="Lead"), row(shop, "s1", action_source="physical_store"))
    accept(shop, row(shop, "o2", dataset_id="777"))
    put(shop, row(shop, "l2", event_name="Lead"))
    assert look(shop) == {
        "Lead website": (1, 1),
        "Purchase physical_store": (1, 0),
        "Purchase website": (1, 0),
        "Purchase website 777": (1, 0),
    }


@pytest.mark.parametrize(
    ("gone", "moved", "stops"), [(1, 1, False), (2, 2, True), (4, 2, True), (5, 2, False), (5, 3, True), (9, 0, False)]
)
def test_a_sync_stops_from_two_moved_keys_on_that_are_half_of_what_is_gone(gone: int, moved: int, stops: bool) -> None:
    vanished = VanishedKeys(dataset_id=None, event_name="Purchase", action_source="website", gone=gone, moved=moved)
    assert vanished.looks_like_new_ids is stops


def test_one_key_that_is_gone_is_told_in_the_singular() -> None:
    one = VanishedKeys(dataset_id=None, event_name="Lead", action_source="", gone=1, moved=1)
    assert str(one) == "Lead: 1 accepted key is gone, and may be owed under a new event_id"
    assert str(replace(one, moved=0)) == "Lead: 1 accepted key is gone, and is not owed under a new event_id"


def test_a_confirmation_holds_for_the_keys_that_were_gone_then_and_for_no_others(shop: HandLedger) -> None:
    accept(shop, *(row(shop, f"old{number}", minutes=number) for number in range(3)))
    put(shop, *(row(shop, f"new{number}", minutes=number) for number in range(3)))
    with pytest.raises(ConfigurationError, match="3 accepted keys are gone, 3 of them may be owed"):
        refuse_new_ids(shop.warehouse, read_vanished_keys(shop.warehouse, now=shop.now))
    for _ in range(2):  # a second confirmation adds nothing
        confirm_vanished_keys(shop.warehouse, now=shop.now)
    assert look(shop) == {}
    assert sql(shop, "select count(*) from meta_conversions_ledger.sync_confirmed_keys") == [(3,)]
    accept(shop, row(shop, "later0", minutes=7), row(shop, "later1", minutes=8))
    put(shop, row(shop, "newer0", minutes=7), row(shop, "newer1", minutes=8))
    with pytest.raises(ConfigurationError, match="2 accepted keys are gone, 2 of them"):
        refuse_new_ids(shop.warehouse, read_vanished_keys(shop.warehouse, now=shop.now + timedelta(seconds=1)))
