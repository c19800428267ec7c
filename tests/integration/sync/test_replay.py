"""`connector replay`: a person sends settled or held conversions once more, knowingly, and by the same run as ever."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from connector import app
from connector.ledger.replay import Choice
from connector.sandbox.server import RunningSandbox
from connector.settings import Settings
from tests.support.meta_script import Script, error
from tests.support.shops import DATASET, event, utc_now

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.shops import Person, Shop

ON_DUCKDB = pytest.mark.parametrize("shop", ["duckdb"], indirect=True)
TOO_THIN = 2804050


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
def sandbox(script: Script) -> Iterator[RunningSandbox]:
    with RunningSandbox(faults=script) as running:
        yield running


@pytest.fixture
def rejected(shop: Shop, person: Person, script: Script) -> str:
    """One conversion that Meta refused alone, and would take now."""
    shop.add([event("bad")])
    script.before_commit.append(error(100, subcode=TOO_THIN))
    person.says("sync")
    assert shop.state("bad") == "rejected"
    return "bad"


@pytest.fixture
def held(shop: Shop, person: Person, script: Script, monkeypatch: pytest.MonkeyPatch) -> str:
    """One conversion that Meta received in an answer nobody could read, and that no sync sends again."""
    shop.add([event("unsure")])
    script.after_commit.append(error(1, status=500))
    person.says("sync")
    monkeypatch.setenv("CONNECTOR_RESEND_UNCONFIRMED", "false")
    assert shop.state("unsure") == "unconfirmed"
    return "unsure"


def test_a_rejected_one_goes_once_more_and_is_proven(
    rejected: str, shop: Shop, sandbox: RunningSandbox, person: Person
) -> None:
    shop.add([event("fresh")])
    assert person.says("replay", "--event-id", rejected, "--yes") == 0, person.err
    assert "1 conversions would be sent again" in person.out
    assert "proven: 1 claimed = 1 accepted" in person.out
    assert shop.state(rejected) == "accepted"
    assert shop.state("fresh") is None
    assert sandbox.receipts() == {("Purchase", rejected): 1}
    assert person.asks("status")["owed"] == 1


def test_a_held_one_is_told_as_one_that_may_count_twice_and_stays_so(
    held: str, shop: Shop, sandbox: RunningSandbox, person: Person
) -> None:
    plan = person.asks("replay", "--outcome", "held")["plan"]
    assert plan["may_be_counted_twice"] == {"events": 1, "money": {"USD": "12.50"}}
    assert person.says("replay", "--outcome", "held", "--yes") == 0, person.err
    assert "1 of them may have reached Meta already: 12.50 USD may be counted twice." in person.out
    assert shop.state(held) == "accepted"
    assert sandbox.receipts() == {("Purchase", held): 2}
    told = shop.run("select possible_receipts from meta_conversions_ledger.conversion_states where event_id = %s", held)
    assert told == [(2,)]


def test_an_invalid_one_is_looked_at_again_by_the_gate(shop: Shop, sandbox: RunningSandbox, person: Person) -> None:
    shop.add([event("o1", payload="{}")])
    person.says("sync")
    answer = person.asks("replay", "--outcome", "invalid", "--yes")
    assert (answer["run"]["claimed"], answer["run"]["invalid"], answer["run"]["requests"]) == (1, 1, 0)
    assert shop.state("o1") == "invalid"
    assert sandbox.summary()["requests"] == 0


@pytest.mark.parametrize(("answer", "state"), [("n\n", "rejected"), ("\n", "rejected"), ("y\n", "accepted")])
def test_it_asks_before_it_sends(
    rejected: str, shop: Shop, person: Person, monkeypatch: pytest.MonkeyPatch, answer: str, state: str
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(answer))
    assert person.says("replay", "--event-id", rejected) == 0, person.err
    assert "Send them?" in person.out
    assert shop.state(rejected) == state


@ON_DUCKDB
def test_where_nobody_answers_nothing_is_sent(
    rejected: str, shop: Shop, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert person.says("replay", "--event-id", rejected) == 1
    assert shop.state(rejected) == "rejected"


def test_as_json_it_only_plans_unless_told_yes(
    rejected: str, shop: Shop, sandbox: RunningSandbox, person: Person
) -> None:
    requests = sandbox.summary()["requests"]
    answer = person.asks("replay", "--event-id", rejected)
    assert answer == {
        "plan": {
            "conversions": 1,
            "by_outcome": {"rejected": {"events": 1, "money": {"USD": "12.50"}}},
            "may_be_counted_twice": {"events": 0, "money": {}},
            "not_sendable": {},
        },
        "run": None,
    }
    assert sandbox.summary()["requests"] == requests
    assert shop.state(rejected) == "rejected"


def test_an_accepted_one_is_refused_by_name_and_nothing_else_goes(
    rejected: str, shop: Shop, sandbox: RunningSandbox, person: Person
) -> None:
    shop.add([event("done")])
    person.says("sync")
    assert person.says("replay", "--event-id", "done", "--event-id", rejected, "--yes") == 2
    assert person.err.startswith("error: done stands accepted")
    assert person.err.count("\n") == 1
    assert shop.state(rejected) == "rejected"
    assert sandbox.receipts() == {("Purchase", "done"): 1}


def test_one_past_its_deadline_is_listed_and_not_sent(
    rejected: str, shop: Shop, sandbox: RunningSandbox, person: Person
) -> None:
    requests = sandbox.summary()["requests"]
    shop.run("update meta_conversions.conversion_events set deadline_at = %s", utc_now() - timedelta(minutes=1))
    assert person.says("replay", "--event-id", rejected, "--yes") == 0
    assert "None of the chosen conversions can be sent again." in person.out
    plan = person.asks("replay", "--event-id", rejected)["plan"]
    assert plan["not_sendable"] == {"past_deadline": {"events": 1, "money": {"USD": "12.50"}}}
    assert sandbox.summary()["requests"] == requests


def test_what_a_sync_sends_by_itself_is_left_to_it(rejected: str, shop: Shop, person: Person) -> None:
    shop.change(event(rejected, value="99", body={"custom_data": {"value": 99, "currency": "USD"}}))
    shop.add([event("never-seen")])
    plan = person.asks("replay", "--event-id", rejected, "--event-id", "never-seen", "--event-id", "nobody")["plan"]
    assert plan["conversions"] == 0
    assert {name: found["events"] for name, found in plan["not_sendable"].items()} == {"owed": 1, "never_claimed": 2}


def test_an_unconfirmed_one_inside_its_window_is_owed_and_not_held(
    held: str, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONNECTOR_RESEND_UNCONFIRMED", "true")
    plan = person.asks("replay", "--event-id", held)["plan"]
    assert (plan["conversions"], plan["not_sendable"]["owed"]["events"]) == (0, 1)


def test_a_row_that_is_gone_is_listed(rejected: str, shop: Shop, person: Person) -> None:
    shop.run("delete from meta_conversions.conversion_events")
    plan = person.asks("replay", "--outcome", "rejected")["plan"]
    assert plan["not_sendable"] == {"gone": {"events": 1, "money": {"USD": "12.50"}}}


def test_the_choice_is_narrowed_by_name_and_time(shop: Shop, person: Person) -> None:
    old = timedelta(days=3)
    shop.add(
        [
            event("new", payload="{}"),
            event("old", payload="{}", age=old),
            event("lead", payload="{}", event_name="Lead"),
        ]
    )
    person.says("sync")
    day = f"{utc_now() - timedelta(days=1):%Y-%m-%dT%H:%M:%S}"

    def count(*words: str) -> int:
        return int(person.asks("replay", *words)["plan"]["conversions"])

    assert count("--outcome", "invalid") == 3
    assert count("--event-name", "Lead") == 1
    assert count("--since", day) == 2
    assert count("--until", day) == 1
    assert count("--until", f"{day}Z") == 1
    assert count("--since", day, "--event-name", "Purchase", "--outcome", "invalid") == 1
    assert count("--outcome", "rejected") == 0


def test_an_event_id_in_two_datasets_is_two_conversions_of_the_choice(shop: Shop, person: Person) -> None:
    shop.add([event("o1", payload="{}"), event("o1", payload="{}", dataset_id="777")])
    person.says("sync")
    answer = person.asks("replay", "--event-id", "o1", "--yes")
    assert (answer["plan"]["conversions"], answer["run"]["claimed"]) == (2, 2)


def test_many_are_claimed_in_slices_and_each_once(
    shop: Shop, sandbox: RunningSandbox, person: Person, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connector.ledger.replay.KEYS_AT_A_TIME", 7)
    monkeypatch.setenv("CONNECTOR_BATCH_SIZE", "3")
    shop.add(event(f"o{number}") for number in range(20))
    script.after_commit += [error(1, status=500)] * 7
    monkeypatch.setenv("CONNECTOR_CONCURRENCY", "1")
    person.says("sync")
    monkeypatch.setenv("CONNECTOR_RESEND_UNCONFIRMED", "false")
    script.after_commit.clear()
    held = person.asks("status")["held"]
    assert held > 7
    answer = person.asks("replay", "--outcome", "held", "--yes")
    assert (answer["run"]["claimed"], answer["run"]["accepted"], answer["run"]["is_proven"]) == (held, held, True)
    assert person.asks("status")["held"] == 0


def test_one_that_was_accepted_after_the_plan_is_left_out(
    held: str, sandbox: RunningSandbox, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = app.plan_replay(Settings.load(), Choice(event_ids=[held]))
    monkeypatch.setenv("CONNECTOR_RESEND_UNCONFIRMED", "true")
    assert person.says("sync") == 0
    report = app.replay(Settings.load(), chosen)
    assert (len(chosen.keys), report.claimed, report.requests, report.is_proven) == (1, 0, 0, True)
    assert sandbox.receipts() == {("Purchase", held): 2}


def test_a_replay_is_refused_while_a_test_event_code_is_set(
    rejected: str, shop: Shop, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONNECTOR_TEST_EVENT_CODE", "TEST1")
    assert person.says("replay", "--event-id", rejected, "--yes") == 3
    assert shop.state(rejected) == "rejected"


def test_without_a_choice_it_is_wrong_use(person: Person) -> None:
    assert person.says("replay", "--yes") == 2
    assert "--event-id" in person.err


@ON_DUCKDB
@pytest.mark.parametrize("words", [("--outcome", "accepted"), ("--since", "yesterday")])
def test_a_choice_that_cannot_be_is_exit_2(person: Person, words: tuple[str, ...]) -> None:
    assert person.says("replay", *words, "--yes") == 2


def test_a_refused_token_defers_what_was_chosen_and_is_exit_3(
    rejected: str, shop: Shop, person: Person, script: Script
) -> None:
    script.before_commit.append(error(190, status=401))
    assert person.says("replay", "--event-id", rejected, "--yes") == 3
    assert DATASET in person.err or "(default)" in person.err
    assert shop.state(rejected) == "deferred"
    person.says("sync")
    assert shop.state(rejected) == "accepted"
