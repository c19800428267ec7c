"""What goes wrong on the way to Meta: nothing is lost, nothing is counted twice in silence, and a person is told."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, text
from starlette.responses import JSONResponse, Response

from connector.sandbox.config import Clock
from connector.sandbox.server import RunningSandbox
from tests.support.meta_script import Script, error
from tests.support.shops import SnowflakeShop, event, settings_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.sandbox.calls import Call
    from tests.support.shops import Person, Shop


@pytest.fixture
def sandbox(script: Script) -> Iterator[RunningSandbox]:
    with RunningSandbox(faults=script) as running:
        yield running


ON_DUCKDB = pytest.mark.parametrize("shop", ["duckdb"], indirect=True)


def engine_url(shop: Shop) -> str:
    return shop.url.replace("postgresql://", "postgresql+psycopg://")


UNREADABLE = {
    "a 502 with a page": lambda: Response("<html>bad gateway</html>", status_code=502, media_type="text/html"),
    "a 500 with code 1": lambda: error(1, status=500, transient=True),
    "a 503 with code 2": lambda: error(2, status=503, transient=True),
    "truncated JSON": lambda: Response('{"events_recei', media_type="application/json"),
    "a 200 that counts fewer": lambda: JSONResponse({"events_received": 1, "messages": [], "fbtrace_id": "A1"}),
    "a 200 with a page": lambda: Response("<html>login</html>", media_type="text/html"),
}


@pytest.mark.parametrize("fault", UNREADABLE)
def test_an_unreadable_answer_makes_the_batch_unconfirmed_and_the_next_run_sends_it_again(
    shop: Shop, sandbox: RunningSandbox, person: Person, script: Script, fault: str
) -> None:
    shop.add([event("o1"), event("o2")])
    script.after_commit.append(UNREADABLE[fault]())
    assert person.says("sync") == 1
    assert "accepted not one event" in person.err
    assert shop.state("o1") == "unconfirmed"
    assert person.asks("status")["owed"] == 2
    assert person.says("sync") == 0, person.err
    assert shop.state("o1") == "accepted"
    assert sandbox.receipts()[("Purchase", "o1")] == 2
    told = shop.run("select possible_receipts from meta_conversions_ledger.conversion_states where event_id = 'o1'")
    assert told == [(2,)]


def test_what_may_have_arrived_goes_after_what_surely_did_not(
    shop: Shop, sandbox: RunningSandbox, person: Person, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONNECTOR_BATCH_SIZE", "1")
    shop.add([event("unsure", age=timedelta(days=6))])
    script.after_commit.append(error(1, status=500))
    person.says("sync")
    shop.add([event("new")])
    assert person.says("sync") == 0, person.err
    claimed = shop.run("select event_id from meta_conversions_ledger.sync_records order by claimed_at, batch_no")
    assert claimed == [("unsure",), ("new",), ("unsure",)]


def test_an_unconfirmed_row_that_changed_is_held_for_a_person(
    shop: Shop, sandbox: RunningSandbox, person: Person, script: Script
) -> None:
    shop.add([event("o1")])
    script.after_commit.append(error(1, status=500))
    person.says("sync")
    shop.change(event("o1", body={"custom_data": {"value": 99, "currency": "USD"}}))
    assert person.says("sync") == 0
    assert sandbox.receipts()[("Purchase", "o1")] == 1
    status = person.asks("status")
    assert (status["unconfirmed"], status["held"], status["owed"], status["expired"]) == (1, 1, 0, 0)


@pytest.mark.parametrize(("hours", "owed"), [(46.9, 1), (47.1, 0)])
def test_an_unconfirmed_row_is_owed_for_47_hours_from_its_first_mark(
    shop: Shop, person: Person, script: Script, hours: float, owed: int
) -> None:
    shop.add([event("o1", age=timedelta(days=3))])
    script.after_commit.append(error(1, status=500))
    person.says("sync")
    shift = int(hours * 3600)
    for table, column in (
        ("sync_outcomes", "recorded_at"),
        ("sync_records", "claimed_at"),
        ("sync_runs", "recorded_at"),
    ):
        shop.run(f"update meta_conversions_ledger.{table} set {column} = {column} - {shift} * interval '1' second")
    assert person.asks("status")["owed"] == owed


@pytest.mark.parametrize(("days", "with_order", "owed"), [(6.9, True, 1), (7.0, True, 0), (6.9, False, 0)])
def test_a_store_sale_with_an_order_id_is_owed_for_6_days_and_23_hours(
    shop: Shop, person: Person, script: Script, days: float, with_order: bool, owed: int
) -> None:
    custom = {"value": 12.5, "currency": "USD"} | ({"order_id": "s1"} if with_order else {})
    sale = event("s1", age=timedelta(days=20), body={"action_source": "physical_store", "custom_data": custom})
    shop.add([sale | {"action_source": "physical_store", "deadline_at": sale["event_time"] + timedelta(days=61)}])
    script.after_commit.append(error(1, status=500))
    person.says("sync")
    assert shop.state("s1") == "unconfirmed"
    shift = int(days * 86_400)
    shop.run(
        f"update meta_conversions_ledger.sync_outcomes set recorded_at = recorded_at - {shift} * interval '1' second"
    )
    assert person.asks("status")["owed"] == owed


def test_without_resending_an_unconfirmed_row_is_held_at_once(
    shop: Shop, sandbox: RunningSandbox, person: Person, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.add([event("o1")])
    script.after_commit.append(error(1, status=500))
    monkeypatch.setenv("CONNECTOR_RESEND_UNCONFIRMED", "false")
    person.says("sync")
    person.says("sync")
    assert sandbox.receipts()[("Purchase", "o1")] == 1
    assert person.asks("status")["held"] == 1


@pytest.mark.parametrize(
    ("code", "subcode"), [(190, None), (190, 463), (102, None), (10, None), (200, None), (100, 33), (368, None)]
)
def test_a_refused_token_or_permission_stops_everything_and_loses_nothing(
    shop: Shop, sandbox: RunningSandbox, person: Person, script: Script, code: int, subcode: int | None
) -> None:
    shop.add(event(f"o{number}") for number in range(30))
    script.before_commit.append(error(code, subcode=subcode))
    assert person.says("sync") == 3
    assert f"code {code}" in person.err
    assert ("Account Quality" in person.err) is (code == 368)
    assert person.err.count("\n") == 1
    assert shop.states(*(f"o{number}" for number in range(30))) == ["deferred"] * 30
    assert person.says("sync") == 0, person.err
    assert sandbox.summary()["distinct_accepted"] == 30
    assert sandbox.summary()["received_twice"] == 0


def test_a_stopped_dataset_does_not_stop_the_others(
    shop: Shop, sandbox: RunningSandbox, person: Person, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONNECTOR_CONCURRENCY", "1")
    shop.add([event("a1"), event("b1", dataset_id="777")])
    script.before_commit.append(error(200))
    assert person.says("sync") == 3
    assert {shop.state("a1"), shop.state("b1")} == {"deferred", "accepted"}


def test_rows_without_a_dataset_and_no_default_are_deferred_and_named(
    shop: Shop, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CONNECTOR_META_DATASET_ID")
    shop.add([event("a1"), event("b1", dataset_id="777")])
    assert person.says("sync") == 3
    assert "CONNECTOR_META_DATASET_ID" in person.err
    assert (shop.state("a1"), shop.state("b1")) == ("deferred", "accepted")


@pytest.mark.parametrize("code", [4, 17, 613, 80004])
def test_a_limit_is_waited_for_inside_the_run(
    shop: Shop, sandbox: RunningSandbox, person: Person, script: Script, code: int
) -> None:
    shop.add([event("o1")])
    script.before_commit.append(error(code))
    assert person.says("sync") == 0, person.err
    assert shop.state("o1") == "accepted"
    assert sandbox.summary()["received_twice"] == 0


def test_a_retry_leaves_the_json_answer_alone(
    shop: Shop, sandbox: RunningSandbox, person: Person, script: Script
) -> None:
    shop.add([event("o1")])
    script.before_commit.append(error(4))
    assert person.asks("sync")["accepted"] == 1
    assert person.err == ""


def test_a_limit_that_lasts_longer_than_a_run_may_wait_ends_it_with_everything_owed(
    shop: Shop, sandbox: RunningSandbox, person: Person, script: Script
) -> None:
    shop.add([event("o1")])
    answer = error(80004, subcode=2446079)
    usage = '{"1":[{"type":"ads_management","call_count":100,"estimated_time_to_regain_access":40}]}'
    answer.headers["x-business-use-case-usage"] = usage
    script.before_commit.append(answer)
    assert person.says("sync") == 1
    assert "code 80004/2446079" in person.err
    assert shop.state("o1") == "deferred"
    assert person.asks("status")["owed"] == 1


def test_several_unreadable_answers_in_a_row_end_the_run(
    shop: Shop, sandbox: RunningSandbox, person: Person, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONNECTOR_BATCH_SIZE", "1")
    monkeypatch.setenv("CONNECTOR_CONCURRENCY", "1")
    shop.add(event(f"o{number}") for number in range(20))
    script.before_commit.extend(Response("<html>", status_code=200) for _ in range(20))
    assert person.says("sync") == 1
    status = person.asks("status")
    assert (status["unconfirmed"], status["deferred"]) == (5, 15)


BLOCKED = {
    "a 403 with a page": lambda: Response("<html>blocked by policy</html>", status_code=403, media_type="text/html"),
    "a 407": lambda: Response("", status_code=407),
    "a redirect to a login": lambda: Response("", status_code=302, headers={"location": "https://portal.example/"}),
    "a 429 of a gateway": lambda: JSONResponse({"error": {"code": 429, "message": "slow down"}}, status_code=429),
}


@pytest.mark.parametrize("fault", BLOCKED)
def test_an_answer_from_in_between_fails_the_run_and_leaves_everything_owed(
    shop: Shop, sandbox: RunningSandbox, person: Person, script: Script, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connector.delivery.sending.backoff_s", lambda _: 0.0)
    monkeypatch.setenv("CONNECTOR_BATCH_SIZE", "1")
    shop.add(event(f"o{number}") for number in range(12))
    script.before_commit.extend(BLOCKED[fault]() for _ in range(50))
    assert person.says("sync") == 1
    assert "answered instead of Meta" in person.err
    assert person.err.count("\n") == 1
    assert len(script.before_commit) >= 45
    status = person.asks("status")
    assert (status["owed"], status["unconfirmed"]) == (12, 0)
    assert status["last_run"]["reason"] == "answered_by_intermediary"
    assert person.says("status") == 0
    assert "HAS STOPPED since" in person.out
    script.before_commit.clear()
    assert person.says("sync") == 0, person.err
    assert sandbox.summary()["received_twice"] == 0


def test_events_of_the_future_are_owed_again_and_a_run_of_nothing_else_is_not_green(
    shop: Shop, sandbox: RunningSandbox, person: Person, script: Script
) -> None:
    shop.add([event("o1"), event("o2")])
    script.before_commit.extend(error(100, subcode=2804004) for _ in range(3))
    assert person.says("sync") == 1
    assert "code 100/2804004" in person.err
    assert {shop.state("o1"), shop.state("o2")} == {"deferred"}
    assert person.says("sync") == 0, person.err
    assert sandbox.summary()["distinct_accepted"] == 2


def test_one_event_refused_alone_by_a_known_code_is_rejected_and_blames_no_token(
    shop: Shop, sandbox: RunningSandbox, person: Person, script: Script
) -> None:
    shop.add([event("o1")])
    script.before_commit.append(error(100, subcode=2804001))
    assert person.says("sync") == 0, person.err
    assert shop.state("o1") == "rejected"


@ON_DUCKDB
def test_one_event_refused_alone_without_a_cause_waits_and_stops_no_dataset(
    shop: Shop, sandbox: RunningSandbox, person: Person, script: Script
) -> None:
    shop.add([event("o1")])
    script.before_commit.append(error(100))
    assert person.says("sync") == 1
    assert shop.outcome("o1") == ("deferred", 100, None, "refused_without_contrast")
    assert person.asks("status")["last_run"]["reason"] == "refused_without_contrast"
    assert "token" not in person.err
    assert person.says("status") == 0
    assert "STOPPED" not in person.out
    assert person.out.startswith("NO SYNC HAS ENDED WELL since ")
    shop.add([event("o2"), event("o3")])
    assert person.says("sync") == 0, person.err
    assert shop.states("o1", "o2", "o3") == ["accepted"] * 3


@ON_DUCKDB
def test_a_batch_that_is_refused_whole_costs_few_requests_and_its_rest_waits_and_is_told(
    shop: Shop, sandbox: RunningSandbox, person: Person, script: Script
) -> None:
    shop.add(event(f"o{number:03}") for number in range(200))
    script.before_commit.extend(error(100, subcode=2804001) for _ in range(400))
    assert person.says("sync") == 1
    assert "refused part after part of a batch with one code" in person.err
    assert len(script.before_commit) > 340
    status = person.asks("status")
    assert status["rejected"] + status["owed"] == 200
    assert status["rejected"] > 0


@ON_DUCKDB
def test_what_meta_s_clock_calls_future_is_owed_until_its_time_has_passed(
    shop: Shop, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    with RunningSandbox(clock=Clock(offset_s=-7200)) as sandbox:
        monkeypatch.setenv("CONNECTOR_META_BASE_URL", sandbox.base_url)
        shop.add(event(f"o{number}") for number in range(30))
        assert person.says("sync") == 1
        assert "code 100/2804004" in person.err
        status = person.asks("status")
        assert (status["owed"], status["rejected"]) == (30, 0)
        sandbox.clock.offset_s = 0
        assert person.says("sync") == 0, person.err
        assert sandbox.summary()["distinct_accepted"] == 30


@ON_DUCKDB
def test_what_meta_s_clock_calls_too_old_is_rejected_alone_where_this_machine_s_clock_is_behind(
    shop: Shop, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    with RunningSandbox(clock=Clock(offset_s=7200)) as sandbox:
        monkeypatch.setenv("CONNECTOR_META_BASE_URL", sandbox.base_url)
        shop.add([event("old", age=timedelta(days=6, hours=22, minutes=30)), *(event(f"o{one}") for one in range(9))])
        assert person.says("sync") == 0, person.err
        assert shop.outcome("old")[:3] == ("rejected", 100, 2804003)
        assert sandbox.summary()["distinct_accepted"] == 9


def test_an_unreachable_meta_is_one_line_and_nothing_is_lost(
    shop: Shop, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.add([event("o1")])
    monkeypatch.setenv("CONNECTOR_META_BASE_URL", "http://127.0.0.1:9")
    assert person.says("sync") == 1
    assert "could not be reached" in person.err
    assert shop.state("o1") == "deferred"
    assert person.asks("status")["owed"] == 1


def test_another_destination_is_refused_by_a_ledger_that_knows_one(
    shop: Shop, sandbox: RunningSandbox, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.add([event("o1")])
    person.says("sync")
    shop.add([event("o2")])
    monkeypatch.setenv("CONNECTOR_META_BASE_URL", f"http://localhost:{sandbox.port}")
    assert person.says("sync") == 3
    assert "CONNECTOR_LEDGER_SCHEMA" in person.err
    monkeypatch.setenv("CONNECTOR_LEDGER_SCHEMA", "delivery_elsewhere")
    assert person.says("sync") == 0, person.err


def test_a_test_event_code_needs_the_word_of_a_person_and_settles_nothing(
    shop: Shop, sandbox: RunningSandbox, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.add([event("o1")])
    monkeypatch.setenv("CONNECTOR_TEST_EVENT_CODE", "TEST12345")
    assert person.says("sync") == 3
    assert sandbox.summary()["requests"] == 0
    assert person.says("sync", "--test-events") == 0, person.err
    assert sandbox.summary()["test_events"] == 1
    assert person.asks("status")["owed"] == 1
    monkeypatch.delenv("CONNECTOR_TEST_EVENT_CODE")
    assert person.says("sync", "--test-events") == 2
    assert person.says("sync") == 0
    assert shop.state("o1") == "accepted"


def test_a_sender_that_was_declared_dead_stops_at_its_next_mark_and_keeps_the_facts(
    shop: Shop, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run is ended by somebody else while its first group is in flight (here: by the first request itself)."""
    monkeypatch.setenv("CONNECTOR_BATCH_SIZE", "1")
    monkeypatch.setenv("CONNECTOR_CONCURRENCY", "1")
    shop.add(event(f"o{number}") for number in range(12))

    @dataclass
    class Killer:
        done: bool = False

        async def before(self, call: Call) -> Response | None:
            if not self.done:
                self.done = True
                end_every_lease(shop)
            return None

        async def after(self, call: Call, answer: Response) -> Response:
            return answer

    with RunningSandbox(faults=Killer()) as sandbox:
        for name, value in settings_for(shop, sandbox.base_url).items():
            monkeypatch.setenv(name, value)
        assert person.says("sync") == 1
        assert "declared dead" in person.err
        # what was marked before the fence may have gone; its outcomes are kept, nothing more went
        assert 1 <= sandbox.summary()["distinct_accepted"] <= 4
        assert person.says("sync") == 0, person.err
        assert sandbox.summary()["distinct_accepted"] == 12
        assert sandbox.summary()["received_twice"] == 0


