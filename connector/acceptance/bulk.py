"""Many rows at once, in and out, as the ledger's rows and the payloads go."""

from __future__ import annotations

import time
from hashlib import sha256
from typing import TYPE_CHECKING

import pyarrow as pa
from sqlalchemy import text

from connector import app
from connector.acceptance.findings import Finding, judged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.acceptance.trial import Trial

AREA = "bulk"
AT_ONCE = 10_000
PAYLOAD = (
    '{"event_id":"%d","user_data":{"em":["%s","%s"],"ph":["%s"],"fn":"%s","ln":"%s","ct":"%s","zp":"%s","db":"%s"},'
    '"custom_data":{"content_name":"Łódź 東京"}}'
)


def check_bulk(trial: Trial) -> Iterator[Finding]:
    """Rows with a payload each: in by the engine's own way for many rows, out as Arrow, compared row by row."""
    relation = f"{trial.scratch.raw}.many_rows"
    sent = _rows(trial.rows)
    with app.opened(trial.scratch_settings()) as warehouse:
        with warehouse.transaction() as connection:
            connection.execute(text(f"create table {relation} (number integer, payload varchar)"))
        started = time.monotonic()
        with warehouse.transaction() as connection:
            warehouse.dialect.load(connection, relation, sent)
        loaded, started = time.monotonic() - started, time.monotonic()
        found: dict[int, str] = {}
        sql = f"select number, payload from {relation}"  # noqa: S608 - our own name
        with warehouse.dialect.stream(warehouse.engine, sql, {}, rows=AT_ONCE) as reader:
            for batch in reader:
                found.update(zip(batch.column(0).to_pylist(), batch.column(1).to_pylist(), strict=True))
        read = time.monotonic() - started
    expected = dict(zip(sent["number"].to_pylist(), sent["payload"].to_pylist(), strict=True))
    yield judged(
        AREA,
        f"{trial.rows:,} rows in and out",
        found == expected,
        f"{sent.nbytes / 1e6:,.1f} MB: loaded in {loaded:,.1f} s, read in {read:,.1f} s, byte for byte the same.",
        f"{len(found):,} of {trial.rows:,} rows came back, {sum(found.get(n) != p for n, p in expected.items()):,} of "
        "them with another text or not at all.",
    )


def _rows(number: int) -> pa.Table:
    """As large as payloads are, and with letters that a careless encoding would lose."""
    payloads = [
        PAYLOAD % (one, *(sha256(f"{one}.{key}".encode()).hexdigest() for key in range(8))) for one in range(number)
    ]
    return pa.table({"number": pa.array(range(number), pa.int32()), "payload": pa.array(payloads, pa.string())})
