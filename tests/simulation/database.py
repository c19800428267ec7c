"""A real DuckDB or PostgreSQL in a simulated world: statements take time and fail, and its clock is the world's.

What is committed is written down as facts with the true time, so that the promise can be judged by what was known when.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Self

import duckdb
import psycopg
from sqlalchemy import event, text
from sqlalchemy.engine import make_url

from connector.ledger import create_ledger
from connector.warehouse.dialects.duckdb import DuckDB
from connector.warehouse.dialects.postgres import Postgres
from connector.warehouse.warehouse import Warehouse
from tests.simulation.machine import BEGINNING, Machine
from tests.support.shops import DATASET, TABLE

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.engine import URL, Connection, Engine

    from tests.simulation.world import World

EVENTS = "meta_conversions.conversion_events"
LEDGER = "meta_conversions_ledger"
DUCKDB_NOW = "cast(getvariable('simulated_now') as timestamp)"
POSTGRES_NOW = "cast(current_setting('simulated.now') as timestamp)"
LEASE, ENDED = "lease renewed", "ended"
LOCK_POLL_S = 0.2
LOCK_WAIT_S = 60.0


def fragments_of(plain: Mapping[str, str], now: str) -> dict[str, str]:
    return dict(plain) | {"utc_now": now, "lease_end": f"{now} + :ttl_s * interval '1 second'"}


class SimulatedDuckDB(DuckDB):
    """Several processes on one file cannot be had in one; so leases decide who is gone, as on the other engines."""

    one_process = False
    fragments = fragments_of(DuckDB.fragments, DUCKDB_NOW)


class SimulatedPostgres(Postgres):
    fragments = fragments_of(Postgres.fragments, POSTGRES_NOW)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """What a committed transaction says of positions of a batch, or (`batch_no` None) of a run.

    `moment` is when its commit had returned, `began` when the transaction began; `shown` is the warehouse's clock then.
    """

    moment: float
    began: float
    shown: datetime
    sync_id: str
    outcome: str
    batch_no: int | None = None
    first: int = 0
    last: int = -1
    error_text: str | None = None


@dataclass
class Transaction:
    """One that is open: when it began, by the true time and by the warehouse's clock, and what it will have said."""

    began: float
    shown: datetime
    shows_time: bool = False
    facts: list[Fact] = field(default_factory=list)


