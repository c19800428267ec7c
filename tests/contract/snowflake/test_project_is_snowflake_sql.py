"""Every model, test and seed of the dbt project, compiled for Snowflake and read as Snowflake reads SQL.

Nothing here ran on Snowflake: dbt compiles against a stand-in (fakesnow), and sqlglot parses what came out.
"""

from __future__ import annotations

import csv
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

from tests.contract.identifiers.vector_files import all_vectors
from tests.contract.snowflake.constructs import NO_FUNCTIONS, faults, known_functions
from tests.contract.snowflake.posix import Alphabet, Posix, of_bytes
from tests.support.added_kinds import LOAD_MARKS
from tests.support.rendered_macros import RenderedMacros
from tests.support.snowflake_stand_in import SnowflakeStandIn
from tests.support.warm_dbt import run_dbt

PROJECT = Path(__file__).parents[3] / "dbt_project"
PATTERN_FUNCTIONS = (exp.RegexpLike, exp.RegexpInstr, exp.RegexpReplace, exp.RegexpExtract, exp.RegexpExtractAll)
TEXT, WHOLE = "character varying(16777216)", "number(38,0)"
TIMES = ("timestamp_ntz(9)", "timestamp_tz(9)", "timestamp_ltz(9)")
READ = {
    "id": (TEXT, WHOLE),
    "word": (TEXT, WHOLE, "boolean", "date", *TIMES),
    "time": (TEXT, "date", *TIMES),
    "money": (TEXT, WHOLE, "number(18,2)", "float"),
    "boolean": (TEXT, "boolean", WHOLE),
    "json": (TEXT, "variant", "array"),
}
"""The types of columns that are read, by what they are to hold."""

pytestmark = pytest.mark.filterwarnings("ignore:Possible nested set:FutureWarning")


@pytest.fixture(scope="module")
def compiled(snowflake_stand_in: SnowflakeStandIn, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The SQL of each model and data test by name, as an account of Snowflake's would get it."""
    folder = tmp_path_factory.mktemp("compiled")
    command = ["--quiet", "compile", "--project-dir", str(PROJECT)]
    command += ["--profiles-dir", str(PROJECT), "--target-path", str(folder), "--log-path", str(folder)]
    command += ["--vars", json.dumps(LOAD_MARKS)]  # the models of builds by loading time are there with it only
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
    models = {node["name"]: node["compiled_code"] for node in nodes.values() if node.get("compiled_code")}
    return models | columns_of_raw_tables()


def columns_of_raw_tables() -> dict[str, str]:
    """What a column of each type is read as: a build looks the types up, and no other command of dbt does."""
    macros = RenderedMacros("snowflake")
    read = {
        f"{holds} of {kind}": macros.raw_value("given", holds, kind, macros.type_group(kind))
        for holds, kinds in READ.items()
        for kind in kinds
    }
    return {name: f"select {value} as told from loaded" for name, value in read.items()}


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
        f"\n{len(compiled)} models, tests and columns parse as Snowflake's SQL (sqlglot); none ran on Snowflake\n"
    )


def test_every_function_is_one_of_snowflakes(compiled: dict[str, str]) -> None:
    assert {name: unknown for name, sql in compiled.items() if (unknown := calls(sql) - known_functions())} == {}


def patterns(sql: str) -> dict[str, bool]:
    """The texts that a pattern function gets as its second argument; True where it matters what exactly is matched."""
    found: dict[str, bool] = {}
    for call in sqlglot.parse_one(sql, read="snowflake").find_all(*PATTERN_FUNCTIONS):
        if isinstance(call.expression, exp.Literal):
            only_whether = isinstance(call, exp.RegexpLike) or not (
                call.args.keys() & {"option", "replacement", "group"}
            )
            found[call.expression.this] = found.get(call.expression.this, False) or not only_whether
    return found


def patterns_of_countries() -> dict[str, bool]:
    """Those that stand in a column, as `snowflake_start_by` writes them."""
    rows = csv.DictReader((PROJECT / "seeds" / "identifiers" / "phone_regions.csv").read_text().splitlines())
    named = {row[column] for row in rows for column in ("trunk_pattern", "international_pattern") if row[column]}
    return {"^(" + pattern.replace("(?:", "(") + ")( ?)": True for pattern in named}


def test_every_pattern_is_posix_and_matches_the_same_by_both_rules(compiled: dict[str, str]) -> None:
    """Of two matches that begin together POSIX takes the longest, others the first alternative that fits. Which of the
    two Snowflake does is not written, so no pattern may tell them apart."""
    known = patterns_of_countries()
    for sql in compiled.values():
        known |= {pattern: known.get(pattern, False) or matters for pattern, matters in patterns(sql).items()}
    texts = [one for vector in all_vectors()[::5] for one in (vector.text, vector.text.lower())]
    texts += [re.sub("[^0-9]", "", text) for text in texts]
    alphabet = Alphabet(texts)
    told = list(filter(None, map(alphabet.text, texts)))
    assert len(told) > 1_000
    with of_bytes():
        differing = {
            pattern: text
            for pattern, matters in known.items()
            if (text := first_difference(alphabet.pattern(pattern), told, matters=matters))
        }
    assert differing == {}


def first_difference(pattern: bytes, texts: list[bytes], *, matters: bool = True) -> bytes | None:
    """The first text in which both rules see another match, or another group of it, where that matters."""
    at_the_end = re.sub(rb"\$(?![^\[\]]*\])", rb"\\Z", pattern)  # Python's $ stands before a last line's end, too
    posix, python = Posix(pattern), re.compile(at_the_end, re.DOTALL)
    for text in texts:
        match, found = python.search(text), posix.spans(text, python.groups)
        spans = [match.span(number) for number in range(python.groups + 1)] if match else None
        if (found is None) != (spans is None) or (matters and found != spans):
            return text
    return None


def test_an_unclosed_collating_symbol_and_an_ambiguous_choice_are_found() -> None:
    with pytest.raises(ValueError, match=r"Invalid|Unmatched"):
        Posix(b"([][.*+?(){}|$])")
    with of_bytes():
        assert first_difference(b"a|ab", [b"ab"])


def test_no_pattern_has_what_posix_does_not_know(compiled: dict[str, str]) -> None:
    known = {pattern for sql in compiled.values() for pattern in patterns(sql)}
    assert len(known) > 50
    plain = {pattern: re.sub(r"\[\^?\]?[^\]]*\]", "[]", pattern) for pattern in known}
    assert not {pattern for pattern, outside in plain.items() if re.search(r"[(*+?}]\?|\\[pP]|\\[sdw]", outside)}


def test_every_statement_uses_only_what_is_known_of_snowflake(compiled: dict[str, str]) -> None:
    wrong = {name: set(faults(sqlglot.parse_one(sql, read="snowflake"))) for name, sql in compiled.items()}
    assert {name: found for name, found in wrong.items() if found} == {}


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("select (select any_value(x) from (select t.a as x) as b) as y from t", "derived table names the query"),
        ("select a in (select b from u) as y from t", "stand in a WHERE only"),
        ("select t.a, (select max(u.b) from u where u.c = t.c) as y from t", "value hangs on a correlated subquery"),
        ("insert into t (a, b) values (1, sysdate())", "VALUES takes constants"),
        ("select a from t qualify row_number() over (order by a) = 1", "Qualify is on no list"),
        ("select a from t right join u on t.a = u.a", "join that is on no list"),
    ],
)
def test_what_snowflake_does_not_take_or_nobody_has_looked_up_is_found(sql: str, words: str) -> None:
    assert [one for one in faults(sqlglot.parse_one(sql, read="snowflake")) if words in one]
