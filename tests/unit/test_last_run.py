"""How the last sync ended, and since when none has ended well."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from connector.insight.last_run import last_of
from connector.model.stop_reasons import StopReason


class Run(NamedTuple):
    sync_id: str
    hour: int
    reason: str | None
    accepted: int | None = 0
    claimed: int | None = 0
    started_by: str | None = None
    started_on: str | None = None
    airflow_run: str | None = None
    connector_version: str | None = None

    @property
    def started_at(self) -> datetime:
        return datetime(2026, 11, 27, self.hour)  # noqa: DTZ001 - the ledger's times are UTC without zone

    @property
    def ended_at(self) -> datetime | None:
        return None if self.reason is None else self.started_at.replace(minute=5)


def test_before_the_first_sync_there_is_none() -> None:
    assert last_of([]) is None
    assert last_of([Run("a", 1, None)]) is None


def test_sending_has_stopped_since_the_first_run_that_failed_after_a_green_one() -> None:
    runs = [Run("e", 5, None), Run("d", 4, "refused"), Run("c", 3, "process_gone"), Run("b", 2, "unreachable")]
    last = last_of([*runs, Run("a", 1, "finished", 7), Run("z", 0, "refused")])
    assert last is not None
    assert (last.sync_id, last.reason) == ("d", StopReason.REFUSED)
    assert last.failing_since == datetime(2026, 11, 27, 2)  # noqa: DTZ001 - as above


def test_a_green_run_says_what_it_had_accepted_and_no_trouble() -> None:
    last = last_of([Run("b", 2, "rate_limited", 7), Run("a", 1, "refused")])
    assert last is not None
    assert (last.accepted, last.failing_since) == (7, None)


def test_a_reason_of_another_version_is_told_as_it_stands() -> None:
    last = last_of([Run("a", 1, "meta_unreachable")])
    assert last is not None
    assert (last.word, last.reason, last.failing_since) == ("meta_unreachable", None, None)
