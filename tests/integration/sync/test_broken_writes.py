"""A write to the ledger that breaks off is tried again; what stays unwritten is unconfirmed, and the run fails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from connector.app import sending
from connector.delivery import writing
from connector.ledger.run_ledger import RunLedger
from tests.support.shops import event

if TYPE_CHECKING:
    from connector.sandbox.server import RunningSandbox
    from tests.support.shops import Person, Shop

RECORD = RunLedger.record


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "WRITE_BACKOFF_S", (0.0,))


@pytest.mark.parametrize("kind", ["settled", "marked"])
@pytest.mark.parametrize("comes_through", [True, False])
def test_an_answer_survives_a_write_that_breaks_off(
    shop: Shop,
    sandbox: RunningSandbox,
    person: Person,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    comes_through: bool,
) -> None:
    broken: list[str] = []

    def flaky(ledger: RunLedger, settled: Any, marked: Any, *, again: bool = False) -> None:
        if {"settled": settled, "marked": marked}[kind] and len(broken) < 2:
            broken.append(kind)
            if comes_through:
                RECORD(ledger, settled, marked, again=again)
            raise OSError("the connection is gone")
        RECORD(ledger, settled, marked, again=again)

    monkeypatch.setattr(RunLedger, "record", flaky)
    shop.add(event(f"o{number}") for number in range(5))
    assert person.says("sync") == 0, person.err
    assert len(broken) == 2
    assert shop.run(
        "select outcome, count(*) from meta_conversions_ledger.sync_outcomes group by outcome order by outcome"
    ) == [
        ("accepted", 1),
        ("sending", 1),
    ]
    assert sandbox.summary()["received_twice"] == 0


def test_outcomes_that_cannot_be_written_are_unconfirmed_and_the_run_fails(
    shop: Shop, sandbox: RunningSandbox, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [0.0]

    def broken(ledger: RunLedger, settled: Any, marked: Any, *, again: bool = False) -> None:
        if settled:
            clock[0] += sending.MIN_LEASE_S  # as long as the lease lasts
            raise OSError("the connection is gone")
        RECORD(ledger, settled, marked, again=again)

    shop.add([event("o1")])
    with monkeypatch.context() as patch:
        patch.setattr(RunLedger, "record", broken)
        patch.setattr(sending, "seconds", lambda: clock[0])
        assert person.says("sync") == 1
    assert "OSError" in person.err
    assert "the connection is gone" not in person.err  # the text of an unknown error may quote a row
    assert shop.state("o1") == "unconfirmed"
    assert shop.run("select reason from meta_conversions_ledger.sync_runs where phase = 'ended'") == [("failed",)]
    assert person.says("sync") == 0, person.err
    assert sandbox.receipts() == {("Purchase", "o1"): 2}
    assert shop.run("select possible_receipts from meta_conversions_ledger.conversion_states") == [(2,)]
