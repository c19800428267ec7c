"""`connector sync` alone: environment variables, a DuckDB file of the contract's shape, a server of the contract."""

from __future__ import annotations

from datetime import timedelta
from math import ceil, log2
from typing import TYPE_CHECKING

from sqlalchemy import Engine
from sqlalchemy import event as sqlalchemy_event

from tests.support.shops import event, refused_by_meta, sha256, utc_now

if TYPE_CHECKING:
    import pytest

    from connector.sandbox.server import RunningSandbox
    from tests.support.shops import Person, Shop

KEYS = (
    "accepted rejected invalid deferred unconfirmed held expired covered_by_pixel owed in_flight money".split()  # noqa: SIM905
)

OF_AN_IDLE_SYNC = 20
"""Statements; docs/scale.md and docs/performance.md tell of them."""


def test_everything_owed_is_accepted_once_and_both_sides_say_so(
    shop: Shop, sandbox: RunningSandbox, person: Person
) -> None:
    shop.add(event(f"o{number}") for number in range(2_500))
    assert person.says("sync") == 0, person.err
    assert "proven: 2,500 claimed = 2,500 accepted" in person.out
    status = person.asks("status")
    assert status["accepted"] == sandbox.summary()["distinct_accepted"] == 2_500
    assert status["money"]["accepted"] == {"USD": "31250.00"}
    assert sandbox.summary()["received_twice"] == 0
    assert sandbox.summary()["requests"] == 3


def test_a_second_sync_sends_nothing_and_says_so(shop: Shop, sandbox: RunningSandbox, person: Person) -> None:
    shop.add([event("o1")])
    person.says("sync")
    requests = sandbox.summary()["requests"]
    assert person.says("sync") == 0
    assert "Nothing is owed: nothing was sent." in person.out
    assert sandbox.summary()["requests"] == requests


def test_a_sync_with_nothing_to_send_asks_the_warehouse_no_more_than_it_needs(shop: Shop, person: Person) -> None:
    """Without what begins and ends sessions and transactions."""
    shop.add([event("o1")])
    assert person.says("sync") == 0, person.err
    sent: list[str] = []

    def listen(*arguments: object) -> None:
        sent.append(str(arguments[2]))

    sqlalchemy_event.listen(Engine, "before_cursor_execute", listen)
    try:
        assert person.says("sync") == 0, person.err
    finally:
        sqlalchemy_event.remove(Engine, "before_cursor_execute", listen)
    assert len(sent) == OF_AN_IDLE_SYNC, "\n".join(sent)


UNSTABLE = """
create view meta_conversions.unstable as
select
    dataset_id, event_name, event_id, event_time, action_source, value, currency, deadline_at, payload,
    md5(cast(random() as varchar)) as payload_hash
from meta_conversions.conversion_events
"""


