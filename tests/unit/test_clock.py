"""The clock of leases and pauses runs on while the machine is suspended, where the system has such a clock."""

from __future__ import annotations

import time

import pytest

from connector.app import session


def test_a_machine_that_was_asleep_finds_its_lease_over(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def read(clock: int) -> float:
        asked.append(clock)
        return 1_000.0 + 3_600.0 * len(asked)  # an hour of sleep between two looks

    monkeypatch.setattr(session, "RUNS_ON", 7)
    monkeypatch.setattr(time, "clock_gettime", read)
    assert session.seconds() + 3_600.0 == session.seconds()
    assert asked == [7, 7]


def test_where_no_such_clock_is_known_pythons_own_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "RUNS_ON", None)
    monkeypatch.setattr(time, "monotonic", lambda: 5.0)
    assert session.seconds() == 5.0
