from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.sandbox.amounts import Amounts, amount, spelled
from connector.sandbox.config import Clock, SandboxConfig
from connector.sandbox.faults import NoFaults
from connector.sandbox.graph import Graph
from connector.sandbox.store import BrowserCopy, Store
from connector.sandbox.summary import summarize

from .sandbox_events import NOW, call, purchase, sha256

HOUR = 3600


def seen(**switches: bool) -> Store:
    return Store(**({"dedup_server_server": False, "dedup_key_b": True} | switches))


def browser(at: float = NOW, **changes: Any) -> BrowserCopy:
    members: dict[str, Any] = {
        "dataset": "123",
        "event_name": "Purchase",
        "event_id": "order-1",
        "event_time": int(at),
        "value": Decimal("12.5"),
        "currency": "usd",
    }
    return BrowserCopy(**(members | changes))


def verdicts(one: Store) -> list[str]:
    return [one.events.told(row)["verdict"] for row in range(len(one.events))]


def test_a_servers_copy_of_what_the_browser_sent_is_not_counted() -> None:
    one = seen()
    one.accept_browser([browser(NOW - HOUR)])
    one.accept("123", [purchase()], NOW)
    summary = summarize(one)
    assert verdicts(one) == ["counted", "channel_twin"]
    assert (summary["events_received"], summary["counted"], summary["deduplicated_with_browser"]) == (1, 1, 1)
    assert summary["events"]["Purchase"]["money"] == {
        "received": {"USD": "12.50"},
        "distinct": {"USD": "12.50"},
        "counted": {"USD": "12.50"},
    }


def test_a_browsers_copy_within_five_minutes_takes_the_servers_place() -> None:
    one = seen()
    one.accept("123", [purchase()], NOW)
    one.accept_browser([browser(NOW + 60, value=Decimal(13))])
    assert verdicts(one) == ["channel_twin", "counted"]
    assert summarize(one)["events"]["Purchase"]["money"]["counted"] == {"USD": "13.00"}


def test_another_dataset_name_or_id_is_another_event() -> None:
    one = seen()
    one.accept_browser([browser(dataset="9"), browser(event_name="Lead"), browser(event_id="ORDER-1")])
    one.accept("123", [purchase()], NOW)
    assert verdicts(one) == ["counted"] * 4


def test_after_48_hours_a_new_window_opens_in_which_copies_are_dropped_again() -> None:
    one = seen()
    one.accept("123", [purchase()], NOW)
    one.accept("123", [purchase()], NOW + 49 * HOUR)
    one.accept_browser([browser(NOW + 51 * HOUR)])
    assert verdicts(one) == ["counted", "counted", "channel_twin"]


@pytest.mark.parametrize(("switch", "counted"), [(False, 2), (True, 1)])
def test_what_a_server_sent_twice_is_received_twice_and_distinct_once(switch: bool, counted: int) -> None:
    one = seen(dedup_server_server=switch)
    one.accept("123", [purchase()], NOW)
    one.accept("123", [purchase()], NOW + 60)
    summary = summarize(one)
    assert (summary["events_received"], summary["distinct_accepted"], summary["received_twice"]) == (2, 1, 1)
    assert summary["counted"] == counted
    assert summary["events"]["Purchase"]["money"]["distinct"] == {"USD": "12.50"}
    assert list(one.receipts_of()) == [("Purchase", "order-1", 2)]


def with_person(**person: Any) -> dict[str, Any]:
    return purchase(event_id="order-2", user_data={"em": sha256("a"), **person})


@pytest.mark.parametrize("person", [{"fbp": "fb.1.1.2"}, {"external_id": ["x", "c1"]}, {"external_id": "c1"}])
def test_the_browsers_person_is_not_counted_again_by_key_b(person: dict[str, Any]) -> None:
    one = seen()
    one.accept_browser([browser(NOW - HOUR, event_id=None, fbp="fb.1.1.2", external_id="c1")])
    one.accept("123", [with_person(**person)], NOW)
    assert verdicts(one) == ["counted", "same_person"]


def test_key_b_never_works_the_other_way_round_nor_between_servers() -> None:
    one = seen()
    one.accept("123", [with_person(fbp="f")], NOW)
    one.accept("123", [purchase(event_id="order-3", user_data={"fbp": "f"})], NOW + 1)
    one.accept_browser([browser(NOW + 2, event_id=None, fbp="f")])
    assert verdicts(one) == ["counted"] * 3


