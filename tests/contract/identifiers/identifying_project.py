"""The project's own identifier macros, seeds and models, built by dbt over texts that a test brings."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import duckdb
import psycopg
import pyarrow as pa
from psycopg.conninfo import conninfo_to_dict

from connector.acceptance.raw import FIELDS
from tests.support.snowflake_stand_in import SnowflakeStandIn
from tests.support.warm_dbt import run_dbt

PROJECT = Path(__file__).parents[3] / "dbt_project"
DBT_PROJECT = """
name: meta_conversions
version: "1.0.0"
config-version: 2
profile: vectors
flags: {send_anonymous_usage_stats: false}
models: {meta_conversions: {+group: meta_conversions_modelling}}
on-run-start: "{{ meta_conversions.require_unicode() }}"
vars: {meta_conversions_consent_words: {}}
"""
KNOWN_AT = "2026-01-01 00:00:00"
"""When every person of the tests became known: the last possible day of birth."""
REMADE = ("int_country_texts", "int_phone_texts", "int_phone_numbers", "int_identifier_values", "int_identities")
GROUPS = "groups: [{name: meta_conversions_modelling, owner: {name: tests}}]"
UNHASHED = """
{%- set details = (meta_conversions.plain_details() ~ ' ' ~ meta_conversions.checked_details()).split() -%}
with texts as (
    select
        *
        {%- for column in details %},
            one as {{ column }}
        {%- endfor %}
    from {{ meta_conversions.with_normalized_ip('unhashed_texts', "case when key = 'client_ip_address' then one end") }}
)

select
    number,
    case key
        when 'client_ip_address' then normalized_ip
        when 'client_user_agent' then {{ meta_conversions.normalize_client_user_agent('one') }}
        when 'fbp' then {{ meta_conversions.normalize_fbp('one') }}
        when 'lead_id' then {{ meta_conversions.normalize_lead_id('one') }}
        when 'plaintext' then {{ meta_conversions.plaintext_in('one', 'one') }}
        when 'fbc'
            then {{ meta_conversions.normalize_fbc(
                'one', 'two', 'cast(three as timestamp)', 'cast(four as timestamp)'
            ) }}
        when 'fbclid'
            then {{ meta_conversions.fbc_of_click('one', 'cast(three as timestamp)', 'cast(four as timestamp)') }}
        when 'consent' then {{ meta_conversions.consent_word('one') }}
        when 'is_test' then case when {{ meta_conversions.as_is_test('one') }} then 'yes' else 'no' end
        when 'contents' then {{ meta_conversions.contents_list('one') }}
        {%- for column in details %}
            when '{{ column }}' then {{ meta_conversions.detail(column, 'texts') }}
        {%- endfor %}
    end as normalized
