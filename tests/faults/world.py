"""A small world in which a delivery is disturbed, then run to its end, then audited on both sides."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from tests.faults.nursery import Doom, struck_beside
from tests.support.shops import DuckDBShop, PostgresShop, Shop, event, refused_by_meta, settings_for, sha256
from tests.support.tally import ROWS, Row

if TYPE_CHECKING:
    from connector.sandbox.server import RunningSandbox
    from tests.faults.nursery import Nursery

SPARED = Doom()
MOST_RUNS = 12
RECORDS = """
select event_id, coalesce(outcome, case when sending_at is not null and not run_is_living then 'unconfirmed' end)
from meta_conversions_ledger.record_outcomes
order by event_id, claimed_at, run_no
"""
SUMS = """
select runs.sync_id, runs.reason, runs.claimed,
    runs.accepted + runs.rejected + runs.invalid + runs.deferred + runs.unconfirmed, count(records.sync_id)
from meta_conversions_ledger.sync_runs as runs
left join meta_conversions_ledger.sync_records as records on runs.sync_id = records.sync_id
where runs.phase = 'ended' and runs.reason not in ('failed', 'process_gone', 'lease_expired')
group by 1, 2, 3, 4
"""
ENDS = "select count(*), count(distinct sync_id) from meta_conversions_ledger.sync_runs where phase = 'ended'"
SETTLED_TWICE = """
select count(*)
from (
    select 1 as one from meta_conversions_ledger.record_outcomes
    group by sync_id, batch_no, position having count(*) > 1
) as doubled
"""


EARLIER, ORDINARY, LATER = timedelta(hours=2), timedelta(hours=1), timedelta(minutes=30)


def owed_ids(events: int) -> set[str]:
    return {f"o{number}" for number in range(events)}


def planted() -> list[dict[str, object]]:
    """Rows that must not arrive: plaintext, poison, too late, too early, a key that stands twice."""
    plaintext = event("x-plaintext", age=LATER, body={"user_data": {"em": "a@shop.example"}})
    late = event("x-late", age=timedelta(days=9))
    early = event("x-early", age=timedelta(hours=-3))
    return [plaintext, refused_by_meta("x-poison", age=EARLIER), late, early, *[event("x-double", age=LATER)] * 2]


def timeless(row: dict[str, object]) -> dict[str, object]:
    """The row without its event time, in the column and in the payload."""
    body = json.loads(str(row["payload"]))
    del body["event_time"]
    payload = json.dumps(body, separators=(",", ":"))
    return row | {"event_time": None, "payload": payload, "payload_hash": sha256(payload)}


@dataclass(frozen=True)
class Audit:
    """What the receipts and the ledger say of each other."""

    lost: set[str]
    silent_duplicates: set[str]
    twice: set[str]
    wrongly_sent: set[str]
    sums_that_differ: list[tuple[object, ...]]


@dataclass
class World:
    """One warehouse, one sandbox, and children that send. `base_url` may lead over a failing line."""

    shop: Shop
    sandbox: RunningSandbox
    nursery: Nursery
    folder: Path
    base_url: str
    events: int
    more: dict[str, str] = field(default_factory=dict)
    has_event_time: bool = True
    runs: int = 0
    _files: count[int] = field(default_factory=count)

    def fill(self, *, poison: bool = True) -> None:
        # the first of them shares a batch with the poison, whatever the size: one is refused only beside another
        good = [event(one, age=EARLIER if one == "o0" else ORDINARY) for one in sorted(owed_ids(self.events))]
        rows = good + [row for row in planted() if poison or row["event_id"] != "x-poison"]
        if not self.has_event_time:
            rows = [
                timeless(row) for row in rows if row["event_id"] != "x-early"
            ]  # without a time nothing is too early
        self.shop.add(rows)

    @classmethod
    def of_the_toy(cls, *where: Any, events: int, more: dict[str, str]) -> Self:
        """A world whose events have no time and go to the toy destination, which gives them one."""
        return cls(*where, events, more | {"FAULTS_DESTINATION": "toy"}, has_event_time=False)

    def start(self, *words: str, doom: Doom = SPARED, trace: Path | None = None) -> int:
        """Start one sender."""
        self.runs += 1
        self.out = self.folder / f"said-{next(self._files)}"
        env = settings_for(self.shop, self.base_url) | self.more
        return self.nursery.start(["sync", *words], env, out=self.out, doom=doom, trace=trace)

    def struck_at(self) -> str | None:
        """The point at which the last sender met its doom; None if it ended before."""
        struck = struck_beside(self.out)
        return struck.read_text(encoding="utf-8") if struck.exists() else None

    def sync(self, *words: str, doom: Doom = SPARED, trace: Path | None = None) -> int:
        return self.nursery.wait(self.start(*words, doom=doom, trace=trace))

    def sync_together(self, senders: int) -> list[int]:
        """Several senders at once; their exit codes."""
        pids = [self.start("--senders", str(senders)) for _ in range(senders)]
        return [self.nursery.wait(pid) for pid in pids]

    def run_to_the_end(self, senders: int = 1) -> None:
        """Sync until everything owed is accepted; leases of the dead run out on the way."""
        for _ in range(MOST_RUNS):
            if self.has_ledger():
                self.shop.let_leases_run_out()
                if self.accepted() >= owed_ids(self.events):
                    return
            if senders == 1:
                self.sync()
            else:
                self.sync_together(senders)
        raise AssertionError(f"not everything is accepted after {MOST_RUNS} runs: {self.out.read_text()}")

    def has_ledger(self) -> bool:
        """Whether a run has come so far as to make the ledger."""
        made = "select count(*) from information_schema.tables where lower(table_name) = 'conversion_states'"
        return self.shop.run(made) == [(1,)]

    def accepted(self) -> set[str]:
        rows = self.shop.run("select event_id from meta_conversions_ledger.conversion_states where state = 'accepted'")
        return {event_id for (event_id,) in rows}

    def audit(self) -> Audit:
        """Compare what Meta received with what the ledger says, and the ledger with itself."""
        receipts = {event_id: times for (_, event_id), times in self.sandbox.receipts().items()}
        lives: dict[str, list[str]] = defaultdict(list)
        for event_id, standing in self.shop.run(RECORDS):
            if standing in ("accepted", "unconfirmed"):
                lives[event_id].append(standing)
        silent = {
            event_id
            for event_id, times in receipts.items()
            # told beforehand: no more receipts than possible ones, and every one but the last was called unconfirmed
            if times > len(lives[event_id]) or "accepted" in lives[event_id][:-1]
        }
        sums = [row for row in self.shop.run(SUMS) if not row[2] == row[3] == row[4]]
        ends = self.shop.run(ENDS)
        return Audit(
            lost=owed_ids(self.events) - set(receipts),
            silent_duplicates=silent,
            twice={event_id for event_id, times in receipts.items() if times > 1},
            wrongly_sent=set(receipts) - owed_ids(self.events),
            sums_that_differ=[
                *sums,
                *(row for row in ends if row[0] != row[1]),
                *(row for row in self.shop.run(SETTLED_TWICE) if row != (0,)),
            ],
        )

    @property
    def warehouse(self) -> str:
        names = {DuckDBShop: "DuckDB", PostgresShop: "PostgreSQL"}
        return names.get(type(self.shop), "a stand-in for Snowflake")


def prove(world: World, trouble: str, *, senders: int, injected: int, detail: str = "") -> Audit:
    """Audit, write the table's row, and assert the invariants."""
    audit = world.audit()
    ROWS.append(
        Row(
            trouble=trouble,
            warehouse=world.warehouse,
            senders=senders,
            runs=world.runs,
            injected=injected,
            events=world.events,
            lost=len(audit.lost),
            silent_duplicates=len(audit.silent_duplicates),
            twice=len(audit.twice),
        )
    )
    assert audit.lost == set(), detail
    assert audit.silent_duplicates == set(), detail
    assert audit.wrongly_sent == set(), detail
    assert audit.sums_that_differ == [], f"{detail}: {audit.sums_that_differ}"
    assert world.accepted() == owed_ids(world.events), detail
    return audit
