"""snowduck as a server on this machine, run by the environment of its own: .venv-snowduck. On stdout it says its port.

snowduck turns Snowflake's SQL into DuckDB's. What this project needs and snowduck 0.3 lacks is added here and nowhere
else, each with its reason; what is added follows Snowflake's documentation and proves nothing of Snowflake.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
import threading
import time
from collections.abc import Callable
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import snowflake.connector.errors
import sqlglot
import uvicorn
from py_mini_racer import MiniRacer
from snowduck.connector import Connection
from snowduck.connector.connector import Connector
from snowduck.connector.cursor import Cursor
from snowduck.dialect import Dialect, dialect
from snowduck.info_schema import InfoSchemaManager
from snowduck.server import arrow
from snowduck.server.connector_api import handlers
from snowduck.server.server import create_app
from snowduck.server.shared import session_manager
from sqlglot import exp
from starlette.responses import JSONResponse

STAGES = os.environ["SNOWDUCK_STAGE_DIR"]


# 1. COPY reads one file that is called like its stage; PUT makes a folder of that name.


def copied(copy: exp.Copy, context: object) -> str:
    stage = str(copy.args["files"][0].this).lstrip("@")
    return f"insert into {copy.this.sql(dialect='duckdb')} by name select * from read_parquet('{STAGES}/{stage}/*')"


dialect._STATEMENT_TRANSFORMS[exp.Copy] = copied


# 2. A text that becomes a VARIANT is read as JSON, and a VARIANT does not know what it was made from.

KIND = """
case typeof(given)
    when 'TIMESTAMP' then 'TIMESTAMP_NTZ' when 'TIMESTAMP WITH TIME ZONE' then 'TIMESTAMP_TZ' when 'DATE' then 'DATE'
    else 'VARCHAR'
end
"""


def of_variants(node: exp.Expression, context: object) -> exp.Expression:
    if not isinstance(node, exp.Typeof | exp.JSONFormat) or not isinstance(node.this, exp.ToVariant):
        return node
    value = node.this.this.copy()
    if isinstance(node, exp.JSONFormat):
        return exp.cast(exp.Anonymous(this="to_json", expressions=[value]), "varchar")
    kind = sqlglot.parse_one(KIND, read="duckdb")
    kind.find(exp.Column).replace(value)
    return kind


# 3. Seconds that are added with a fraction are refused; Snowflake rounds them.


def of_seconds(node: exp.Expression, context: object) -> exp.Expression:
    if isinstance(node, exp.DateAdd) and isinstance(node.expression, exp.Literal) and "." in node.expression.this:
        node.set("expression", exp.Literal.number(round(float(node.expression.this))))
    return node


# 4. DuckDB takes no columns in front of a query that makes a table: each is cast to the type that the contract names.


def of_contracts(node: exp.Expression, context: object) -> exp.Expression:
    if isinstance(node, exp.Create) and isinstance(node.this, exp.Schema) and node.expression:
        columns = [exp.alias_(exp.cast(exp.column(one.name), one.kind), one.name) for one in node.this.expressions]
        asked = node.expression.unnest().subquery("told")
        node.set("expression", exp.select(*columns).from_(asked))
        node.set("this", node.this.this)
    return node


dialect._PREPROCESSORS = (of_variants, of_seconds, of_contracts, *dialect._PREPROCESSORS)


# 5. Arrow results are refused where they are more than one batch; a time that is null becomes one of 1970; and parts of
# a second are worked out as floats, of which some are then refused.

FIELDS = [pa.field("epoch", pa.int64(), nullable=False), pa.field("fraction", pa.int32(), nullable=False)]
ZONE = pa.field("timezone", pa.int32(), nullable=False)
UTC = 1440


def to_ipc(table: pa.Table) -> pa.Buffer:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue()


def told_times(times: pa.ChunkedArray) -> pa.Array:
    """As Snowflake's driver reads them: whole seconds and nanoseconds."""
    micros = times.cast(pa.timestamp("us", times.type.tz)).cast(pa.int64()).combine_chunks().fill_null(0)
    downwards = pc.if_else(pc.less(micros, 0), 999_999, 0)  # a division of whole numbers goes towards 0
    seconds = pc.divide(pc.subtract(micros, downwards), 1_000_000)
    parts = [seconds, pc.multiply(pc.subtract(micros, pc.multiply(seconds, 1_000_000)), 1_000).cast(pa.int32())]
    zone = [pa.array([UTC] * len(times), pa.int32())] if times.type.tz else []
    fields = [*FIELDS, *([ZONE] if zone else [])]
    return pa.StructArray.from_arrays(parts + zone, fields=fields, mask=pc.is_null(times).combine_chunks())


