"""The default dataset is one key, however a row names it, and a ledger keeps to one default."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector.sandbox.config import SandboxConfig
from connector.sandbox.server import RunningSandbox
from tests.support.shops import DATASET, event

if TYPE_CHECKING:
    from tests.support.shops import Person, Shop


@pytest.mark.parametrize(("before", "after"), [(None, DATASET), (DATASET, None)])
def test_a_row_that_names_the_default_dataset_is_the_same_conversion_as_one_that_names_none(
    shop: Shop, sandbox: RunningSandbox, person: Person, before: str | None, after: str | None
) -> None:
    shop.add([event("o1", dataset_id=before)])
    assert person.says("sync") == 0, person.err
    assert shop.run("select dataset_id from meta_conversions_ledger.sync_records") == [(None,)]
    shop.change(event("o1", dataset_id=after))
    assert person.says("sync") == 0, person.err
    assert sandbox.receipts() == {("Purchase", "o1"): 1}
    status = person.asks("status")
    assert (status["accepted"], status["owed"], status["expired"]) == (1, 0, 0)
    [life] = person.asks("why", "o1")["conversions"]
    assert life["standing"] == "accepted"
    assert person.says("replay", "--event-id", "o1", "--yes") == 2
    assert "accepted" in person.err


def test_a_row_that_stands_under_both_names_is_not_unique(shop: Shop, person: Person) -> None:
    shop.add([event("o1"), event("o1", dataset_id=DATASET)])
    assert person.says("sync") == 0, person.err
    assert shop.outcome("o1")[3] == "key_not_unique"


@pytest.mark.parametrize("other", ["777", ""])
def test_another_default_dataset_is_refused_by_a_ledger_that_knows_one(
    shop: Shop, sandbox: RunningSandbox, person: Person, monkeypatch: pytest.MonkeyPatch, other: str
) -> None:
    shop.add([event("o1")])
    person.says("sync")
    shop.add([event("o2")])
    monkeypatch.setenv("CONNECTOR_META_DATASET_ID", other)
    assert person.says("sync") == 3
    assert "dataset_id" in person.err
    assert "CONNECTOR_LEDGER_SCHEMA" in person.err
    monkeypatch.setenv("CONNECTOR_META_DATASET_ID", "888")
    monkeypatch.setenv("CONNECTOR_LEDGER_SCHEMA", "delivery_elsewhere")
    assert person.says("sync") == 0, person.err
    assert sandbox.summary()["events_received"] == 3


def test_a_default_that_is_named_later_is_refused_only_where_rows_have_named_that_dataset(
    shop: Shop, sandbox: RunningSandbox, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CONNECTOR_META_DATASET_ID")
    shop.add([event("a1"), event("b1", dataset_id="777")])
    assert person.says("sync") == 3
    monkeypatch.setenv("CONNECTOR_META_DATASET_ID", "777")
    assert person.says("sync") == 3
    assert "a second time" in person.err
    monkeypatch.setenv("CONNECTOR_META_DATASET_ID", DATASET)
    assert person.says("sync") == 0, person.err
    assert sandbox.receipts() == {("Purchase", "a1"): 1, ("Purchase", "b1"): 1}


def test_a_mistyped_dataset_that_took_nothing_binds_nothing(
    shop: Shop, sandbox: RunningSandbox, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.add([event("o1")])
    monkeypatch.setenv("CONNECTOR_META_DATASET_ID", "999")
    with RunningSandbox(SandboxConfig(datasets=frozenset({DATASET}))) as strict:
        monkeypatch.setenv("CONNECTOR_META_BASE_URL", strict.base_url)
        assert person.says("sync") != 0
        assert shop.state("o1") == "deferred"
        monkeypatch.setenv("CONNECTOR_META_DATASET_ID", DATASET)
        assert person.says("sync") == 0, person.err
        assert shop.state("o1") == "accepted"
        monkeypatch.setenv("CONNECTOR_META_DATASET_ID", "999")
        assert person.says("sync") == 3


def test_a_mistyped_host_that_took_nothing_binds_nothing_and_the_first_acceptance_does(
    shop: Shop, sandbox: RunningSandbox, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.add([event("o1")])
    monkeypatch.setenv("CONNECTOR_META_BASE_URL", "http://localhost:9")
    assert person.says("sync") == 1
    person.says("status")
    assert "nothing sent yet" in person.out
    monkeypatch.setenv("CONNECTOR_META_BASE_URL", sandbox.base_url)
    assert person.asks("plan")["refusal"] is None
    assert person.says("sync") == 0, person.err
    assert sandbox.receipts() == {("Purchase", "o1"): 1}
    monkeypatch.setenv("CONNECTOR_META_BASE_URL", "http://localhost:9")
    assert person.says("sync") == 3
    assert "belongs to 127.0.0.1" in person.err


def test_a_host_that_may_have_taken_something_binds(
    shop: Shop, sandbox: RunningSandbox, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run of another host that died with a request out: its mark has no outcome."""
    shop.add([event("o1")])
    person.says("sync")
    shop.run("delete from meta_conversions_ledger.sync_outcomes where outcome <> 'sending'")
    monkeypatch.setenv("CONNECTOR_META_BASE_URL", f"http://localhost:{sandbox.port}")
    assert person.says("sync") == 3
    assert "belongs to 127.0.0.1" in person.err


def test_a_dataset_that_was_named_by_rows_it_refused_may_become_the_default(
    shop: Shop, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.add([event("o1", dataset_id="777")])
    monkeypatch.delenv("CONNECTOR_META_DATASET_ID")
    with RunningSandbox(SandboxConfig(datasets=frozenset({DATASET}))) as strict:
        monkeypatch.setenv("CONNECTOR_META_BASE_URL", strict.base_url)
        assert person.says("sync") == 3
    with RunningSandbox() as sandbox:
        monkeypatch.setenv("CONNECTOR_META_BASE_URL", sandbox.base_url)
        monkeypatch.setenv("CONNECTOR_META_DATASET_ID", "777")
        assert person.says("sync") == 0, person.err
        assert sandbox.receipts() == {("Purchase", "o1"): 1}


def test_a_ledger_whose_records_were_archived_is_still_bound(
    shop: Shop, sandbox: RunningSandbox, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.add([event("o1")])
    person.says("sync")
    shop.run("delete from meta_conversions_ledger.sync_records")
    shop.run("delete from meta_conversions_ledger.sync_outcomes")
    for name, other in (("BASE_URL", f"http://localhost:{sandbox.port}"), ("DATASET_ID", "999")):
        with monkeypatch.context() as patch:
            patch.setenv(f"CONNECTOR_META_{name}", other)
            assert person.says("sync") == 3
