"""Every model, test and seed of the dbt project, compiled for Snowflake and read as Snowflake reads SQL.

Nothing here ran on Snowflake: dbt compiles against a stand-in (fakesnow), and sqlglot parses what came out.
"""

from __future__ import annotations

import itertools
import json
import os
import re
import sys
from pathlib import Path
from typing import Any

import pytest
import sqlglot
from sqlglot import exp
from sqlglot.tokens import TokenType

from tests.contract.snowflake.snowflake_functions import FUNCTIONS, NO_FUNCTIONS, PROJECT_FUNCTIONS
from tests.support.snowflake_stand_in import SnowflakeStandIn
from tests.support.warm_dbt import run_dbt

PROJECT = Path(__file__).parents[3] / "dbt_project"
PATTERN_FUNCTIONS = ("regexp_like", "regexp_instr", "regexp_replace", "regexp_substr", "regexp_substr_all")


@pytest.fixture(scope="module")
def compiled(snowflake_stand_in: SnowflakeStandIn, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The SQL of each model and data test by name, as an account of Snowflake's would get it."""
    folder = tmp_path_factory.mktemp("compiled")
    command = ["--quiet", "compile", "--project-dir", str(PROJECT)]
    command += ["--profiles-dir", str(PROJECT), "--target-path", str(folder), "--log-path", str(folder)]
    environment = os.environ | {
        "CONNECTOR_DBT_TARGET": "snowflake",
        "CONNECTOR_DBT_SNOWFLAKE_ACCOUNT": "my-account",
        "CONNECTOR_DBT_SNOWFLAKE_PASSWORD": "none",
        "CONNECTOR_DBT_SNOWFLAKE_DATABASE": snowflake_stand_in.new_database(),
        "CONNECTOR_DBT_SNOWFLAKE_HOST": "127.0.0.1",
        "CONNECTOR_DBT_SNOWFLAKE_PORT": str(snowflake_stand_in.port),
        "CONNECTOR_DBT_SNOWFLAKE_PROTOCOL": "http",
    }
    done = run_dbt(command, env=environment, artifacts=True)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    nodes: dict[str, Any] = json.loads((folder / "manifest.json").read_text())["nodes"]
    return {node["name"]: node["compiled_code"] for node in nodes.values() if node.get("compiled_code")}


def calls(sql: str) -> set[str]:
    """The words that stand before an opening bracket."""
    tokens = sqlglot.tokenize(sql, read="snowflake")
    found = {
        before.text.lower()
        for before, after in itertools.pairwise(tokens)
        if after.token_type is TokenType.L_PAREN and before.token_type is not TokenType.STRING
    }
    return {word for word in found if re.fullmatch(r"\w+", word)} - NO_FUNCTIONS


def test_all_of_it_parses(compiled: dict[str, str]) -> None:
    assert len(compiled) > 100
    for name, sql in compiled.items():
        assert sqlglot.parse_one(sql, read="snowflake"), name
    sys.stdout.write(
        f"\n{len(compiled)} models and tests parse as Snowflake's SQL (sqlglot); none of them ran on Snowflake\n"
    )


def test_every_function_is_one_of_snowflakes(compiled: dict[str, str]) -> None:
    assert {
        name: unknown for name, sql in compiled.items() if (unknown := calls(sql) - FUNCTIONS - PROJECT_FUNCTIONS)
    } == {}


def patterns(sql: str) -> set[str]:
    """The texts that a pattern function gets as its second argument."""
    found = set()
    for call in sqlglot.parse_one(sql, read="snowflake").find_all(exp.Func):
        if call.sql_name().lower() in PATTERN_FUNCTIONS or call.name.lower() in PATTERN_FUNCTIONS:
            found |= {text.this for text in call.find_all(exp.Literal) if text.is_string and text.parent is call}
    return found


def test_no_pattern_has_what_posix_does_not_know(compiled: dict[str, str]) -> None:
    known: set[str] = set().union(*(patterns(sql) for sql in compiled.values()))
    assert len(known) > 50
    plain = {pattern: re.sub(r"\[\^?\]?[^\]]*\]", "[]", pattern) for pattern in known}
    assert not {pattern for pattern, outside in plain.items() if re.search(r"[(*+?}]\?|\\[pP]|\\[sdw]", outside)}


def test_a_value_never_hangs_on_a_subquery_that_snowflake_does_not_evaluate(compiled: dict[str, str]) -> None:
    """EXISTS and IN with a subquery stand in a condition of a query there, never in its columns."""
    for name, sql in compiled.items():
        for query in sqlglot.parse_one(sql, read="snowflake").find_all(exp.Select):
            for column in query.expressions:
                inside = [one for one in column.find_all(exp.Exists, exp.In) if one.parent_select is query]
                assert not [one for one in inside if isinstance(one, exp.Exists) or one.args.get("query")], name


def names_what_stands_around_it(derived: exp.Subquery) -> bool:
    """Whether a subquery of a FROM is asked of the row around it: it has columns and nothing that they could be of."""
    return any(query.find(exp.Column) and not query.args.get("from_") for query in derived.find_all(exp.Select))


def test_no_derived_table_names_a_column_of_the_query_around_it(compiled: dict[str, str]) -> None:
    """Snowflake refuses them, by a test on an account: https://github.com/jOOQ/jOOQ/issues/18251."""
    wrong = {}
    for name, sql in compiled.items():
        tree = sqlglot.parse_one(sql, read="snowflake")
        derived = [one for one in tree.find_all(exp.Subquery) if isinstance(one.parent, (exp.From, exp.Join))]
        if any(names_what_stands_around_it(one) for one in derived):
            wrong[name] = sql
    assert not wrong, sorted(wrong)