handlers.to_ipc = to_ipc
arrow.timestamp_to_sf_struct = told_times


# 6. Functions in JavaScript are refused. V8 runs them here, as it does in Snowflake's warehouses.

JAVASCRIPT = re.compile(
    r"create function if not exists (\S+) \(letters varchar\) .* language javascript .*\$\$(.*)\$\$", re.DOTALL
)
v8 = MiniRacer()
MADE: dict[str, duckdb.DuckDBPyConnection] = {}
"""The connections that made them: each takes its functions with it, and what calls one then ends the process."""


def called(name: str) -> Callable[[pa.ChunkedArray], pa.Array]:
    return lambda texts: pa.array(v8.call(name, texts.to_pylist()), pa.string())


def make_function(session: Connection, name: str, body: str) -> None:
    inner = f"javascript_{hashlib.sha256(body.encode()).hexdigest()[:16]}"
    if inner not in MADE:
        v8.eval(f"function {inner}(all) {{ return all.map(LETTERS => {{ {body} }}); }}")
        kind = duckdb.sqltypes.VARCHAR
        other = session._duck_conn.cursor()  # not in a transaction that may be rolled back, and the function with it
        other.create_function(inner, called(inner), [kind], kind, type="arrow")
        MADE[inner] = other
    session._duck_conn.execute(f"create or replace macro {name}(letters) as {inner}(letters)")


# 7. All sessions share one connection to DuckDB and so one transaction, and where AUTOCOMMIT is off there is none.
# By Snowflake's documentation (sql-reference/transactions) each session has its own; with AUTOCOMMIT off the first
# statement that writes begins it, and one that makes something ends it. UPDATE, DELETE and MERGE lock their table until
# it ends, others wait up to LOCK_TIMEOUT. A session that is idle while another one waits for it loses its transaction:
# after IDLE_S of that one's waiting, so that how slow this machine is does not decide who sees the lock.

IDLE_S = float(os.environ.get("SNOWDUCK_IDLE_S", "300"))
BEFORE = re.compile(r"^(\s+|/\*.*?\*/|--[^\n]*\n|\()*", re.DOTALL)
LOCKING = re.compile(r"(?:update|delete from|merge into)\s+([\w.]+)", re.IGNORECASE)
WRITES = re.compile(BEFORE.pattern + r"(insert|update|delete|merge|copy)", re.DOTALL | re.IGNORECASE)
WRITING = frozenset({"insert", "update", "delete", "merge", "copy"})
MAKING = frozenset({"create", "drop", "alter", "comment", "truncate", "grant"})


