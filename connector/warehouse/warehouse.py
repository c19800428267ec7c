"""An open warehouse: its engine, its named queries and its transactions."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

from sqlalchemy import bindparam, text
from tenacity import Retrying, retry_if_exception, stop_after_attempt, stop_after_delay, wait_random

from connector.errors import ConfigurationError, ConnectorError, WarehouseUnavailable
from connector.warehouse.dialects import ENUM, UTC_TIME, Dialect, dialect_of, parse_url
from connector.warehouse.queries import Queries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    import pyarrow as pa
    from sqlalchemy.engine import Connection, Engine, Row
    from sqlalchemy.sql.elements import TextClause
    from tenacity import AttemptManager

    from connector.settings import Settings

Params = dict[str, Any]
CONFLICT_WAIT = wait_random(0.02, 1.0)
CONFLICT_STOP = stop_after_attempt(20) | stop_after_delay(60)


WORDS = ("dataset_id", "event_name", "event_id", "action_source", "currency", "payload", "payload_hash")
"""The columns of text of the events relation."""


class Warehouse:
    """One open warehouse. Use as a context manager: on DuckDB the file is held, and locked, until it closes."""

    def __init__(
        self, engine: Engine, dialect: Dialect, *, events: str, ledger: str, default_dataset: str | None = None
    ) -> None:
        self.engine = engine
        self.dialect = dialect
        self.events = events
        self.ledger = ledger
        self._default_dataset = default_dataset
        self.has_conversions: bool | None = None
        """What `contract.has_conversions` found; None before it looked."""
        self._kinds: Mapping[str, str] = {}
        self._statements: dict[tuple[object, ...], TextClause] = {}
        self._wrap: Callable[[Queries], Queries] = lambda queries: queries
        self.queries = Queries(self._fragments())

    @classmethod
    def open(cls, settings: Settings, *, create: bool = False, looking: bool = False) -> Self:
        """Open for writing, or only for `looking`. Raises as `Dialect.open` does."""
        url = parse_url(settings.warehouse_url)
        dialect = dialect_of(url)
        engine = dialect.open(
            url, lock_wait_s=settings.lock_wait_s, create=create, key=settings.snowflake_key, looking=looking
        )
        return cls(
            engine,
            dialect,
            events=settings.events_relation,
            ledger=settings.ledger_schema,
            default_dataset=settings.meta_dataset_id,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        """Close. A driver's error becomes one of ours without its text, which may quote a row or the URL."""
        told = self._words_for(error) if isinstance(error, self.dialect.errors) else None
        self.engine.dispose()
        if told is not None:
            raise told from None

    def _words_for(self, error: Exception) -> ConnectorError:
        cause = getattr(error, "orig", None) or error
        named = _named(cause)
        if self.dialect.may_not_write(error):
            if closed := self.dialect.closed_because(self.engine):
                return WarehouseUnavailable(closed)
            return ConfigurationError(
                f"this role may not write, or not even read, a relation that the command needs ({named}): let it read "
                f"the marts, and read and write the ledger in schema {self.ledger} (connector doctor tries), or run "
                "the command with a role that may."
            )
        return self.refusal(error) or ConnectorError(
            f"warehouse error {named}: the transaction was rolled back. {self.dialect.advice(cause)} run the command "
            "again; what a sync had claimed is owed or unconfirmed, never lost."
        )

    def refusal(self, error: Exception) -> ConnectorError | None:
        """What an error says that would have ended any statement: nothing is computed just now, a lock is held, the
        connection is lost. None where it is about this one."""
        cause = getattr(error, "orig", None) or error
        if refused := self.dialect.refusal(cause):
            return refused
        if self.is_transient(error):
            return WarehouseUnavailable(
                f"the connection to the warehouse was lost: {_named(cause)}. Run this again when the warehouse is "
                "back; what a sync had claimed is owed or unconfirmed, never lost."
            )
        return None

    def is_transient(self, error: BaseException) -> bool:
        """True where trying again may help as it stands: the connection broke, or the warehouse takes nothing just now.

        The next transaction then gets a new connection.
        """
        return self.dialect.is_transient(error)

    def with_ledger(self, schema: str) -> Warehouse:
        """The same warehouse with the ledger in another schema. It shares this one's engine."""
        return Warehouse(
            self.engine, self.dialect, events=self.events, ledger=schema, default_dataset=self._default_dataset
        )

    @property
    def marts(self) -> str:
        """The schema of the marts: the events relation's own."""
        return ".".join(self.events.split(".")[:-1]) or "main"

    @property
    def reference(self) -> str:
        """The schema of dbt's seeds: that of the marts with a suffix, as dbt names it in every target."""
        return f"{self.marts}_reference"

    @property
    def conversions(self) -> str:
        """The `conversions` mart: it stands beside the events relation."""
        return ".".join([*self.events.split(".")[:-1], "conversions"])

    def read_columns_as(self, kinds: Mapping[str, str]) -> None:
        """Read the events relation by the kinds of its columns (`Dialect.kinds`), until then times as UTC."""
        self._kinds = kinds
        self._statements.clear()
        self.queries = self._wrap(Queries(self._fragments()))

    def read_through(self, wrap: Callable[[Queries], Queries]) -> None:
        """Have `wrap` give the queries another text, from now on."""
        self._wrap = wrap
        self._statements.clear()
        self.queries = wrap(self.queries)

    def _in_utc(self, column: str) -> str:
        return self.dialect.in_utc[self._kinds.get(column, UTC_TIME)].format(column)

    def _as_text(self, column: str) -> str:
        return f"cast({column} as varchar)" if self._kinds.get(column) == ENUM else column

    def _fragments(self) -> dict[str, str]:
        # digits, by the settings' rule; a row that names the default dataset has the same key as one that names none
        default = f"'{self._default_dataset}'" if self._default_dataset else "cast(null as varchar)"
        names = {
            "default_dataset": default,
            "relation": self.events,
            **{f"{column}_as_text": self._as_text(column) for column in WORDS},
            "event_time_in_utc": self._in_utc("event_time"),
            "deadline_in_utc": self._in_utc("deadline_at"),
            "ledger": self.ledger,
            "ledger_database": self.ledger[: self.ledger.rfind(".") + 1],
            "marts": self.marts,
            "reference": self.reference,
            "conversions": self.conversions,
            **self.dialect.fragments,
        }
        plain = Queries(names)
        return names | {
            "events": plain.fill("{events_by_key}"),
            "fold_records_of_ledger": plain.fill(
                "{fold_records}", records=f"{self.ledger}.sync_records", which_records="{is_recent}"
            ),
            "fold_states_of_ledger": plain.fill("{fold_states}", record_outcomes=f"{self.ledger}.record_outcomes"),
            "fold_records_of_candidates": plain.fill("{fold_records}", records="their_records", which_records="1 = 1"),
            "fold_states_of_candidates": plain.fill("{fold_states}", record_outcomes="their_outcomes"),
            "fold_records_of_expired": plain.fill(
                "{fold_records}", records="records_of_expired", which_records="1 = 1"
            ),
            "fold_states_of_expired": plain.fill("{fold_states}", record_outcomes="outcomes_of_expired"),
        }

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """One transaction: committed whole, or rolled back whole when anything raises."""
        with self.engine.begin() as connection:
            yield connection

    def run(
        self, connection: Connection, name: str, params: Params | Sequence[Params] | None = None, **fragments: str
    ) -> Any:
        """Run a named query inside a transaction. A list among the parameters stands for all its members."""
        return connection.execute(self._statement(name, params, fragments), params)

    def rows(self, name: str, params: Params | None = None, **fragments: str) -> Sequence[Row[Any]]:
        """The rows of a named query, read in a transaction of its own."""
        with self.engine.connect() as connection:
            return connection.execute(self._statement(name, params, fragments), params or {}).fetchall()

    def _statement(self, name: str, params: Params | Sequence[Params] | None, fragments: dict[str, str]) -> TextClause:
        """Made once: a sync writes the same few statements many times a second."""
        lists = [key for key, value in params.items() if isinstance(value, list)] if isinstance(params, dict) else []
        known = (name, *sorted(fragments.items()), *lists)
        if known not in self._statements:
            statement = text(self.queries.fill(f"{{{name}}}", **fragments))
            self._statements[known] = statement.bindparams(*(bindparam(key, expanding=True) for key in lists))
        return self._statements[known]

    def stream(
        self, name: str, params: Params, *, rows: int, **fragments: str
    ) -> AbstractContextManager[pa.RecordBatchReader]:
        """The result of a named query as Arrow batches of about `rows` rows."""
        return self.dialect.stream(self.engine, self.queries.fill(f"{{{name}}}", **fragments), params, rows=rows)

    def again_on_conflict(self) -> Iterable[AttemptManager]:
        """Attempts for a transaction that may lose against another sender's: rolled back, it is retried with jitter.

        Nothing listens to these attempts: the error that a retry is made for may quote a row.
        """
        conflict = retry_if_exception(self.dialect.is_conflict)
        return Retrying(retry=conflict, stop=CONFLICT_STOP, wait=CONFLICT_WAIT, reraise=True)


def _named(cause: BaseException) -> str:
    """The class of a driver's error, and its SQLSTATE."""
    code = getattr(cause, "sqlstate", None)
    return f"{type(cause).__name__}{f' ({code})' if code else ''}"
