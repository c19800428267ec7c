"""The ledger of one sync run: begin, claim, read, mark and settle, prove, end (docs/architecture.md draws it)."""

from __future__ import annotations

import json
from math import ceil
from typing import TYPE_CHECKING, Any, Self

from connector.errors import LeaseLost
from connector.ledger.reading import loaded_batches
from connector.ledger.runs import (
    LIVE,
    RUNS_OF_THIS_PROCESS,
    RunIdentity,
    check_destination,
    datasets_in,
    run_row,
    write_ends,
)
from connector.model.conversions import ALL_TIME, Window
from connector.model.money import NO_CURRENCY, Money
from connector.model.outcomes import Evidence, Marked, Outcome, Settled
from connector.model.tally import Tally
from connector.warehouse.windows import bounds_of, which_times

if TYPE_CHECKING:
    from collections.abc import Collection, Generator, Sequence
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from connector.model.batches import LoadedBatch
    from connector.warehouse.warehouse import Params, Warehouse


OF_DATASETS = "coalesce(events.dataset_id, '') in :datasets"
NOT_OF_DATASETS = "coalesce(events.dataset_id, '') not in :datasets"


class RunLedger:
    """The ledger as one run writes it. Every write is one transaction; times are the warehouse's own.

    `datasets_to_probe`: those that were stopped when the run began, the default dataset as the empty text.
    """

    def __init__(
        self,
        warehouse: Warehouse,
        run: RunIdentity,
        run_no: int,
        window: Window = ALL_TIME,
        datasets_to_probe: frozenset[str] = frozenset(),
    ) -> None:
        self.datasets_to_probe = datasets_to_probe
        self._warehouse = warehouse
        self._run = run
        self._run_no = run_no
        self._window = window
        self._others_live = True
        self._next_batch_no = 0
        self._write_no = 0
        self._tried: tuple[Sequence[Settled], Sequence[Marked]] = ((), ())

    @classmethod
    def begin(cls, warehouse: Warehouse, run: RunIdentity, *, window: Window = ALL_TIME) -> Self:
        """Write the run's start and its lease; end the runs that are dead. It claims what lies in the window.

        On DuckDB, holding the file for writing proves that every other process is gone, so all others are ended.
        Raises ConfigurationError if the ledger has been sending to another host.
        """
        for attempt in warehouse.again_on_conflict():
            with attempt, warehouse.transaction() as connection:
                warehouse.run(connection, "take_lock", {"sync_id": run.sync_id})
                write_ends(warehouse, connection)  # first: to a dead run that took nothing the ledger is not bound
                check_destination(warehouse, connection, run)
                following = warehouse.run(connection, "next_run").one()
                ledger = cls(warehouse, run, following.run_no, window, datasets_in(following.datasets_to_probe))
                warehouse.run(connection, "insert_run", ledger._run_row(phase="started"))
                warehouse.run(connection, "insert_lease", {"sync_id": run.sync_id, "ttl_s": run.lease_ttl_s})
        RUNS_OF_THIS_PROCESS.add(run.sync_id)
        return ledger

    def claim(
        self,
        *,
        now: datetime,
        chunk_size: int,
        batch_size: int,
        resend_unconfirmed: bool,
        senders: int = 1,
        only: str | None = None,
        without: Collection[str] = (),
    ) -> range | None:
        """Plan the next chunk of owed conversions into batches; the batch numbers, or None if nothing is owed.

        Beside other senders a run takes half its share of what is owed, so that none is left idle at the end.
        `only` one dataset, or all `without` some; the default dataset is the empty text.
        """
        terms = {
            "now": now,
            "chunk_size": chunk_size,
            "batch_size": batch_size,
            "resend_unconfirmed": resend_unconfirmed,
        }
        if only is not None:
            return self._plan(terms | {"datasets": [only]}, senders=senders, which_datasets=OF_DATASETS)
        if without:
            return self._plan(terms | {"datasets": sorted(without)}, senders=senders, which_datasets=NOT_OF_DATASETS)
        return self._plan(terms, senders=senders)

    def _plan(self, terms: Params, *, senders: int = 1, **fragments: str) -> range | None:
        """One claim: its transaction is the lock. `fragments` put another condition in the place of what is owed."""
        own = {"sync_id": self._run.sync_id}
        first = self._next_batch_no
        claim = terms | own | bounds_of(self._window) | {"first_batch_no": first}
        fragments |= which_times(self._window)
        for attempt in self._warehouse.again_on_conflict():
            with attempt, self._warehouse.transaction() as connection:
                self._warehouse.run(connection, "take_lock", own)
                # a run that only seems dead must be fenced before its conversions are claimed again
                self._others_live = write_ends(self._warehouse, connection, own=self._run.sync_id)
                if senders > 1:
                    share = self._share(connection, claim, senders, **fragments)
                    claim["chunk_size"] = min(terms["chunk_size"], share)
                with self._warehouse.dialect.joining_as_written(connection):
                    self._warehouse.run(connection, "claim", claim, **fragments)
                claimed = self._warehouse.run(connection, "end_of_claim", own).one()
                if not claimed.is_living:  # asked last: a dead run has claimed nothing
                    raise self._lease_lost()
        self._next_batch_no = max(first, claimed.batch_no)
        return range(first, claimed.batch_no) if claimed.batch_no > first else None

    def held_by_others(self) -> dict[str, int]:
        """The other living runs that hold conversions of the window without a final outcome; none for a test run.

        Where the last claim saw no other run that lives, none holds anything that it might have taken.
        """
        if self._run.mode != LIVE or not self._others_live:
            return {}
        asked = {"sync_id": self._run.sync_id} | bounds_of(self._window)
        rows = self._warehouse.rows("held_by_others", asked, **which_times(self._window, "records"))
        return {row.sync_id: row.events for row in rows}

    def read(self, batch_nos: range) -> Generator[LoadedBatch, None, None]:
        """The claimed batches with their payloads, in order, streamed."""
        return loaded_batches(self._warehouse, self._run.sync_id, batch_nos)

    def record(self, settled: Sequence[Settled], marked: Sequence[Marked], *, again: bool = False) -> None:
        """One write: the lease first, then final outcomes and marks.

        `again`: the same rows as in the write before, whose commit is unknown. What it did write is not written twice.
        Raises LeaseLost if this sender was declared dead: the outcomes are kept (they are facts), nothing is marked.
        """
        if not again or self._tried != (settled, marked):  # the write before may not have come as far as this
            self._write_no += 1
            self._tried = (settled, marked)
        for attempt in self._warehouse.again_on_conflict():
            with attempt, self._warehouse.transaction() as connection:
                is_written = again and self._last_write_no(connection) == self._write_no
                lives = self._renew(connection)
                rows = [_outcome_row(one) for one in settled]
                if lives:
                    rows += [_mark_row(one) for one in marked]
                if rows and not is_written:
                    own = {"sync_id": self._run.sync_id, "rows": json.dumps(rows)}
                    self._warehouse.run(connection, "insert_outcomes", own)
        if not lives:
            raise self._lease_lost()

    def tally(self) -> Tally:
        """Count this run's records by their final outcome, from the ledger's rows and not from memory."""
        events = dict.fromkeys(Outcome, 0)
        money: dict[Outcome, Money] = {outcome: {} for outcome in Outcome}
        wrong = {"none": 0, "many": 0}
        for row in self._warehouse.rows("prove", {"sync_id": self._run.sync_id}):
            if row.outcome in wrong:
                wrong[row.outcome] += row.events
                continue
            outcome = Outcome(row.outcome)
            events[outcome] += row.events
            if row.money is not None:
                name = row.currency or NO_CURRENCY
                money[outcome][name] = money[outcome].get(name, row.money * 0) + row.money
        return Tally(events=events, money=money, unsettled=wrong["none"], oversettled=wrong["many"])

    def end(
        self, *, reason: str, tally: Tally, requests: int | None, datasets_to_probe: Collection[str] | None = None
    ) -> None:
        """End the run's lease and write its end with its counts and money; `requests` None where it is not known.

        `datasets_to_probe`: those that the next run must probe first; None where that is not known. Written if this run
        has learnt of it, so that it does not undo what another sender has learnt meanwhile.
        Raises LeaseLost if another process has ended this run.
        """
        counts = {"claimed": tally.claimed} | {str(outcome): count for outcome, count in tally.events.items()}
        money = {
            str(outcome): {name: str(sums[name]) for name in sorted(sums)} for outcome, sums in tally.money.items()
        }
        row = self._run_row(phase="ended", reason=reason, requests=requests, money=json.dumps(money)) | counts
        if datasets_to_probe is not None and self.datasets_to_probe != set(datasets_to_probe):
            row |= {"datasets_to_probe": json.dumps(sorted(datasets_to_probe))}
        for attempt in self._warehouse.again_on_conflict():
            with attempt, self._warehouse.transaction() as connection:
                if self._warehouse.run(connection, "end_lease", {"sync_id": self._run.sync_id}).rowcount != 1:
                    raise self._lease_lost()
                self._warehouse.run(connection, "insert_run", row)

    def forget(self) -> None:
        """This process no longer works on the run."""
        RUNS_OF_THIS_PROCESS.discard(self._run.sync_id)

    def _lease_lost(self) -> LeaseLost:
        return LeaseLost(
            f"sync run {self._run.sync_id} was declared dead because its lease ran out; it stopped. "
            "What it had not sent is owed again: run connector sync once more."
        )

    def _share(self, connection: Connection, claim: Params, senders: int, **fragments: str) -> int:
        """Owed / (2 x senders), in whole batches."""
        owed = int(self._warehouse.run(connection, "count_owed", claim, **fragments).scalar_one())
        batch_size = int(claim["batch_size"])
        return max(1, ceil(owed / (2 * senders * batch_size))) * batch_size

    def _last_write_no(self, connection: Connection) -> int | None:
        found: int | None = self._warehouse.run(connection, "last_write_no", {"sync_id": self._run.sync_id}).scalar()
        return found

    def _renew(self, connection: Connection) -> bool:
        """Renew the lease and number the write; a run that was declared dead numbers its write only."""
        lease = {"sync_id": self._run.sync_id, "ttl_s": self._run.lease_ttl_s, "write_no": self._write_no}
        if self._warehouse.run(connection, "renew_lease", lease).rowcount == 1:
            return True
        self._warehouse.run(connection, "number_write", lease)
        return False

    def _run_row(self, *, phase: str, **known: Any) -> Params:
        return run_row(self._run, self._run_no, phase) | known


def _outcome_row(settled: Settled) -> Params:
    return {
        "batch_no": settled.batch_no,
        "first_position": settled.first_position,
        "last_position": settled.last_position,
        "outcome": str(settled.outcome),
    } | {name: getattr(settled.evidence, name) for name in Evidence.__slots__}


def _mark_row(marked: Marked) -> Params:
    mark = {
        "batch_no": marked.batch_no,
        "first_position": marked.first_position,
        "last_position": marked.last_position,
        "outcome": str(marked.mark),
    }
    return mark | dict.fromkeys(Evidence.__slots__)