def test_a_relation_that_reads_differently_each_time_is_told_though_no_request_was_made(
    shop: Shop, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.add(event(f"o{number}") for number in range(30))
    shop.run(UNSTABLE)
    monkeypatch.setenv("CONNECTOR_EVENTS_RELATION", "meta_conversions.unstable")
    assert person.says("sync") == 1
    assert "30 conversions are deferred, nothing is lost. Run again; if it repeats" in " ".join(person.err.split())
    monkeypatch.delenv("CONNECTOR_EVENTS_RELATION")
    assert person.says("sync") == 0, person.err


def test_an_empty_relation_is_fine(person: Person) -> None:
    assert person.says("sync") == 0
    assert "Nothing is owed" in person.out


def test_status_as_json_has_the_keys_of_the_contract(shop: Shop, person: Person) -> None:
    shop.add([event("o1")])
    status = person.asks("status")
    assert set(KEYS) <= set(status)
    assert (status["owed"], status["accepted"], status["money"]["owed"]) == (1, 0, {"USD": "12.50"})


def test_one_refused_event_of_a_thousand_is_found_and_the_others_arrive(
    shop: Shop, sandbox: RunningSandbox, person: Person
) -> None:
    shop.add([*(event(f"o{number}") for number in range(999)), refused_by_meta("poison")])
    assert person.says("sync") == 0, person.err
    summary = sandbox.summary()
    assert summary["distinct_accepted"] == 999
    assert summary["requests"] <= 1 + 2 * ceil(log2(1000)) + 1
    outcome, code, subcode, reason = shop.outcome("poison")
    assert (outcome, code, subcode) == ("rejected", 100, None)
    assert reason
    assert shop.state("poison") == "rejected"
    person.says("sync")
    assert sandbox.summary()["requests"] == summary["requests"]


def test_many_refused_events_do_not_keep_the_good_ones(shop: Shop, sandbox: RunningSandbox, person: Person) -> None:
    good = [event(f"o{number}") for number in range(160)]
    shop.add([*good, *(refused_by_meta(f"bad{number}") for number in range(40))])
    assert person.says("sync") == 0, person.err
    status = person.asks("status")
    # of the last one that is asked nothing can tell, if it is refused: it waits for an acceptance of the next run
    assert (status["accepted"], status["rejected"] + status["owed"]) == (160, 40)
    assert status["owed"] <= 1
    assert sandbox.summary()["received_twice"] == 0


def test_late_and_back_dated_rows_go_with_the_next_run(shop: Shop, sandbox: RunningSandbox, person: Person) -> None:
    shop.add([event("o1")])
    person.says("sync")
    shop.add([event("late"), event("back-dated", age=timedelta(days=6))])
    assert person.says("sync") == 0, person.err
    assert sandbox.receipts() == {("Purchase", name): 1 for name in ("o1", "late", "back-dated")}


def test_the_answer_counts_refusals_as_the_ledger_has_them(shop: Shop, person: Person) -> None:
    shop.add([event("o1"), *map(refused_by_meta, ("bad1", "bad2")), event("thin", payload="{}")])
    refusals = person.asks("sync")["refusals"]
    _, code, subcode, reason = shop.outcome("bad1")
    assert [one.pop("text") is not None for one in refusals] == [True]
    known = {"outcome": "rejected", "error_code": code, "error_subcode": subcode, "reason": reason, "events": 2}
    assert refusals == [known]


def test_a_corrected_row_goes_after_its_rejection(shop: Shop, sandbox: RunningSandbox, person: Person) -> None:
    shop.add([event("o1"), event("o2"), refused_by_meta("o3")])
    person.says("sync")
    assert shop.state("o3") == "rejected"
    shop.change(event("o3"))
    assert person.says("sync") == 0, person.err
    assert shop.state("o3") == "accepted"
    assert sandbox.receipts()[("Purchase", "o3")] == 1


def test_a_corrected_row_goes_after_the_gate_refused_it(shop: Shop, person: Person) -> None:
    shop.add([event("o1", payload="{}")])
    person.says("sync")
    assert shop.state("o1") == "invalid"
    shop.change(event("o1"))
    person.says("sync")
    assert shop.state("o1") == "accepted"


def test_an_accepted_row_that_changes_is_not_sent_again(shop: Shop, sandbox: RunningSandbox, person: Person) -> None:
    shop.add([event("o1")])
    person.says("sync")
    shop.change(event("o1", body={"custom_data": {"value": 99, "currency": "USD"}}, value="99"))
    assert person.says("sync") == 0
    assert sandbox.receipts() == {("Purchase", "o1"): 1}
    assert person.asks("status")["money"]["accepted"] == {"USD": "12.50"}


def test_a_bad_row_becomes_invalid_with_its_reason_and_all_others_go(
    shop: Shop, sandbox: RunningSandbox, person: Person
) -> None:
    plain = {"user_data": {"em": "canary.person@shop.example"}}
    shop.add(
        [
            event("good"),
            event("not-json", payload="{not json"),
            event("plaintext", body=plain),
            event("twice", value="1"),
            event("twice", value="2", payload='{"other":1}'),
            event("no-deadline", deadline_at=None),
            event("other-time", event_time=utc_now() - timedelta(hours=9)),
            event("no-payload", payload=None, payload_hash=None),
            event("other-value", value="12.51"),
            event("other-currency", currency="EUR"),
        ]
    )
    assert person.says("sync") == 0, person.err
    assert sandbox.receipts() == {("Purchase", "good"): 1}
    reasons = {
        name: shop.outcome(name)[3]
        for name in ("not-json", "plaintext", "twice", "no-deadline", "other-time", "no-payload")
    }
    assert all(reasons.values())
    assert reasons["twice"] == "key_not_unique"
    assert reasons["no-deadline"] == "missing_deadline_at"
    assert shop.outcome("other-value")[::3] == ("invalid", "value_differs")
    assert shop.outcome("other-currency")[::3] == ("invalid", "currency_differs")
    assert len(set(reasons.values())) >= 5
    assert person.asks("status")["invalid"] == 8
    assert "canary" not in person.out + person.err


def test_a_key_that_stands_once_again_is_sent(shop: Shop, sandbox: RunningSandbox, person: Person) -> None:
    keep = event("twice")
    shop.add([keep, keep])
    person.says("sync")
    assert shop.state("twice") == "invalid"
    assert person.says("sync") == 0
    assert "Nothing is owed" in person.out
    shop.change(keep)
    person.says("sync")
    assert sandbox.receipts() == {("Purchase", "twice"): 1}


def test_rows_without_an_event_id_are_invalid_and_not_claimed_for_ever(shop: Shop, person: Person) -> None:
    shop.add([event("x") | {"event_id": None}, event("o1")])
    assert person.says("sync") == 0, person.err
    status = person.asks("status")
    assert (status["accepted"], status["invalid"], status["owed"]) == (1, 1, 0)


def test_nothing_past_its_deadline_and_nothing_in_the_future_is_sent(
    shop: Shop, sandbox: RunningSandbox, person: Person
) -> None:
    shop.add([event("old", age=timedelta(days=8)), event("future", age=timedelta(hours=-2)), event("o1")])
    assert person.says("sync") == 0, person.err
    assert sandbox.receipts() == {("Purchase", "o1"): 1}
    status = person.asks("status")
    assert (status["before_first_sync"], status["expired"], status["owed"]) == (1, 0, 0)


def test_what_expires_between_two_runs_turns_the_run_red(shop: Shop, person: Person) -> None:
    shop.add([event("o1")])
    person.says("sync")
    lost = event("lost", deadline_at=utc_now() + timedelta(hours=1))
    shop.add([lost])
    for table, moment in (("sync_runs", "recorded_at"), ("sync_sources", "first_seen_at")):  # the first run was then
        shop.run(f"update meta_conversions_ledger.{table} set {moment} = {moment} - interval '2' hour")
    shop.run(
        "update meta_conversions.conversion_events set deadline_at = %s where event_id = 'lost'",
        utc_now() - timedelta(hours=1),
    )
    assert person.says("sync") == 1
    assert "passed the deadline" in person.err


def test_a_limit_bounds_a_run_and_the_rest_stays_owed(shop: Shop, sandbox: RunningSandbox, person: Person) -> None:
    shop.add(event(f"o{number}") for number in range(10))
    assert person.says("sync", "--limit", "4") == 0, person.err
    assert sandbox.summary()["distinct_accepted"] == 4
    assert person.asks("status")["owed"] == 6


def test_the_earliest_deadline_goes_first(shop: Shop, sandbox: RunningSandbox, person: Person) -> None:
    shop.add([event("later", age=timedelta(hours=1)), event("sooner", age=timedelta(days=6))])
    person.says("sync", "--limit", "1")
    assert sandbox.receipts() == {("Purchase", "sooner"): 1}


def test_batches_hold_one_dataset_and_each_row_goes_to_its_own(
    shop: Shop, sandbox: RunningSandbox, person: Person
) -> None:
    shop.add([event("a1"), event("b1", dataset_id="777"), event("a2"), event("b2", dataset_id="777")])
    assert person.says("sync") == 0, person.err
    assert sandbox.summary()["requests"] == 2
    assert shop.states("a1", "a2", "b1", "b2") == ["accepted"] * 4


def test_the_same_event_id_in_two_datasets_is_two_conversions(
    shop: Shop, sandbox: RunningSandbox, person: Person
) -> None:
    shop.add([event("o1"), event("o1", dataset_id="777")])
    assert person.says("sync") == 0, person.err
    assert sandbox.summary()["events_received"] == 2


def test_plan_tells_what_a_sync_then_does(shop: Shop, sandbox: RunningSandbox, person: Person) -> None:
    shop.add([*(event(f"o{number}") for number in range(1_001)), event("old", age=timedelta(days=8))])
    plan = person.asks("plan", "--show", "2")
    assert (plan["owed"], plan["requests"]) == (1_001, 2)
    assert plan["not_owed"]["before_first_sync"]["events"] == 1
    assert [sha256(payload) for payload in plan["payloads"]]
    assert len(plan["payloads"]) == 2
    assert sandbox.summary()["requests"] == 0
    person.says("sync")
    assert sandbox.summary()["requests"] == plan["requests"]


def test_a_row_whose_deadline_is_mended_is_sent(shop: Shop, person: Person) -> None:
    mended = event("o1")
    shop.add([mended | {"deadline_at": None}])
    person.says("sync")
    assert shop.state("o1") == "invalid"
    person.says("sync")
    assert "Nothing is owed" in person.out
    shop.change(mended)
    person.says("sync")
    assert shop.state("o1") == "accepted"


def test_money_without_a_currency_and_with_an_empty_one_is_added(shop: Shop, person: Person) -> None:
    body = {"event_name": "Lead", "custom_data": {}}
    nameless = {"event_name": "Lead", "body": body}
    shop.add([event("o1", value="10", currency=None, **nameless), event("o2", value="5", currency="", **nameless)])
    assert person.asks("sync")["money"]["accepted"] == {"none": "15.00"}
