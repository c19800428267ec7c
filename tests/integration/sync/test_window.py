"""A window of event_time: a plan and a sync for what lies in it, while all else stays as it is."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from connector.sandbox.server import RunningSandbox
from tests.support.meta_script import Script, error
from tests.support.shops import event, utc_now

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.shops import Person, Shop

ON_DUCKDB = pytest.mark.parametrize("shop", ["duckdb"], indirect=True)
OLDER, NEWER = timedelta(days=3), timedelta(days=1)


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
def sandbox(script: Script) -> Iterator[RunningSandbox]:
    with RunningSandbox(faults=script) as running:
        yield running


def moment(age: timedelta) -> str:
    return f"{utc_now() - age:%Y-%m-%dT%H:%M:%S}"


@pytest.fixture
def window(shop: Shop) -> list[str]:
    """Six conversions: one at each bound, and one on each side of it. Both bounds are theirs to the second."""
    second = timedelta(seconds=1)
    first, last = event("first", age=OLDER), event("until", age=NEWER)
    shop.add([first, last, event("before", age=OLDER + second), event("inside", age=timedelta(days=2))])
    shop.add([event("last", age=NEWER + timedelta(minutes=1)), event("after")])
    return ["--since", first["event_time"].isoformat(), "--until", f"{last['event_time'].isoformat()}Z"]


INSIDE = {"first", "inside", "last"}


def test_only_what_lies_in_the_window_is_sent_and_the_rest_by_the_next_run(
    shop: Shop, sandbox: RunningSandbox, person: Person, window: list[str]
) -> None:
    plan = person.asks("plan", *window, "--show", "10")
    assert (plan["owed"], plan["requests"], len(plan["payloads"])) == (3, 1, 3)
    assert person.says("sync", *window) == 0, person.err
    assert "whatever else is owed stays owed" in person.out
    assert {event_id for _, event_id in sandbox.receipts()} == INSIDE
    assert person.asks("status")["owed"] == 3
    assert shop.states("before", "until", "after") == [None] * 3
    assert person.says("sync") == 0, person.err
    assert set(sandbox.receipts().values()) == {1}
    assert person.asks("status")["accepted"] == 6


def test_one_bound_alone_is_a_window_too(person: Person, window: list[str]) -> None:
    assert person.asks("plan", *window[:2])["owed"] == 5
    assert person.asks("plan", *window[2:])["owed"] == 4
    assert person.asks("plan")["owed"] == 6


def test_a_plan_tells_of_its_window_only(shop: Shop, person: Person, window: list[str]) -> None:
    shop.add([event("late", age=timedelta(days=2), deadline_at=utc_now()), event("lost", deadline_at=utc_now())])
    plan = person.asks("plan", *window)
    assert plan["not_owed"]["before_first_sync"]["events"] == 1
    assert plan["window"] == {"since": window[1], "until": window[3].removesuffix("Z")}
    assert person.asks("plan")["not_owed"]["before_first_sync"]["events"] == 2


def test_several_senders_keep_to_the_window(sandbox: RunningSandbox, person: Person, window: list[str]) -> None:
    assert person.says("sync", *window, "--senders", "2") == 0, person.err
    assert {event_id for _, event_id in sandbox.receipts()} == INSIDE


def test_what_is_unconfirmed_or_deferred_outside_the_window_waits_and_is_not_lost(
    shop: Shop, sandbox: RunningSandbox, person: Person, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.add([event("unsure", age=OLDER), event("put-off", age=OLDER)])
    monkeypatch.setenv("CONNECTOR_BATCH_SIZE", "1")
    monkeypatch.setenv("CONNECTOR_CONCURRENCY", "1")
    script.before_commit += [error(1, status=500), error(190, status=401)]
    person.says("sync")
    states = shop.states("put-off", "unsure")
    assert states == ["deferred", "unconfirmed"]
    shop.add([event("fresh")])
    assert person.says("sync", "--since", moment(timedelta(hours=2))) == 0, person.err
    assert shop.state("fresh") == "accepted"
    assert shop.states("put-off", "unsure") == states
    assert person.asks("status")["owed"] == 2
    assert person.says("sync") == 0, person.err
    assert person.asks("status")["accepted"] == 3
    assert sandbox.summary()["distinct_accepted"] == 3


@ON_DUCKDB
@pytest.mark.parametrize("command", ["plan", "sync", "replay"])
@pytest.mark.parametrize("until", ["2026-03-01", "2026-02-28T23:00:00"])
def test_a_window_that_holds_nothing_is_wrong_use(person: Person, command: str, until: str) -> None:
    assert person.says(command, "--since", "2026-03-01", "--until", until) == 2
    assert person.err.count("\n") == 1
    assert "since 2026-03-01T00:00:00 is not before until 2026-0" in person.err
    assert "choose a later until" in person.err


@ON_DUCKDB
def test_a_bound_with_a_zone_is_meant_in_that_zone(person: Person) -> None:
    words = ["plan", "--since", "2026-03-01T02:00:00+02:00", "--until", "2026-03-01T00:00:00Z"]
    assert person.says(*words) == 2
    assert "2026-03-01T00:00:00 is not before" in person.err