def end_every_lease(shop: Shop) -> None:
    """In a session of its own, of this process where only one may hold the file."""
    ending = "update meta_conversions_ledger.sync_leases set ended = true"
    if isinstance(shop, SnowflakeShop):  # its dialect takes the stand-in's address by arguments only
        shop.run(ending)
        return
    engine = create_engine(engine_url(shop))
    with engine.begin() as other:
        other.execute(text(ending))
    engine.dispose()


def test_a_run_that_may_take_a_second_ends_with_the_rest_owed_and_says_so(
    shop: Shop, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Slow:
        async def before(self, call: Call) -> Response | None:
            await asyncio.sleep(0.6)
            return None

        async def after(self, call: Call, answer: Response) -> Response:
            return answer

    shop.add(event(f"o{number}") for number in range(8))
    with RunningSandbox(faults=Slow()) as sandbox:
        for name, value in settings_for(shop, sandbox.base_url).items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("CONNECTOR_BATCH_SIZE", "1")
        monkeypatch.setenv("CONNECTOR_CONCURRENCY", "1")
        assert person.says("sync", "--max-seconds", "1") == 0, person.err
        assert "ended early (time_limit_reached)" in person.out
        status = person.asks("status")
        assert status["accepted"] + status["owed"] == 8
        assert status["owed"] > 0
        assert (status["unconfirmed"], status["in_flight"]) == (0, 0)
