"""What must be true of a delivery, in plain dicts: rows, attempts, leases, receipts. It knows no SQL and no ledger."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

Row = dict[str, Any]
META_WINDOW = timedelta(hours=48)
META_OFFLINE_WINDOW = timedelta(days=7)


@dataclass
class Attempt:
    """One record of one conversion in one run. `marked_at` None: never sent, or surely not processed."""

    run_no: int
    sync_id: str
    payload_hash: str
    marked_at: datetime | None = None
    sent_at: datetime | None = None
    settled_at: datetime | None = None
    outcome: str | None = None

    @property
    def uncertain_at(self) -> datetime:
        moment = self.marked_at or self.settled_at
        assert moment is not None
        return moment


@dataclass
class Lease:
    expires_at: datetime
    ended: bool = False


@dataclass
class Remembered:
    """The model. `moment` is the warehouse's clock, UTC without zone; `receipts` counts what Meta took in."""

    moment: datetime
    rows: dict[str, Row] = field(default_factory=dict)
    attempts: dict[str, list[Attempt]] = field(default_factory=lambda: defaultdict(list))
    leases: dict[str, Lease] = field(default_factory=dict)
    receipts: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    ever: set[str] = field(default_factory=set)

    def is_living(self, sync_id: str) -> bool:
        lease = self.leases[sync_id]
        return not lease.ended and lease.expires_at > self.moment

    def end_the_dead(self) -> None:
        for lease in self.leases.values():
            lease.ended = lease.ended or lease.expires_at <= self.moment

    def standings(self, key: str, *, without: str = "") -> list[tuple[str, Attempt]]:
        """What each attempt came to; an attempt of an ended run that was never marked came to nothing."""
        found = []
        for attempt in self.attempts[key]:
            if attempt.sync_id == without:
                continue
            if attempt.outcome is not None:
                found.append((attempt.outcome, attempt))
            elif self.is_living(attempt.sync_id):
                found.append(("in_flight", attempt))
            elif attempt.marked_at is not None:
                found.append(("unconfirmed", attempt))
        return found

    def state(self, key: str, *, without: str = "") -> tuple[str | None, Attempt | None]:
        """The state and the attempt that decides it."""
        found = self.standings(key, without=without)
        for word in ("accepted", "in_flight"):
            if those := [attempt for standing, attempt in found if standing == word]:
                return word, max(those, key=lambda one: one.run_no)
        if those := [attempt for standing, attempt in found if standing == "unconfirmed"]:
            return "unconfirmed", min(those, key=lambda one: (one.uncertain_at, -one.run_no))
        return max(found, key=lambda one: one[1].run_no) if found else (None, None)

    def is_sendable(self, key: str) -> bool:
        """In the relation, due, and before its deadline."""
        row = self.rows.get(key)
        return row is not None and (row["event_time"] or self.moment) <= self.moment < row["deadline_at"]

    def is_owed(self, key: str) -> bool:
        if not self.is_sendable(key):
            return False
        state, deciding = self.state(key)
        if state in (None, "deferred"):
            return True
        assert deciding is not None
        unchanged = deciding.payload_hash == self.rows[key]["payload_hash"]
        if state in ("rejected", "invalid"):
            return not unchanged
        if state == "unconfirmed":
            last, _ = max(self.standings(key), key=lambda one: one[1].run_no)
            refused_since = last in ("rejected", "invalid")
            return unchanged and not refused_since and self.moment < deciding.uncertain_at + self.resend_window(key)
        return False

    def resend_window(self, key: str) -> timedelta:
        offline = self.rows[key]["action_source"] == "physical_store"
        return (META_OFFLINE_WINDOW if offline else META_WINDOW) - timedelta(hours=1)

    def payload(self, key: str) -> str:
        return str(self.rows[key]["payload"])

    def owed(self) -> set[str]:
        return {key for key in self.rows if self.is_owed(key)}

    def is_replayable(self, key: str) -> bool:
        return self.is_sendable(key) and self.state(key)[0] in ("rejected", "invalid", "unconfirmed")

    def claimed(self, sync_id: str, run_no: int, keys: list[str]) -> None:
        for key in keys:
            attempt = Attempt(run_no=run_no, sync_id=sync_id, payload_hash=self.rows[key]["payload_hash"])
            self.attempts[key].append(attempt)

    def attempt_of(self, sync_id: str, key: str) -> Attempt:
        (found,) = [attempt for attempt in self.attempts[key] if attempt.sync_id == sync_id]
        return found

    def received(self, sync_id: str, key: str, *, replayed: bool) -> bool:
        """One more copy at Meta; it must have been told beforehand. True if it is not the first."""
        state, deciding = self.state(key, without=sync_id)
        assert state not in ("accepted", "in_flight"), f"{key} is {state} and was sent"
        if self.receipts[key]:
            assert state == "unconfirmed", f"{key} is received twice, and nobody had called it unconfirmed: {state}"
            assert deciding is not None
            offline = self.rows.get(key, {}).get("action_source") == "physical_store"
            window = META_OFFLINE_WINDOW if offline else META_WINDOW
            assert replayed or self.moment < deciding.uncertain_at + window, f"{key} is sent outside Meta's window"
        self.receipts[key] += 1
        return self.receipts[key] > 1