def test_key_b_can_be_switched_off() -> None:
    one = seen(dedup_key_b=False)
    one.accept_browser([browser(NOW - HOUR, event_id=None, fbp="f")])
    one.accept("123", [with_person(fbp="f")], NOW)
    assert verdicts(one) == ["counted", "counted"]


def test_a_copy_dropped_for_its_person_does_not_hide_the_browsers_own_copy_of_it() -> None:
    one = seen()
    one.accept_browser([browser(NOW - HOUR, event_id="order-0", fbp="f")])
    one.accept("123", [with_person(fbp="f")], NOW)
    one.accept_browser([browser(NOW + HOUR, event_id="order-2")])
    assert verdicts(one) == ["counted", "same_person", "counted"]


def test_a_store_sale_is_held_only_against_store_sales() -> None:
    one = seen()
    sale = purchase(action_source="physical_store")
    one.accept_browser([browser(NOW - HOUR)])
    one.accept("123", [sale, {**sale, "event_id": "another"}, {**sale, "event_time": NOW - 61}], NOW)
    assert verdicts(one) == ["counted", "counted", "offline_twin", "counted"]


def test_events_without_an_id_are_received_and_counted_but_never_distinct() -> None:
    one = seen()
    one.accept("123", [purchase(event_id=None), purchase(event_id="")], NOW)
    summary = summarize(one)
    assert (summary["events_received"], summary["without_event_id"], summary["distinct_accepted"]) == (2, 2, 0)
    assert summary["counted"] == 2


def test_nothing_of_a_person_is_kept_but_the_names_of_the_keys() -> None:
    one = seen()
    one.accept("123", [purchase()], NOW)
    told = one.events.told(0)
    assert told["customer_keys"] == ["em", "country", "client_user_agent"]
    assert sha256("a@example.com") not in repr(told)


def test_a_refused_request_leaves_no_event_behind() -> None:
    graph = Graph(SandboxConfig(), Clock(offset_s=0), NoFaults())
    good = [purchase(event_time=int(graph.clock.now()), event_id=f"order-{n}") for n in range(999)]
    graph.take(call(events=[*good, purchase(event_name="")]))
    summary = summarize(graph.store)
    assert (summary["events_received"], summary["counted"], len(graph.store.events)) == (0, 0, 0)
    assert summary["refused"] == {"100/2804019": 1}


def test_money_of_two_currencies_is_never_added_and_a_value_without_one_stands_apart() -> None:
    one = seen()
    money = [{"value": 1, "currency": "EUR"}, {"value": "0.10", "currency": "usd"}, {"value": 2}]
    events = [purchase(event_id=str(n), event_name="AddToCart", custom_data=each) for n, each in enumerate(money)]
    one.accept("123", events, NOW)
    received = summarize(one)["events"]["AddToCart"]["money"]["received"]
    assert received == {"EUR": "1.00", "USD": "0.10", "none": "2.00"}


money_values = st.decimals(-(10**20), 10**20, allow_nan=False, places=6) | st.decimals(-(10**9), 10**9, places=4)


@given(st.lists(st.none() | money_values))
def test_a_column_of_amounts_gives_back_exactly_what_was_put_in(values: list[Decimal | None]) -> None:
    column = Amounts()
    for value in values:
        column.append(value)
    assert [column[row] for row in range(len(column))] == values


@given(st.lists(money_values | st.just(Decimal(0))))
def test_the_summary_adds_money_up_exactly(values: list[Decimal]) -> None:
    one = seen()
    events = [
        purchase(event_id=str(number), custom_data={"value": value, "currency": "USD"})
        for number, value in enumerate(values)
    ]
    one.accept("123", events, NOW)
    groups = [Fraction(group.money) for group in one.events.groups() if group.money is not None]
    assert sum(groups) == sum(Fraction(value) for value in values)


@given(money_values)
def test_an_amount_survives_being_spelled(value: Decimal) -> None:
    assert amount(spelled(value)) == amount(value)


@pytest.mark.parametrize("odd", [None, True, 1.5, [], "1,5", "", "Infinity", "1" * 41, Decimal("1e21")])
def test_what_is_no_amount_is_none(odd: object) -> None:
    assert amount(odd) is None


@pytest.mark.parametrize(
    ("value", "text"),
    [("1234.5", "1234.50"), ("0.0001", "0.0001"), ("1e3", "1000.00"), ("-0.5", "-0.50"), ("0", "0.00")],
)
def test_money_is_spelled_in_plain_digits(value: str, text: str) -> None:
    assert spelled(Decimal(value)) == text