from texts
"""

WITHOUT_UNIT_TESTS = ("--exclude-resource-type", "unit_test")
WITHOUT_TESTS = (*WITHOUT_UNIT_TESTS, "test")
ONE_STATEMENT_S = 600
"""How long tens of thousands of texts may take at once."""

Text = tuple[str, str | None, str | None]
"""Key, text, country."""


class Engine(Protocol):
    """A database without tables. `output` is what a profile of dbt says of it, `left_out` what dbt does not run."""

    output: dict[str, Any]
    left_out: Sequence[str]
    name: str

    def holds(self, text: str) -> bool:
        """Whether a table can have the text at all."""
        ...

    def write(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[str | None]]) -> None: ...

    def rows(self, sql: str) -> list[tuple[Any, ...]]: ...

    def run(self, statements: Sequence[str]) -> None: ...


class DuckDBEngine:
    name = "DuckDB"
    left_out = ()

    def __init__(self, path: Path) -> None:
        self.path = path
        self.output = {"type": "duckdb", "path": str(path), "settings": {"TimeZone": "UTC"}}

    def holds(self, text: str) -> bool:
        return True

    def write(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[str | None]]) -> None:
        names = pa.schema([(column, pa.string()) for column in columns])
        arrow = pa.Table.from_pylist([dict(zip(columns, row, strict=True)) for row in rows], schema=names)
        with duckdb.connect(self.path) as connection:
            connection.register("arrow", arrow)
            connection.execute(f"create or replace table {table} as select * from arrow")

    def run(self, statements: Sequence[str]) -> None:
        with duckdb.connect(self.path) as connection:
            for statement in statements:
                connection.execute(statement)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(self.path, read_only=True) as connection:
            return connection.execute(sql).fetchall()


class PostgresEngine:
    name = "PostgreSQL"
    left_out = WITHOUT_UNIT_TESTS  # tests/contract/engines runs all of them there

    def __init__(self, url: str) -> None:
        self.url = url
        parts = conninfo_to_dict(url)
        self.output = {"type": "postgres", "host": parts["host"], "port": 5432, "user": parts["user"], "password": ""}
        self.output |= {"dbname": parts["dbname"], "schema": "public"}

    def holds(self, text: str) -> bool:
        return "\0" not in text

    def write(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[str | None]]) -> None:
        with psycopg.connect(self.url) as connection:
            connection.execute(
                f"create table if not exists {table} ({', '.join(f'{column} text' for column in columns)})"
            )
            connection.execute(f"truncate {table}")
            with connection.cursor().copy(f"copy {table} from stdin") as copy:
                for row in rows:
                    copy.write_row(row)

    def run(self, statements: Sequence[str]) -> None:
        with psycopg.connect(self.url) as connection:
            for statement in statements:
                connection.execute(statement)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url) as connection:
            return connection.execute(sql).fetchall()


class SnowflakeEngine:
    """Not Snowflake: a server that speaks its protocol (see docs/snowflake.md for what it does not prove)."""

    name = "a stand-in for Snowflake"
    left_out = WITHOUT_UNIT_TESTS  # they need temporary tables

    def __init__(self, stand_in: SnowflakeStandIn) -> None:
        self.database = stand_in.new_database()
        self.stand_in = stand_in
        self.output = {"type": "snowflake", "account": stand_in.account, "user": "test", "password": "none"}
        self.output |= {"host": "127.0.0.1", "port": stand_in.port, "protocol": "http", "database": self.database}
        self.output |= {"schema": "meta_conversions", "warehouse": "any", "role": "any"}

    def holds(self, text: str) -> bool:
        return "\0" not in text

    def write(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[str | None]]) -> None:
        names = pa.schema([(column, pa.string()) for column in columns])
        arrow = pa.Table.from_pylist([dict(zip(columns, row, strict=True)) for row in rows], schema=names)
        self.stand_in.load(self.stand_in.url(f"{self.database}/meta_conversions"), "meta_conversions", {table: arrow})

    def run(self, statements: Sequence[str]) -> None:
        self._execute(statements)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self._execute([sql])

    def _execute(self, statements: Sequence[str]) -> list[tuple[Any, ...]]:
        with self.stand_in.connect(self.database, wait_s=ONE_STATEMENT_S) as connection, connection.cursor() as cursor:
            cursor.execute("use schema meta_conversions")
            for statement in statements:
                cursor.execute(statement)
            return cursor.fetchall()


class IdentifyingProject:
    """A dbt project in a folder of its own. Add what is to be identified, build once, then ask."""

    def __init__(self, folder: Path, engine: Engine) -> None:
        self.folder = folder
        self.engine = engine
        self.texts: list[Text] = []
        self.unhashed: list[tuple[str, Sequence[str | None]]] = []
        self._found: dict[Text, tuple[str | None, str | None]] = {}
        self._normalized: list[str | None] = []

    def build(self, *, tested: bool = True) -> None:
        """`tested`: with the models' own tests, where the engine can run them."""
        self._write_project()
        self._write_texts()
        self._write_unhashed_texts()
        self._dbt("build", *(self.engine.left_out if tested else WITHOUT_TESTS))
        self._read_results()

    def compile(self, variables: dict[str, str]) -> None:
        """With other vars, for identify_again. Raises RuntimeError with what dbt says where it does not like them."""
        self._dbt("compile", "--vars", json.dumps(variables))

    def identify_again(self, texts: Sequence[Text]) -> None:
        """Other texts by the SQL that dbt compiled: seconds instead of a build."""
        self.texts = list(texts)
        self._write_texts()
        nodes = json.loads((self.folder / "target" / "manifest.json").read_text())["nodes"]
        statements = []
        for model in REMADE:
            node = nodes[f"model.meta_conversions.{model}"]
            statements += [f"delete from {model}", f"insert into {model} {node['compiled_code']}"]
        self.engine.run(statements)
        self._read_results()

    def hash_of(self, text: Text) -> str | None:
        return self._found[text][0]

    def reason_for(self, text: Text) -> str | None:
        return self._found[text][1]

    def answer(self, text: Text) -> tuple[str | None, str | None]:
        """Hash and reason."""
        return self._found[text]

    @property
    def all_normalized(self) -> list[str | None]:
        """What became of every unhashed text, in order."""
        return self._normalized

    def normalized(self, number: int) -> str | None:
        """What became of the unhashed text that was added at this place."""
        return self._normalized[number]

    def _dbt(self, *words: str) -> None:
        environment = os.environ | {"DBT_PROFILES_DIR": str(self.folder), "DO_NOT_TRACK": "1"}
        done = run_dbt(["--quiet", *words], cwd=self.folder, env=environment, artifacts=True)
        if done.returncode:
            raise RuntimeError(done.stdout[-4000:] + done.stderr[-2000:])

    def _write_project(self) -> None:
        shutil.copytree(PROJECT / "macros", self.folder / "macros")
        shutil.copytree(PROJECT / "tests" / "generic", self.folder / "tests" / "generic")
        shutil.copytree(PROJECT / "seeds" / "identifiers", self.folder / "seeds")
        models = self.folder / "models"
        shutil.copytree(PROJECT / "models" / "intermediate" / "identities", models / "identities")
        (models / "groups.yml").write_text(GROUPS)
        (models / "int_identity_inputs.sql").write_text("select * from identity_texts")
        (models / "unhashed.sql").write_text(UNHASHED)
        (self.folder / "dbt_project.yml").write_text(DBT_PROJECT)
        profile = {"target": "tested", "outputs": {"tested": {"threads": 2} | self.engine.output}}
        (self.folder / "profiles.yml").write_text(json.dumps({"vectors": profile}))

    def _write_texts(self) -> None:
        columns = ["identity_id", "email_2", "phone_2", "external_id_2", *FIELDS.values(), "known_at"]
        rows = []
        for number, (key, text, country) in enumerate(self.texts):
            row = dict.fromkeys(columns) | {"identity_id": str(number), "country": country, "known_at": KNOWN_AT}
            rows.append(tuple((row | {FIELDS[key]: text}).values()))
        self.engine.write("identity_texts", columns, rows)

    def _write_unhashed_texts(self) -> None:
        unhashed = [(str(number), key, *_four(values)) for number, (key, values) in enumerate(self.unhashed)]
        self.engine.write("unhashed_texts", ["number", "key", "one", "two", "three", "four"], unhashed)

    def _read_results(self) -> None:
        order = "order by cast(identity_id as integer)"
        rows = self.engine.rows(f"select {', '.join(FIELDS)}, dropped from int_identities {order}")
        unhashed = self.engine.rows("select normalized from unhashed order by cast(number as integer)")
        for text, row in zip(self.texts, rows, strict=True):
            self._found[text] = row[list(FIELDS).index(text[0])], row[-1]
        self._normalized = [value for (value,) in unhashed]


def _four(values: Sequence[str | None]) -> list[str | None]:
    return [*values, None, None, None, None][:4]
