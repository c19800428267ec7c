"""How long the usage headers make a sender pause."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.destinations.meta.limits import DAY_S, MAX_SLOW_DOWN_S, slow_down_s, used_pct, wait_s


def app(**usage: Any) -> dict[str, str]:
    return {"x-app-usage": json.dumps({"call_count": 1, "total_time": 1, "total_cputime": 1} | usage)}


def account(percent: Any, reset: Any = 100) -> dict[str, str]:
    usage = {"acc_id_util_pct": percent, "reset_time_duration": reset, "ads_api_access_tier": "standard_access"}
    return {"x-ad-account-usage": json.dumps(usage)}


def business(*regain_minutes: Any, calls: Any = 1) -> dict[str, str]:
    entries = [
        {"type": "ads_management", "call_count": calls, "estimated_time_to_regain_access": minutes}
        for minutes in regain_minutes
    ]
    return {"x-business-use-case-usage": json.dumps({"1234567890": entries})}


def test_without_usage_headers_nothing_waits() -> None:
    assert wait_s({}) == 0
    assert wait_s({"content-type": "application/json", "x-fb-rev": "1"}) == 0


@pytest.mark.parametrize("percent", [0, 28, 74.9, 75])
def test_below_three_quarters_of_a_limit_nothing_waits(percent: float) -> None:
    assert wait_s(app(call_count=percent) | account(percent) | business(0, calls=percent)) == 0


@pytest.mark.parametrize("name", ["call_count", "total_time", "total_cputime"])
def test_the_fullest_of_the_app_s_limits_slows_the_sender(name: str) -> None:
    assert wait_s(app(**{name: 85})) == pytest.approx(9.6)
    assert wait_s(app(**{name: 100})) == MAX_SLOW_DOWN_S
    assert wait_s(app(**{name: 250})) == MAX_SLOW_DOWN_S


def test_the_time_to_regain_access_is_in_minutes_and_the_longest_counts() -> None:
    assert wait_s(business(0)) == 0
    assert wait_s(business(5)) == 300
    assert wait_s(business(2, 7, 0)) == 420


def test_the_account_s_reset_is_in_seconds_and_counts_only_when_the_limit_is_near() -> None:
    assert wait_s(account(9.67, reset=100)) == 0
    assert wait_s(account(95, reset=100)) == 100
    assert wait_s(account(100, reset=900)) == 900


def test_slowing_down_never_outlasts_the_account_s_reset() -> None:
    assert wait_s(account(94, reset=3)) == 3


def test_near_the_limit_with_a_short_reset_the_slow_down_still_holds() -> None:
    assert wait_s(account(100, reset=2)) == MAX_SLOW_DOWN_S
    assert wait_s(account(100, reset=0)) == MAX_SLOW_DOWN_S


def test_the_highest_share_of_any_limit_is_told() -> None:
    assert used_pct(app(total_time=12) | account(9.67) | business(0, calls=41)) == 41
    assert used_pct({"X-Ad-Account-Usage": account(88.5)["x-ad-account-usage"]}) == 88.5


@pytest.mark.parametrize(
    "headers", [{}, {"x-app-usage": "{"}, {"x-app-usage": "7"}, {"x-business-use-case-usage": "[1]"}]
)
def test_no_share_is_told_where_the_headers_hold_none(headers: dict[str, str]) -> None:
    assert used_pct(headers) is None


def test_the_longest_of_all_headers_counts_whatever_their_spelling() -> None:
    headers = {"X-App-Usage": app(call_count=85)["x-app-usage"], "X-Business-Use-Case-Usage": business(1)[
        "x-business-use-case-usage"
    ]}  # fmt: skip
    assert wait_s(headers) == 60


def test_a_retry_after_in_seconds_is_kept_to() -> None:
    assert wait_s({"retry-after": "17"}) == 17


@pytest.mark.parametrize(
    ("date", "wait"),
    [
        ("Wed, 21 Oct 2026 07:27:18 GMT", 42),
        ("Wed, 21 Oct 2026 09:27:18 +0200", 42),
        ("Wed, 21 Oct 2026 08:00:00 GMT", 0),
        ("Wed, 21 Oct 2006 08:00:00 GMT", DAY_S),
        ("yesterday", 0),
        (None, 0),
    ],
)
def test_a_retry_after_that_is_a_date_is_told_apart_from_the_answer_s_own(date: str | None, wait: float) -> None:
    headers = {"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"}
    assert wait_s(headers | ({} if date is None else {"Date": date})) == wait


def test_no_header_makes_a_sender_wait_for_more_than_a_day() -> None:
    assert wait_s(business(10**30)) == DAY_S
    assert wait_s({"retry-after": "99999999"}) == DAY_S


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "7", '"x"', "null", '{"1":[7]}', '{"1":{"call_count":99}}', "[" * 9999]
)
@pytest.mark.parametrize("name", ["x-app-usage", "x-ad-account-usage", "x-business-use-case-usage"])
def test_a_header_that_cannot_be_read_is_ignored(name: str, text: str) -> None:
    assert wait_s({name: text}) == 0


@pytest.mark.parametrize("value", [True, None, "99", [], {}, -5])
def test_a_figure_that_is_not_a_number_is_ignored(value: Any) -> None:
    assert wait_s(app(call_count=value) | account(value, value) | business(value, calls=value)) == 0


@given(first=st.floats(0, 200), second=st.floats(0, 200))
def test_a_fuller_limit_never_waits_less(first: float, second: float) -> None:
    low, high = sorted((first, second))
    assert 0 <= slow_down_s(low) <= slow_down_s(high) <= MAX_SLOW_DOWN_S


@given(
    st.dictionaries(
        st.sampled_from(["x-app-usage", "X-Ad-Account-Usage", "x-business-use-case-usage", "retry-after", "date"]),
        st.text(max_size=40) | st.floats().map(json.dumps) | st.integers().map(str),
    )
)
def test_every_header_gives_a_wait_between_nothing_and_a_day(headers: dict[str, str]) -> None:
    assert 0 <= wait_s(headers) <= DAY_S