class Transactions:
    """Who is in one, and who holds which table."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.begun: set[Connection] = set()
        self.written: set[Connection] = set()
        self.busy: set[Connection] = set()
        self.used_at: dict[Connection, float] = {}
        self.holders: dict[str, Connection] = {}

    def before(self, session: Connection, word: str, statement: str) -> None:
        if word in MAKING and not statement.lower().startswith("alter session"):
            self.end(session, "commit")
        if locked := LOCKING.match(statement):
            if session not in self.written:
                # nothing was written: what is locked is read as it stands then, not as at the beginning
                self.end(session, "commit")
            self.take(session, ".".join([str(session.database), *locked[1].split(".")][-3:]).upper())
        is_manual = session.session_parameters.get("AUTOCOMMIT", "true").lower() == "false"
        if word == "begin" or (word in WRITING and is_manual):
            if session not in self.begun:
                session._duck_conn.execute("begin")
            self.begun.add(session)

    def take(self, session: Connection, table: str) -> None:
        since = time.monotonic()
        gives_up_at = since + float(session.session_parameters.get("LOCK_TIMEOUT", 43_200))
        while (holder := self.holders.setdefault(table, session)) is not session:
            if holder not in self.busy and time.monotonic() - max(self.used_at[holder], since) > IDLE_S:
                self.end(holder, "rollback")
            elif time.monotonic() > gives_up_at:
                told = f"statement waited for a lock on {table} longer than LOCK_TIMEOUT"
                raise snowflake.connector.errors.ProgrammingError(told, errno=604, sqlstate="57014")
            self.changed.wait(0.05)  # others run their statements meanwhile

    def end(self, session: Connection, word: str) -> None:
        with self.changed:
            if session in self.begun:
                session._duck_conn.execute(word)
            self.begun.discard(session)
            self.written.discard(session)
            self.let_go(session)

    def let_go(self, session: Connection) -> None:
        self.holders = {table: holder for table, holder in self.holders.items() if holder is not session}
        self.changed.notify_all()

    def run(self, cursor: Cursor, command: str, params: Any = None) -> Cursor:
        """One statement after another: two that make something at once would be refused by DuckDB's catalog."""
        session = cursor._sf_conn
        with self.changed:
            self.busy.add(session)
            try:
                done = plain_execute(cursor, self.replaced(session, command), params)
                if session in self.begun and done.rowcount and WRITES.match(command):
                    self.written.add(session)
                return done
            finally:
                self.busy.discard(session)
                self.used_at[session] = time.monotonic()
                if session not in self.begun:
                    self.let_go(session)

    def replaced(self, session: Connection, command: str) -> str:
        """The statement that is left to snowduck, after what is done here."""
        statement = BEFORE.sub("", command, count=1)
        word = statement.split(None, 1)[0].lower().rstrip(";") if statement else ""
        self.before(session, word, statement)
        if word in ("commit", "rollback"):
            self.end(session, word)
        if word in ("begin", "commit", "rollback"):
            return "select 'Statement executed successfully.' as status"
        if found := JAVASCRIPT.search(command):
            make_function(session, *found.groups())
            return "select 'Function successfully created.' as status"
        return command


TRANSACTIONS = Transactions()
plain_execute = Cursor._execute_locked
plain_login = handlers.login_request


def connect(connector: Connector, database: str | None = None, schema: str | None = None, **more: Any) -> Connection:
    with TRANSACTIONS.changed:
        own = connector._duck_conn.cursor()
        return Connection(own, connector._info_schema_manager, database, schema, **more)


async def login(request: Any) -> JSONResponse:
    """With the parameters of the session, which the driver sends along."""
    answer = json.loads((await plain_login(request)).body)
    sent = await request.body()
    told = json.loads(gzip.decompress(sent) if request.headers.get("Content-Encoding") == "gzip" else sent)
    session = session_manager.get_session(answer["data"]["token"])
    for name, value in (told["data"].get("SESSION_PARAMETERS") or {}).items():
        session.set_session_parameter(name, str(value))
    autocommit = session.session_parameters.get("AUTOCOMMIT", "true").lower() == "true"
    answer["data"]["parameters"] = [{"name": "AUTOCOMMIT", "value": autocommit}]
    return JSONResponse(answer)


def close(session: Connection) -> None:
    TRANSACTIONS.end(session, "rollback")
    session._is_closed = True


Connector.connect = connect
Connection.close = close
Cursor._execute_locked = lambda cursor, command, params=None: TRANSACTIONS.run(cursor, command, params)
InfoSchemaManager._execute_sql = lambda manager, sql, **params: manager._duck_conn.cursor().execute(sql, params)
handlers.login_request = login


# 8. What costs most of the time and changes nothing here: each of its twenty rewrites copies the whole statement; for
# each answer the statement is parsed twice more, to tell which columns may be null; and a column takes its precision
# from one of that name in the first table that the statement names.


def rewritten(translator: Dialect, statement: exp.Expression) -> exp.Expression:
    for rewrite in dialect._PREPROCESSORS:
        statement = statement.transform(rewrite, copy=False, context=translator.context)
    return statement


Dialect.preprocess = rewritten
Cursor._infer_nullability = lambda cursor: {}
Connection.get_column_metadata = lambda session, table: []


def main() -> None:
    config = uvicorn.Config(create_app(), host="127.0.0.1", port=0, log_level="error")
    socket = config.bind_socket()
    print(f"port {socket.getsockname()[1]}", flush=True)  # noqa: T201 - whoever started it reads the port
    uvicorn.Server(config).run(sockets=[socket])


if __name__ == "__main__":
    main()