@dataclass
class Database:
    """The open warehouse. `world` is the one of the seed that is running."""

    warehouse: Warehouse
    anchor: Connection
    """A connection that nobody uses: a DuckDB in memory goes with its last one."""
    world: World | None = None
    down_until: float = 0.0
    facts: list[Fact] = field(default_factory=list)
    _transactions: dict[int, Transaction] = field(default_factory=dict)

    @classmethod
    def open(cls, url: str) -> Database:
        """A database without rows, with a ledger."""
        parsed = make_url(url)
        dialect = SimulatedDuckDB() if parsed.get_backend_name() == "duckdb" else SimulatedPostgres()
        engine = _engine(dialect, parsed)
        warehouse = Warehouse(engine, dialect, events=EVENTS, ledger=LEDGER, default_dataset=DATASET)
        database = cls(warehouse, engine.connect())
        database._take_hold(engine)
        with warehouse.transaction() as connection:
            connection.execute(text("create schema if not exists meta_conversions"))
            connection.execute(text(TABLE))
        create_ledger(warehouse)
        return database

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.world = None
        self.anchor.close()
        self.warehouse.engine.dispose()

    def begin(self, world: World) -> None:
        """Empty, for the next seed."""
        self.world, self.down_until = None, 0.0
        self.facts, self._transactions = [], {}
        with self.warehouse.transaction() as connection:
            for table in ("sync_runs", "sync_records", "sync_outcomes", "sync_leases", "sync_expired"):
                connection.execute(text(f"delete from {LEDGER}.{table}"))
            connection.execute(text(f"delete from {EVENTS}"))
        self.world = world

    def rows(self, sql: str, **params: Any) -> list[Any]:
        with self.warehouse.transaction() as connection:
            return list(connection.execute(text(self.warehouse.queries.fill(sql)), params).fetchall())

    @property
    def is_postgres(self) -> bool:
        return isinstance(self.warehouse.dialect, SimulatedPostgres)

    def now(self) -> datetime:
        return self.world.warehouse_time() if self.world else BEGINNING.replace(tzinfo=None)

    def _machine(self) -> Machine | None:
        owner = self.world.scheduler.current_owner if self.world else None
        return owner if isinstance(owner, Machine) else None

    def _take_hold(self, engine: Engine) -> None:
        dialect = engine.dialect
        begin, commit = dialect.do_begin, dialect.do_commit

        def do_begin(connection: Any) -> None:
            begin(connection)
            began = self.world.scheduler.now if self.world else 0.0
            self._transactions[id(connection.dbapi_connection)] = Transaction(began, self.now())

        def do_commit(connection: Any) -> None:
            facts = self._transactions.pop(id(connection.dbapi_connection)).facts
            machine = self._machine()
            if machine is not None:
                machine.point("commit", takes=machine.dice.uniform(0.0005, 0.01))
                if machine.strikes("commit fails"):
                    raise self._failure()
            commit(connection)
            moment = self.world.scheduler.now if self.world else 0.0
            self.facts += [replace(fact, moment=moment) for fact in facts]
            if machine is not None:
                if machine.strikes("commit's answer is lost"):
                    raise self._failure()
                machine.point("committed")

        dialect.do_begin, dialect.do_commit = do_begin, do_commit  # type: ignore[method-assign]
        event.listen(engine, "do_execute", self._execute)
        stream = self.warehouse.dialect.stream

        @contextmanager
        def streamed(*query: Any, **terms: Any) -> Iterator[Any]:
            self._statement("a bulk read")
            machine = self._machine()
            if machine is not None and machine.in_flight and machine.strikes("read fails"):
                raise self._failure()
            with stream(*query, **terms) as reader:
                yield reader

        self.warehouse.dialect.stream = streamed  # type: ignore[method-assign]

    def _execute(self, cursor: Any, statement: str, parameters: Any, context: Any) -> bool:
        """Every statement of everybody, in the place of the driver's own call."""
        self._statement(statement.split("\n", 1)[0][:60])
        if self.is_postgres:
            self._execute_with_locks(cursor, statement, parameters)
        else:
            self._show_the_time(statement, context)
            cursor.execute(statement, parameters)
        self._note(statement, context)
        return True

    def _statement(self, what: str) -> None:
        """A statement takes its time and may fail."""
        machine = self._machine()
        if machine is None:
            return
        machine.point(what, takes=machine.faults.statement_s())
        if machine.strikes("database goes down"):
            self.down_until = machine.scheduler.now + machine.faults.outage_s()
        if machine.scheduler.now < self.down_until or machine.strikes("statement fails"):
            raise self._failure()

    def _show_the_time(self, statement: str, context: Any) -> None:
        """DuckDB's clock stands still inside a transaction: it shows the beginning, and is set when first asked."""
        if "simulated_now" in statement or "conversion_states" in statement:
            connection = context.root_connection.connection
            transaction = self._transactions[id(connection.dbapi_connection)]
            if not transaction.shows_time:
                transaction.shows_time = True
                connection.driver_connection.execute(f"set variable simulated_now = timestamp '{transaction.shown}'")

    def _execute_with_locks(self, cursor: Any, statement: str, parameters: Any) -> None:
        """There is one thread, so the server must not block it: a lock is asked for again and again instead."""
        own = cursor.connection.cursor()  # the statement's own keeps its result
        waits_until = self.world.scheduler.now + LOCK_WAIT_S if self.world else 0.0
        while True:
            own.execute("select set_config('simulated.now', %s, false)", (str(self.now()),))
            own.execute("savepoint simulated")
            try:
                cursor.execute(statement, parameters)
            except psycopg.errors.LockNotAvailable:
                if self.world is None or self.world.scheduler.now >= waits_until:
                    raise
                own.execute("rollback to savepoint simulated")
            else:
                own.execute("release savepoint simulated")
                return
            self.world.scheduler.sleep(LOCK_POLL_S)
            if (machine := self._machine()) is not None:
                machine.refuse_to_be_dead()

    def _note(self, statement: str, context: Any) -> None:
        """What a write says of outcomes, leases and ends of runs."""
        if "insert into" not in statement and "update" not in statement:
            return
        transaction = self._transactions[id(context.root_connection.connection.dbapi_connection)]
        fact = partial(
            Fact, moment=0.0, began=transaction.began, shown=self.now() if self.is_postgres else transaction.shown
        )
        for known in context.compiled_parameters:
            if "sync_outcomes" in statement and "rows" in known:
                transaction.facts += [
                    fact(
                        sync_id=known["sync_id"],
                        outcome=row["outcome"],
                        batch_no=row["batch_no"],
                        first=row["first_position"],
                        last=row["last_position"],
                        error_text=row["error_text"],
                    )
                    for row in json.loads(known["rows"])
                ]
            elif "sync_leases" in statement and "ttl_s" in known and context.cursor.rowcount != 0:
                transaction.facts.append(fact(sync_id=known["sync_id"], outcome=LEASE))
            elif known.get("phase") == "ended":
                transaction.facts.append(fact(sync_id=known["sync_id"], outcome=ENDED, error_text=known["reason"]))

    def _failure(self) -> Exception:
        if self.is_postgres:
            return psycopg.OperationalError("the connection is lost")
        return duckdb.IOException("the connection is lost")


def _engine(dialect: Any, url: URL) -> Engine:
    engine: Engine = dialect.open(url, lock_wait_s=1, create=True)
    if url.get_backend_name() == "duckdb":
        with engine.connect() as connection:
            connection.execute(text("set threads = 1"))  # rows in the same order, whatever the machine
    else:
        event.listen(engine, "connect", lambda raw, _: _give_up_at_once(raw))
    return engine


def _give_up_at_once(raw: Any) -> None:
    """Who waits for a lock of another waits in real time, since the other has no turn meanwhile."""
    raw.execute("set lock_timeout = '5ms'")
    raw.commit()  # or the first transaction that is rolled back takes it back
