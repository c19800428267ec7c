"""Every named query of the sender, as it is sent to Snowflake, read as Snowflake reads SQL. None of it ran there."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import sqlglot

from connector.ledger.migration import migrations
from connector.warehouse.dialects.snowflake import DIALECT
from connector.warehouse.queries import named_queries
from connector.warehouse.warehouse import Warehouse
from tests.contract.snowflake.constructs import COMMITS, faults, known_functions
from tests.contract.snowflake.test_project_is_snowflake_sql import calls

GIVEN = {
    "modelled_keys": "",
    "or_order_id": "",
    "modelled_columns": "event_id",
    "identifier_names": "''",
    "chosen_by": "true",
    "which_datasets": "true",
    "which_times": "events.event_time >= :since and events.event_time < :until",
    "within": "{within_span}",
}
OPENINGS = {name: f"{{{name}}}" for name in ("candidates", "conversion_standings", "gone_keys")}
"""The CTEs that other statements begin with."""
STATEMENT = re.compile(r"\s*(select|with|insert|update|delete|create)\b", re.IGNORECASE)


def statements() -> dict[str, str]:
    """The queries by name; what is only a part of one is left out, since it stands in the others."""
    engine: Any = None  # nothing is opened
    warehouse = Warehouse(
        engine, DIALECT, events="meta_conversions.conversion_events", ledger="meta_conversions_ledger"
    )
    given = {name: warehouse.queries.fill(text) for name, text in GIVEN.items()}
    found = {}
    for name in named_queries().keys() - OPENINGS.keys():
        plain = "\n".join(line for line in named_queries()[name].splitlines() if not line.startswith("--"))
        if STATEMENT.match(plain) or plain.startswith(tuple(OPENINGS.values())):
            spare = {
                "records": "meta_conversions_ledger.sync_records",
                "record_outcomes": "meta_conversions_ledger.record_outcomes",
                "which_records": "{is_recent}",
            }
            found[name] = warehouse.queries.fill(plain, **given, **spare)
    for version, steps in migrations().items():
        found |= {f"{version}, {step}": warehouse.queries.fill(step) for step in steps}
    return found


def test_every_statement_parses_and_calls_only_what_snowflake_has() -> None:
    found = statements()
    assert len(found) > 30
    for name, sql in found.items():
        assert set(faults(sqlglot.parse_one(sql, read="snowflake"))) == set(), name
        called = calls(re.sub(r"(insert into|create table if not exists) \S+ \(", "values (", sql))
        assert called - known_functions() == set(), name


def test_intervals_stand_in_one_text_and_beside_a_time() -> None:
    """Snowflake has no interval that is a value by itself, and none with its unit outside the text."""
    for name, sql in statements().items():
        for before, written in re.findall(r"(\S+)\s+interval\s+('[^']*'(?:\s+\w+)?)", sql):
            assert before in "+-", name
            assert re.fullmatch(r"'\d+ (?:days|hours|seconds?)'(?:\s+(?!day|hour|second)\w+)?", written), name


def test_the_statements_of_a_move_parse() -> None:
    sent: list[str] = []
    connection: Any = SimpleNamespace(execute=lambda statement: sent.append(str(statement)))
    DIALECT.serialise_set_up(connection, "target")
    DIALECT.move_view(connection, "conversion_states", "source", "target")
    DIALECT.move_table(connection, "sync_runs", "source", "target")
    assert [sqlglot.parse_one(sql, read="snowflake").key for sql in sent] == ["create", "drop", "alter"]


def test_only_the_set_up_of_a_ledger_commits_on_the_way() -> None:
    """Where nothing is made, a transaction is what it seems: claims, writes, ends and replays are one each."""
    ending = {
        name for name, sql in statements().items() if isinstance(sqlglot.parse_one(sql, read="snowflake"), COMMITS)
    }
    versions = {name for name in ending if re.match(r"\d+, ", name)}
    assert ending - versions == {"create_lock", "create_record_outcomes", "create_conversion_states"}
