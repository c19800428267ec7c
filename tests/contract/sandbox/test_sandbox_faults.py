"""Faults and the clock, told over HTTP, as a person with curl would."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import httpx
import pytest

from connector.sandbox.config import AdAccount, Scenario
from connector.sandbox.server import RunningSandbox

HASH = hashlib.sha256(b"a").hexdigest()
LONG_S = 600
BEARER = {"Authorization": "Bearer t"}


def purchase(event_id: str = "order-1") -> dict[str, Any]:
    return {
        "event_name": "Purchase",
        "event_time": int(time.time()) - 60,
        "event_id": event_id,
        "action_source": "website",
        "user_data": {"em": [HASH]},
        "custom_data": {"value": 10, "currency": "USD"},
    }


def post(sandbox: RunningSandbox, *event_ids: str) -> httpx.Response:
    events = [purchase(each) for each in event_ids or ("order-1",)]
    return httpx.post(f"{sandbox.base_url}/v26.0/123/events", json={"data": events}, headers=BEARER)


def tell(sandbox: RunningSandbox, *faults: dict[str, Any]) -> None:
    sandbox.ask("POST", "/__sandbox/faults", json.dumps(faults).encode())


def struck(sandbox: RunningSandbox) -> list[int]:
    return [fault["struck"] for fault in json.loads(sandbox.ask("GET", "/__sandbox/faults"))]


def received(sandbox: RunningSandbox) -> int:
    return int(sandbox.summary()["events_received"])


@pytest.mark.parametrize(
    ("kind", "status", "codes"),
    [
        ("limit", 400, (80004, 2446079)),
        ("server_error", 500, (1, None)),
        ("unavailable", 503, (2, None)),
        ("token_expired", 400, (190, 463)),
        ("token_revoked", 400, (190, 460)),
    ],
)
@pytest.mark.parametrize(("stage", "stored"), [("before", 0), ("after", 1)])
def test_errors_come_before_or_after_the_commit(
    sandbox: RunningSandbox, kind: str, status: int, codes: tuple[int, int | None], stage: str, stored: int
) -> None:
    tell(sandbox, {"kind": kind, "stage": stage})
    answer = post(sandbox)
    error = answer.json()["error"]
    assert (answer.status_code, (error["code"], error.get("error_subcode"))) == (status, codes)
    assert received(sandbox) == stored


def test_a_limit_says_how_many_minutes(sandbox: RunningSandbox) -> None:
    tell(sandbox, {"kind": "limit", "code": 4, "seconds": 150})
    answer = post(sandbox)
    use = json.loads(answer.headers["X-Business-Use-Case-Usage"])["123"][0]
    assert (answer.json()["error"]["code"], use["estimated_time_to_regain_access"]) == (4, 3)


def test_a_bad_gateway_answers_with_a_page(sandbox: RunningSandbox) -> None:
    tell(sandbox, {"kind": "bad_gateway", "stage": "after"})
    answer = post(sandbox)
    assert (answer.status_code, answer.text[:6], received(sandbox)) == (502, "<html>", 1)


def test_an_answer_may_be_cut_or_lack_its_messages_or_count_too_few(sandbox: RunningSandbox) -> None:
    tell(
        sandbox,
        {"kind": "truncated", "requests": [1]},
        {"kind": "no_messages", "requests": [2]},
        {"kind": "short_count", "requests": [3]},
    )
    cut, bare, short = (post(sandbox, "a", "b") for _ in range(3))
    assert cut.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        cut.json()
    assert set(bare.json()) == {"events_received", "fbtrace_id"}
    assert short.json()["events_received"] == 1
    assert received(sandbox) == 6


@pytest.mark.parametrize(("stage", "stored"), [("reading", 0), ("before", 0), ("after", 1)])
def test_a_connection_breaks_before_reading_before_the_commit_or_after_it(
    sandbox: RunningSandbox, stage: str, stored: int
) -> None:
    tell(sandbox, {"kind": "reset", "stage": stage, "times": 1})
    with pytest.raises(httpx.TransportError):
        post(sandbox)
    assert received(sandbox) == stored
    assert post(sandbox).status_code == 200


def in_the_background(do: Callable[[], object]) -> tuple[threading.Thread, list[object]]:
    results: list[object] = []

    def run() -> None:
        try:
            results.append(do())
        except httpx.TransportError as error:
            results.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, results


@pytest.mark.parametrize(("stage", "stored"), [("before", 0), ("after", 1)])
def test_a_request_hangs_until_the_faults_are_ended(sandbox: RunningSandbox, stage: str, stored: int) -> None:
    tell(sandbox, {"kind": "hang", "stage": stage})
    url, body = f"{sandbox.base_url}/v26.0/123/events", {"data": [purchase()]}
    thread, results = in_the_background(lambda: httpx.post(url, json=body, headers=BEARER, timeout=LONG_S))
    while struck(sandbox) != [1]:
        assert thread.is_alive()
    assert results == []
    sandbox.ask("DELETE", "/__sandbox/faults")
    thread.join()
    assert isinstance(results[0], httpx.TransportError)
    assert received(sandbox) == stored


def test_a_server_with_a_hanging_request_can_end() -> None:
    with RunningSandbox() as sandbox:
        tell(sandbox, {"kind": "hang"})
        url, body = f"{sandbox.base_url}/v26.0/123/events", {"data": [purchase()]}
        thread, results = in_the_background(lambda: httpx.post(url, json=body, headers=BEARER, timeout=LONG_S))
        while struck(sandbox) != [1]:
            assert thread.is_alive()
    thread.join()
    assert isinstance(results[0], httpx.TransportError)


def test_a_slow_answer_is_a_good_one(sandbox: RunningSandbox) -> None:
    tell(sandbox, {"kind": "slow", "seconds": 0.01})
    assert post(sandbox).json()["events_received"] == 1


def statuses(sandbox: RunningSandbox, count: int) -> list[int]:
    return [post(sandbox).status_code for _ in range(count)]


def test_faults_strike_by_number_a_token_dies_and_returns(sandbox: RunningSandbox) -> None:
    tell(sandbox, {"kind": "token_expired", "requests": [2, 3]})
    assert statuses(sandbox, 4) == [200, 400, 400, 200]


def test_faults_strike_so_many_times(sandbox: RunningSandbox) -> None:
    tell(sandbox, {"kind": "unavailable", "times": 2})
    assert statuses(sandbox, 3) == [503, 503, 200]
    assert struck(sandbox) == [2]


def test_faults_strike_by_chance_and_the_same_seed_gives_the_same_luck(sandbox: RunningSandbox) -> None:
    fault = {"kind": "server_error", "probability": 0.5, "seed": 7}
    tell(sandbox, fault)
    first = statuses(sandbox, 20)
    tell(sandbox, fault)
    assert statuses(sandbox, 20) == first
    assert 3 < first.count(500) < 17


def test_a_fault_strikes_the_request_with_an_event(sandbox: RunningSandbox) -> None:
    tell(sandbox, {"kind": "server_error", "event_id": "order-7"})
    assert [post(sandbox, "order-6", each).status_code for each in ("order-5", "order-7", "order-77")] == [
        200,
        500,
        200,
    ]


def test_a_fault_is_about_its_edge_only(sandbox: RunningSandbox) -> None:
    tell(sandbox, {"kind": "server_error", "edge": "stats"}, {"kind": "reset", "stage": "reading", "edge": "insights"})
    assert post(sandbox).status_code == 200
    assert httpx.get(f"{sandbox.base_url}/v26.0/123/stats", headers=BEARER).status_code == 500
    with pytest.raises(httpx.TransportError):
        httpx.get(f"{sandbox.base_url}/v26.0/act_1/insights", headers=BEARER)


@pytest.mark.parametrize(
    "bad",
    [
        {"kind": "gremlins"},
        {"kind": "reset", "edge": "nowhere"},
        {"kind": "hang", "stage": "reading"},
        {"kind": "reset", "stage": "reading", "event_id": "a"},
        {"kind": "reset", "probability": 2},
        {"kind": "reset", "when": "now"},
    ],
)
def test_a_bad_fault_is_refused_and_none_is_taken(sandbox: RunningSandbox, bad: dict[str, Any]) -> None:
    with pytest.raises(RuntimeError, match="400"):
        tell(sandbox, {"kind": "server_error"}, bad)
    assert post(sandbox).status_code == 200


def clock(sandbox: RunningSandbox, **told: Any) -> dict[str, float]:
    return json.loads(sandbox.ask("POST", "/__sandbox/clock", json.dumps(told).encode()))  # type: ignore[no-any-return]


def test_the_clock_can_be_set_and_moved(sandbox: RunningSandbox) -> None:
    assert abs(clock(sandbox, now="2030-01-01T00:00:00+00:00")["now"] - 1_893_456_000) < 60
    assert abs(clock(sandbox, advance_s=86_400)["now"] - 1_893_456_000 - 86_400) < 60
    assert abs(clock(sandbox, now=1_900_000_000)["now"] - 1_900_000_000) < 60
    assert clock(sandbox, offset_s=-5)["offset_s"] == -5
    assert json.loads(sandbox.ask("GET", "/__sandbox/clock"))["offset_s"] == -5


@pytest.mark.parametrize(
    "bad", [{}, {"now": 1, "offset_s": 1}, {"now": "2030-01-01T00:00:00"}, {"then": 1}, {"advance_s": 1e300}]
)
def test_a_bad_time_is_refused(sandbox: RunningSandbox, bad: dict[str, Any]) -> None:
    with pytest.raises(RuntimeError, match="400"):
        clock(sandbox, **bad)


def test_what_takes_time_can_be_processed_now(sandbox: RunningSandbox) -> None:
    account = AdAccount(attributed_share=1.0, spend_per_day=Decimal(0))
    sandbox.set_scenario(Scenario(stats_lag_s=1200, other_accounts=account))
    post(sandbox, *(f"order-{number}" for number in range(50)))

    def shown() -> tuple[int, int]:
        stats = httpx.get(f"{sandbox.base_url}/v26.0/123/stats", headers=BEARER).json()["data"]
        params = {"date_preset": "last_7d", "fields": "actions"}
        clock(sandbox, advance_s=86_400)  # so that today is among the last days
        rows = httpx.get(f"{sandbox.base_url}/v26.0/act_7/insights", params=params, headers=BEARER).json()["data"]
        clock(sandbox, advance_s=-86_400)
        actions = rows[0]["actions"] if rows else []
        return len(stats), int(next((each["value"] for each in actions if each["action_type"] == "purchase"), 0))

    before = shown()
    sandbox.ask("POST", "/__sandbox/process")
    assert before[0] == 0
    assert before[1] < 50
    assert shown() == (1, 50)
