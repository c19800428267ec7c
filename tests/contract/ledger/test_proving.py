"""The last word of a pipeline looks at every run, not at the newest only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from connector.errors import Unproven
from connector.insight.proof import prove_warehouse

if TYPE_CHECKING:
    from tests.contract.ledger.conftest import HandLedger


@pytest.fixture
def proven(ledger: HandLedger) -> HandLedger:
    """A ledger beside a reconciliation that explains everything, with one run that ended well."""
    with ledger.warehouse.transaction() as connection:
        for statement in (
            "create schema meta_conversions",
            (
                "create table meta_conversions.revenue_waterfall "
                "(stage varchar, event_name varchar, currency varchar, events bigint, value decimal(18, 4))"
            ),
        ):
            connection.execute(text(statement))
    end(ledger, "finished")
    return ledger


def end(ledger: HandLedger, reason: str | None, *, claimed: int = 3, accepted: int = 3, mode: str = "live") -> str:
    sync_id = ledger.run(mode=mode)
    counts = {"claimed": claimed, "accepted": accepted, "rejected": 0, "invalid": 0, "deferred": 0, "unconfirmed": 0}
    if reason is not None:
        ledger.insert(
            "sync_runs",
            sync_id=sync_id,
            run_no=ledger.runs,
            mode=mode,
            phase="ended",
            recorded_at=ledger.now,
            destination_host="127.0.0.1",
            reason=reason,
            **counts,
        )
    return sync_id


def test_the_counts_of_the_newest_run_are_told_when_all_are_proven(proven: HandLedger) -> None:
    newest = end(proven, "rate_limited", claimed=5, accepted=5)
    assert prove_warehouse(proven.warehouse)["sync_id"] == newest


def test_a_run_whose_sums_differ_is_told_though_proven_runs_followed(proven: HandLedger) -> None:
    wrong = end(proven, "unproven", claimed=3, accepted=2)
    end(proven, "finished")
    with pytest.raises(Unproven, match=f"{wrong} differ"):
        prove_warehouse(proven.warehouse)


def test_a_run_that_calls_itself_proven_is_not_believed_where_its_counts_differ(proven: HandLedger) -> None:
    wrong = end(proven, "finished", claimed=3, accepted=2)
    end(proven, "finished")
    with pytest.raises(Unproven, match=f"{wrong} differ"):
        prove_warehouse(proven.warehouse)


@pytest.mark.parametrize("reason", ["failed", "process_gone", "lease_expired", None])
def test_a_run_that_died_is_told_until_a_later_one_has_proven_itself(proven: HandLedger, reason: str | None) -> None:
    dead = end(proven, reason, accepted=0)
    with pytest.raises(Unproven, match=dead):
        prove_warehouse(proven.warehouse)
    end(proven, "finished", mode="test")
    with pytest.raises(Unproven, match=dead):
        prove_warehouse(proven.warehouse)
    end(proven, "finished")
    prove_warehouse(proven.warehouse)
