"""A dataset that Meta has stopped is probed with one batch a run: a stop that lasts does not fill the ledger."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from connector.sandbox.config import SandboxConfig
from connector.sandbox.server import RunningSandbox
from connector.sandbox.tokens import TokenState
from tests.support.meta_script import error
from tests.support.shops import DATASET, event, settings_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.responses import Response

    from connector.sandbox.calls import Call
    from tests.support.shops import Person, Shop


@dataclass
class Doors:
    """Refuses the token for the datasets that are paused."""

    paused: set[str] = field(default_factory=set)

    async def before(self, call: Call) -> Response | None:
        return error(190) if any(f"/{dataset}/" in call.path for dataset in self.paused) else None

    async def after(self, call: Call, answer: Response) -> Response:
        return answer


@pytest.fixture
def doors() -> Doors:
    return Doors()


@pytest.fixture
def sandbox(doors: Doors) -> Iterator[RunningSandbox]:
    with RunningSandbox(faults=doors) as running:
        yield running


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONNECTOR_BATCH_SIZE", "5")
    monkeypatch.setenv("CONNECTOR_CONCURRENCY", "1")


def records_of_newest(shop: Shop) -> list[tuple[str | None, int]]:
    return shop.run(
        "select dataset_id, count(*) from meta_conversions_ledger.sync_records where sync_id = "
        "(select sync_id from meta_conversions_ledger.sync_runs where phase = 'ended' order by run_no desc limit 1) "
        "group by dataset_id order by dataset_id"
    )


def test_while_a_stop_lasts_each_run_claims_one_batch_and_once_it_ends_one_run_sends_all(
    shop: Shop, sandbox: RunningSandbox, person: Person, doors: Doors
) -> None:
    shop.add(event(f"o{number:02}") for number in range(40))
    doors.paused = {DATASET}
    assert person.says("sync") == 3
    for _ in range(4):
        assert person.says("sync") == 3
        assert records_of_newest(shop) == [(None, 5)]
        assert person.asks("status")["owed"] == 40
    doors.paused = set()
    assert person.says("sync") == 0, person.err
    assert records_of_newest(shop) == [(None, 40)]
    assert sandbox.summary()["distinct_accepted"] == 40
    assert sandbox.summary()["received_twice"] == 0
    shop.add(event(f"p{number:02}") for number in range(20))
    assert person.says("sync") == 0, person.err
    assert person.asks("status")["owed"] == 0


def test_a_stopped_dataset_is_remembered_over_a_run_that_had_nothing_of_it_and_others_go_on_in_full(
    shop: Shop, sandbox: RunningSandbox, person: Person, doors: Doors
) -> None:
    shop.add(event(f"a{number:02}") for number in range(20))
    shop.add(event(f"b{number:02}", dataset_id="777") for number in range(20))
    doors.paused = {"777"}
    assert person.says("sync") == 3
    assert sandbox.summary()["distinct_accepted"] == 20
    shop.run(
        "update meta_conversions.conversion_events set event_time = event_time + interval '1' day "
        "where dataset_id = '777'"
    )
    assert person.says("sync") == 0, person.err
    shop.run(
        "update meta_conversions.conversion_events set event_time = event_time - interval '1' day "
        "where dataset_id = '777'"
    )
    shop.add(event(f"c{number:02}") for number in range(20))
    assert person.says("sync") == 3
    assert records_of_newest(shop) == [("777", 5), (None, 20)]


def test_a_limit_is_not_used_up_by_the_probe_of_a_stopped_dataset(shop: Shop, person: Person, doors: Doors) -> None:
    shop.add(event(f"b{number:02}", dataset_id="777") for number in range(20))
    doors.paused = {"777"}
    assert person.says("sync") == 3
    shop.add(event(f"a{number:02}") for number in range(20))
    assert person.says("sync", "--limit", "4") == 3
    assert records_of_newest(shop) == [("777", 2), (None, 2)]


def test_a_probe_whose_rows_are_never_sent_is_followed_by_another(
    shop: Shop, sandbox: RunningSandbox, person: Person, doors: Doors
) -> None:
    shop.add(event(f"o{number:02}") for number in range(20))
    doors.paused = {DATASET}
    assert person.says("sync") == 3
    shop.run("update meta_conversions.conversion_events set payload = '{}', payload_hash = 'h' where event_id < 'o12'")
    doors.paused = set()
    assert person.says("sync") == 0, person.err
    status = person.asks("status")
    assert (status["invalid"], status["accepted"], status["owed"]) == (12, 8, 0)


def test_each_dataset_is_sent_to_and_examined_with_its_own_token(
    shop: Shop, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens = {
        "token-of-a-test": TokenState(datasets=frozenset({DATASET})),
        "its-own": TokenState(datasets=frozenset({"777"})),
    }
    shop.add([event("a1"), event("b1", dataset_id="777")])
    with RunningSandbox(SandboxConfig(tokens=tokens)) as sandbox:
        for name, value in settings_for(shop, sandbox.base_url).items():
            monkeypatch.setenv(name, value)
        assert person.says("doctor") == 3
        assert person.says("sync") == 3
        assert "777" in person.err
        monkeypatch.setenv("CONNECTOR_META_ACCESS_TOKENS", '{"777": "its-own"}')
        assert person.says("doctor") == 0, person.out
        assert person.says("sync") == 0, person.err
        assert sandbox.receipts() == {("Purchase", "a1"): 1, ("Purchase", "b1"): 1}
