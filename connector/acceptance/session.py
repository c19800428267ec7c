"""Whether a session is what the connector's SQL expects: times, case, transactions, waiting for locks."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import text

from connector import app
from connector.acceptance.findings import Finding, judged, passed, untried

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.acceptance.trial import Trial
    from connector.warehouse.warehouse import Warehouse

AREA = "session"
SKEW_S = 60
POSTGRES = {
    "TimeZone": ("UTC", "times are written without zone, in UTC"),
    "transaction_isolation": ("read committed", "claims rely on it"),
    "server_encoding": ("UTF8", "identifiers are hashed as UTF-8"),
}
SNOWFLAKE = {
    "TIMEZONE": ("UTC", "times are written without zone, in UTC"),
    "TIMESTAMP_TYPE_MAPPING": ("TIMESTAMP_NTZ", "a plain timestamp must have no zone"),
    "QUOTED_IDENTIFIERS_IGNORE_CASE": ("false", "dbt quotes some names in lower case"),
    "AUTOCOMMIT": ("false", "a claim is several statements in one transaction"),
}


def check_session(trial: Trial) -> Iterator[Finding]:
    """Each setting that the SQL relies on, by its effect where that can be seen, else by what the session reports."""
    with app.opened(trial.scratch_settings()) as warehouse:
        yield _clock(warehouse)
        yield _quoted_case(trial, warehouse)
        yield _transactions(trial, warehouse)
        if trial.engine == "postgresql":
            yield from _postgres_settings(warehouse)
        if trial.engine == "snowflake":
            yield from _snowflake_settings(trial, warehouse)
        if trial.engine == "duckdb":
            yield passed(AREA, "lock wait", "one process at a time holds the file, others wait.")


def _clock(warehouse: Warehouse) -> Finding:
    now = datetime.now(UTC).replace(tzinfo=None)
    skew = abs(round((warehouse.rows("warehouse_clock")[0].now - now).total_seconds()))
    return judged(
        AREA,
        "clock in UTC",
        skew <= SKEW_S,
        f"the warehouse's clock reads UTC and is {skew} s off this machine's.",
        f"the warehouse's clock is {skew:,} s off this machine's: deadlines depend on both.",
        fix="Synchronise both machines by NTP. If it is whole hours, the session's time zone is not UTC.",
    )


def _quoted_case(trial: Trial, warehouse: Warehouse) -> Finding:
    """A quoted name keeps its letters, an unquoted one is found in any case."""
    table = f"{trial.scratch.raw}.letter_case"
    with warehouse.transaction() as connection:
        connection.execute(text(f'create table {table} (plain_name integer, "quoted_Name" integer)'))
    with warehouse.transaction() as connection:
        names = list(connection.execute(text(f'select PLAIN_NAME, "quoted_Name" from {table}')).keys())  # noqa: S608 - ours
        described = connection.execute(
            text("select column_name from information_schema.columns where lower(table_name) = 'letter_case'")
        )
        kept = "quoted_Name" in {str(row.column_name) for row in described}
    return judged(
        AREA,
        "quoted names",
        kept and "quoted_Name" in names,
        "quoted names keep their case, unquoted ones match in any case.",
        "a quoted name loses its case: dbt would not find its columns again.",
        fix="alter user {user} set quoted_identifiers_ignore_case = false;",
    )


def _transactions(trial: Trial, warehouse: Warehouse) -> Finding:
    table = f"{trial.scratch.raw}.taken_back"
    with warehouse.transaction() as connection:
        connection.execute(text(f"create table {table} (one integer)"))
    with warehouse.engine.connect() as connection, connection.begin() as trying:
        connection.execute(text(f"insert into {table} values (1)"))  # noqa: S608 - our own name
        trying.rollback()
    with warehouse.transaction() as connection:
        left = connection.execute(text(f"select count(*) from {table}")).scalar_one()  # noqa: S608 - our own name
    return judged(
        AREA,
        "transactions",
        left == 0,
        "a transaction that is rolled back leaves no row: autocommit is off.",
        "a row that was rolled back is still there: autocommit is on, and two senders could claim the same rows.",
        fix="alter user {user} set autocommit = false;",
    )


def _postgres_settings(warehouse: Warehouse) -> Iterator[Finding]:
    with warehouse.transaction() as connection:
        names = [*POSTGRES, "lock_timeout", "enable_nestloop"]
        found = {name: str(connection.execute(text(f"show {name}")).scalar_one()) for name in names}
    yield from _compared(found, POSTGRES, "alter role {role} set %s = '%s';")
    yield _lock_wait(found["lock_timeout"] not in ("0", "0ms"), f"lock_timeout is {found['lock_timeout']}")


def _snowflake_settings(trial: Trial, warehouse: Warehouse) -> Iterator[Finding]:
    if trial.is_stand_in:
        yield untried(AREA, "parameters", "the stand-in keeps no parameters of sessions.")
        return
    with warehouse.transaction() as connection:
        rows = connection.execute(text("show parameters in session"))
        found = {str(row.key).upper(): str(row.value) for row in rows}
    yield from _compared(found, SNOWFLAKE, "alter user {user} set %s = '%s';")
    seconds = found.get("LOCK_TIMEOUT", "")
    yield _lock_wait(seconds not in ("", "43200"), f"LOCK_TIMEOUT is {seconds} s")


def _compared(found: dict[str, str], rules: dict[str, tuple[str, str]], fix: str) -> Iterator[Finding]:
    for name, (wanted, reason) in rules.items():
        is_so = found.get(name, "").lower() == wanted.lower()
        bad = f"it is {found.get(name, 'not known')}, and must be {wanted}: {reason}."
        yield judged(AREA, name, is_so, f"{wanted}: {reason}.", bad, fix=fix % (name, wanted))


def _lock_wait(is_set: bool, told: str) -> Finding:
    good, bad = f"{told}, from CONNECTOR_LOCK_WAIT_S.", f"{told}: a session would wait for a lock almost for ever."
    return judged(AREA, "lock wait", is_set, good, bad, fix="Set CONNECTOR_LOCK_WAIT_S to some seconds.")
