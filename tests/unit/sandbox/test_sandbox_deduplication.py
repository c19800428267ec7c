from __future__ import annotations

import pytest

from connector.sandbox.deduplication import (
    Channel,
    Effect,
    Judgement,
    Verdict,
    is_offline_twin,
    is_same_person,
    judge_copy,
    offline_key,
    opened,
)

from .sandbox_events import DAY, NOW, purchase

SERVER, BROWSER = Channel.SERVER, Channel.BROWSER
COUNTED, TWIN = Verdict.COUNTED, Verdict.CHANNEL_TWIN
HOUR, MINUTE = 3600, 60


def second(first: Channel, then: Channel, after_s: int, *, server_server: bool = False) -> Judgement:
    return judge_copy(opened(NOW, first), NOW + after_s, then, server_server=server_server)


@pytest.mark.parametrize(("first", "then"), [(BROWSER, SERVER), (SERVER, BROWSER)])
def test_the_other_channels_copy_is_dropped_at_47_hours_59_minutes(first: Channel, then: Channel) -> None:
    assert second(first, then, 47 * HOUR + 59 * MINUTE).verdict is TWIN


@pytest.mark.parametrize(("first", "then"), [(BROWSER, SERVER), (SERVER, BROWSER)])
def test_the_other_channels_copy_counts_again_at_48_hours_1_minute(first: Channel, then: Channel) -> None:
    judgement = second(first, then, 48 * HOUR + MINUTE)
    assert (judgement.verdict, judgement.effect) == (COUNTED, Effect.OPENS)


def test_the_window_runs_from_the_first_receipt_and_is_not_drawn_out_by_copies() -> None:
    middle = judge_copy(opened(NOW, BROWSER), NOW + 40 * HOUR, SERVER, server_server=False)
    late = judge_copy(middle.window, NOW + 49 * HOUR, SERVER, server_server=False)
    assert (middle.verdict, late.verdict) == (TWIN, COUNTED)


def test_within_five_minutes_the_browsers_copy_takes_the_place_of_the_servers() -> None:
    judgement = second(SERVER, BROWSER, 5 * MINUTE)
    assert (judgement.verdict, judgement.effect) == (COUNTED, Effect.DISPLACES)
    assert second(SERVER, BROWSER, 5 * MINUTE + 1).verdict is TWIN


def test_a_browsers_copy_is_never_displaced_by_the_server() -> None:
    assert second(BROWSER, SERVER, 1) == Judgement(
        TWIN, Effect.JOINS, opened(NOW, BROWSER)._replace(server=True, browser=True)
    )


def test_after_displacing_a_second_browser_copy_displaces_nothing() -> None:
    window = second(SERVER, BROWSER, 10).window
    assert judge_copy(window, NOW + 20, BROWSER, server_server=False).effect is Effect.JOINS


@pytest.mark.parametrize(("switch", "verdict"), [(False, COUNTED), (True, Verdict.SERVER_TWIN)])
def test_two_copies_of_the_server_are_told_apart_only_by_the_switch(switch: bool, verdict: Verdict) -> None:
    assert second(SERVER, SERVER, HOUR, server_server=switch).verdict is verdict


def test_two_copies_of_the_browser_both_count() -> None:
    assert second(BROWSER, BROWSER, HOUR, server_server=True).verdict is COUNTED


def test_a_resent_copy_is_dropped_where_the_browser_sent_one_too() -> None:
    window = second(SERVER, BROWSER, HOUR).window
    assert judge_copy(window, NOW + 2 * HOUR, SERVER, server_server=False).verdict is TWIN


def test_a_browsers_copy_that_becomes_known_late_was_still_the_first() -> None:
    judgement = second(SERVER, BROWSER, -3 * HOUR)
    assert (judgement.verdict, judgement.effect, judgement.window.first_at) == (
        COUNTED,
        Effect.DISPLACES,
        NOW - 3 * HOUR,
    )


@pytest.mark.parametrize(
    ("browser_at", "same"),
    [
        (NOW - 47 * HOUR - 59 * MINUTE, True),
        (NOW - 48 * HOUR - MINUTE, False),
        (NOW, True),
        (NOW + 1, False),
    ],
)
def test_a_person_is_known_for_48_hours_after_the_browser_and_never_before(browser_at: float, same: bool) -> None:
    assert is_same_person([browser_at], NOW) is same


@pytest.mark.parametrize(("first_at", "twin"), [(None, False), (NOW - 7 * DAY + 60, True), (NOW - 7 * DAY - 60, False)])
def test_a_store_sale_is_a_twin_for_seven_days(first_at: float | None, twin: bool) -> None:
    assert is_offline_twin(first_at, NOW) is twin


def sale(**changes: object) -> tuple[object, ...]:
    event = purchase(action_source="physical_store", **changes)
    return offline_key("123", event, event["custom_data"])


def test_the_key_of_a_store_sale_has_no_event_id_in_it() -> None:
    assert sale(event_id="other") == sale()


def test_a_store_sale_with_a_shifted_time_or_another_item_is_another_sale() -> None:
    other_item = {"value": 1, "currency": "USD", "order_id": "order-1", "item_number": "2"}
    assert len({sale(), sale(event_time=NOW - 61), sale(custom_data=other_item)}) == 3


def test_without_an_order_a_store_sale_is_known_by_the_identical_customer_parameters() -> None:
    money = {"value": 1, "currency": "USD"}
    one = sale(custom_data=money, user_data={"em": "a", "ph": "b"})
    assert one == sale(custom_data=money, user_data={"ph": "b", "em": "a"})
    assert one != sale(custom_data=money, user_data={"em": "a"})
    assert sale(user_data={"em": "c"}) == sale(user_data={"em": "d"})
