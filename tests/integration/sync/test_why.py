"""`connector why`: the whole life of one event or order, told without any identifier's value."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from connector.sandbox.server import RunningSandbox
from tests.support.meta_script import Script, error
from tests.support.shops import event, refused_by_meta, sha256, utc_now

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.shops import Person, Shop

CONVERSIONS = """
create table meta_conversions.conversions (
    dataset_id varchar, event_name varchar, event_id varchar, event_time timestamp, action_source varchar,
    order_id varchar, value decimal(18, 4), currency varchar, em varchar, ph varchar, client_ip_address varchar,
    is_eligible boolean, ineligible_reason varchar, dropped_identifiers varchar, pixel_event_time timestamp,
    deadline_at timestamp, source_system varchar
)
"""


@pytest.fixture
def sandbox(script: Script) -> Iterator[RunningSandbox]:
    with RunningSandbox(faults=script) as running:
        yield running


def model(shop: Shop, event_id: str, **changes: Any) -> None:
    """A row of the `conversions` mart, which is made if it is missing."""
    if not shop.run("select 1 from information_schema.tables where table_name = 'conversions'"):
        shop.run(CONVERSIONS)
    event_time = utc_now() - timedelta(hours=1)
    row = {
        "event_name": "Purchase",
        "event_id": event_id,
        "event_time": event_time,
        "action_source": "website",
        "order_id": event_id,
        "value": "12.5",
        "currency": "USD",
        "em": sha256("canary@shop.example"),
        "client_ip_address": "203.0.113.77",
        "is_eligible": True,
        "ineligible_reason": None,
        "dropped_identifiers": "ph_invalid",
        "deadline_at": event_time + timedelta(days=7, hours=-1),
        "source_system": "shop",
    } | changes
    shop.run(
        f"insert into meta_conversions.conversions ({', '.join(row)}) values ({', '.join(['%s'] * len(row))})",
        *row.values(),
    )


def only(person: Person, asked: str) -> dict[str, Any]:
    (found,) = person.asks("why", asked)["conversions"]
    return dict(found)


def test_an_unknown_id_is_one_clear_line_and_exit_1(person: Person) -> None:
    assert person.says("why", "ORDER-404") == 1
    assert person.err.startswith("error: nothing is known about ORDER-404")
    assert person.err.count("\n") == 1
    assert person.asks("why", "ORDER-404") == {"id": "ORDER-404", "conversions": []}


def test_an_order_is_found_as_people_write_its_number_with_what_its_reason_means(shop: Shop, person: Person) -> None:
    model(shop, "A-17", is_eligible=False, ineligible_reason="no_consent")
    shop.run("create schema meta_conversions_reference")
    shop.run(
        "create table meta_conversions_reference.reconciliation_reasons as select 'not_eligible' as stage, "
        "'no_consent' as reason, 'No consent was given.' as meaning, 'Ask for it.' as what_to_do, 'marketer' as who"
    )
    for written in ("A-17", "#a-17", " a-17"):
        assert only(person, written)["event_id"] == "A-17"
    assert person.says("why", "#A-17") == 0
    assert "No consent was given. What to do (marketer): Ask for it." in " ".join(person.out.split())


def test_a_row_that_no_run_has_claimed_is_owed(shop: Shop, person: Person) -> None:
    shop.add([event("o1")])
    life = only(person, "o1")
    assert (life["standing"], life["state"], life["records"]) == ("owed", None, [])
    assert life["event"]["identifiers"] == ["em", "client_user_agent"]
    assert life["modelled"] is None
    assert life["counted_by_meta"] is None


def test_an_accepted_one_tells_its_run_its_trace_and_when(shop: Shop, sandbox: RunningSandbox, person: Person) -> None:
    shop.add([event("o1")])
    person.says("sync")
    life = only(person, "o1")
    (record,) = life["records"]
    assert (life["standing"], life["accepted_at"]) == ("accepted", record["settled_at"])
    assert (record["run"], record["outcome"], record["http_status"]) == (1, "accepted", 200)
    assert record["fbtrace_id"]
    assert (life["changed_since_acceptance"], life["may_be_counted_twice"]) == (False, False)
    assert sandbox.summary()["requests"] == 1


def test_a_change_after_acceptance_is_told(shop: Shop, person: Person) -> None:
    shop.add([event("o1")])
    person.says("sync")
    shop.change(event("o1", value="99", body={"custom_data": {"value": 99, "currency": "USD"}}))
    assert only(person, "o1")["changed_since_acceptance"] is True
    person.says("why", "o1")
    assert "Meta keeps what it accepted" in person.out
    assert ", 12.50 USD" in next(line for line in person.out.splitlines() if line.strip().startswith("accepted")), (
        "as sent"
    )


def test_a_rejection_is_told_with_its_codes_and_the_meaning_of_its_word(shop: Shop, person: Person) -> None:
    shop.add([event("o1"), refused_by_meta("bad")])
    person.says("sync")
    assert "1 rejected (12.50 XTS): code 100, parameter_refused." in person.out
    assert "Meta says: Invalid parameter" in person.out
    life = only(person, "bad")
    (record,) = life["records"]
    assert life["standing"] == "rejected"
    assert (record["error_code"], record["reason"]) == (100, "parameter_refused")
    assert "did not say which" in record["meaning"]
    assert record["answer_text"] == "Invalid parameter"
    person.says("why", "bad")
    assert "code 100" in person.out
    assert "parameter_refused: Meta refused a parameter" in person.out
    assert "Meta says: Invalid parameter" in person.out


def test_every_run_of_an_unconfirmed_one_is_told_and_that_it_may_count_twice(
    shop: Shop,
    person: Person,
    script: Script,
) -> None:
    shop.add([event("o1")])
    script.after_commit.append(error(1, status=500))
    person.says("sync")
    before = only(person, "o1")
    assert (before["standing"], before["state"], before["may_be_counted_twice"]) == ("owed", "unconfirmed", False)
    assert before["uncertain_since"]
    person.says("sync")
    life = only(person, "o1")
    assert [record["outcome"] for record in life["records"]] == ["unconfirmed", "accepted"]
    assert life["may_be_counted_twice"] is True


def test_a_held_one_says_that_a_person_must_act(
    shop: Shop,
    person: Person,
    script: Script,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shop.add([event("o1")])
    script.after_commit.append(error(1, status=500))
    person.says("sync")
    monkeypatch.setenv("CONNECTOR_RESEND_UNCONFIRMED", "false")
    assert only(person, "o1")["standing"] == "held"
    person.says("why", "o1")
    assert "connector replay" in person.out


def test_what_passed_its_deadline_before_any_sync_is_covered_by_the_pixel_or_before_the_first_sync(
    shop: Shop, person: Person
) -> None:
    shop.add([event("late", age=timedelta(days=8)), event("seen", age=timedelta(days=8))])
    model(shop, "seen", pixel_event_time=utc_now() - timedelta(days=8))
    assert only(person, "late")["standing"] == "before_first_sync"
    assert only(person, "seen")["standing"] == "covered_by_pixel"


def test_a_row_that_lies_in_the_future_is_not_due(shop: Shop, person: Person) -> None:
    shop.add([event("o1", age=timedelta(hours=-2))])
    assert only(person, "o1")["standing"] == "not_due"


def test_the_models_tell_eligibility_and_the_names_of_identifiers_but_never_a_value(shop: Shop, person: Person) -> None:
    model(shop, "o1", is_eligible=False, ineligible_reason="no_consent")
    life = only(person, "o1")
    assert life["standing"] == "not_eligible"
    assert life["modelled"]["ineligible_reason"] == "no_consent"
    assert life["modelled"]["identifiers"] == ["em", "client_ip_address"]
    assert life["modelled"]["dropped_identifiers"] == ["ph_invalid"]
    told = person.out
    person.says("why", "o1")
    assert "no: no_consent" in person.out
    for value in (sha256("canary@shop.example"), "203.0.113.77", "canary"):
        assert value not in told + person.out


def test_an_order_id_finds_all_its_events(shop: Shop, person: Person) -> None:
    model(shop, "e1", order_id="ORDER-1")
    model(shop, "e2", order_id="ORDER-1", event_name="Lead")
    shop.add([event("e3", body={"custom_data": {"value": 12.5, "currency": "USD", "order_id": "ORDER-1"}})])
    found = person.asks("why", "ORDER-1")["conversions"]
    assert [(one["event_name"], one["event_id"]) for one in found] == [
        ("Lead", "e2"),
        ("Purchase", "e1"),
        ("Purchase", "e3"),
    ]
    person.says("why", "ORDER-1")
    assert "3 conversions have this event_id or order_id." in person.out


def test_one_event_id_in_two_datasets_is_two_lives(shop: Shop, person: Person) -> None:
    shop.add([event("o1"), event("o1", dataset_id="777")])
    person.says("sync")
    found = person.asks("why", "o1")["conversions"]
    assert [one["dataset_id"] for one in found] == [None, "777"]
    assert [len(one["records"]) for one in found] == [1, 1]


def test_a_key_that_stands_twice_is_named(shop: Shop, person: Person) -> None:
    shop.add([event("o1"), event("o1")])
    person.says("sync")
    person.says("why", "o1")
    assert "2 rows of the events relation have this key" in person.out
    assert "key_not_unique: The events relation has more than one row" in person.out


def test_a_conversion_that_is_gone_still_has_its_records(shop: Shop, person: Person) -> None:
    shop.add([event("o1")])
    person.says("sync")
    shop.run("delete from meta_conversions.conversion_events")
    life = only(person, "o1")
    assert (life["standing"], life["event"], len(life["records"])) == ("accepted", None, 1)
    person.says("why", "o1")
    assert "withdrawn" not in person.out, "it may only be old"


def test_an_accepted_one_that_the_models_hold_back_now_is_withdrawn(shop: Shop, person: Person) -> None:
    shop.add([event("o1")])
    person.says("sync")
    shop.run("delete from meta_conversions.conversion_events")
    model(shop, "o1", is_eligible=False, ineligible_reason="not_paid")
    person.says("why", "o1")
    assert "withdrawn" in person.out
    assert "Meta keeps what it accepted" in person.out


def test_a_user_data_key_that_nobody_knows_is_not_repeated(shop: Shop, person: Person) -> None:
    shop.add([event("o1", body={"user_data": {"em": sha256("x"), "jane_canary": "x"}})])
    person.says("sync")
    assert only(person, "o1")["event"]["identifiers"] == ["em", "other"]
    assert "canary" not in person.out


def test_the_words_fit_a_hundred_columns(shop: Shop, person: Person) -> None:
    shop.add([event("o1"), refused_by_meta("bad")])
    model(shop, "bad", dropped_identifiers=",".join(f"identifier{number}_invalid" for number in range(9)))
    person.says("sync")
    person.says("why", "bad")
    assert person.out.count("\n") > 8
    assert max(map(len, person.out.splitlines())) <= 100


def test_an_id_that_reads_like_sql_is_only_an_id(shop: Shop, person: Person) -> None:
    shop.add([event("o1")])
    assert person.says("why", "' or 1=1 --") == 1
    assert person.says("why", "%") == 1
