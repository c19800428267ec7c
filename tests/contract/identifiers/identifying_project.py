"""The project's own identifier macros, seeds and models, built by dbt over texts that a test brings."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa

PROJECT = Path(__file__).parents[3] / "dbt_project"
FIELDS = {
    "em": "email",
    "ph": "phone",
    "fn": "first_name",
    "ln": "last_name",
    "db": "date_of_birth",
    "ge": "gender",
    "ct": "city",
    "st": "state",
    "zp": "postal_code",
    "country": "country",
    "external_id": "external_id",
}
DBT_PROJECT = """
name: conversions_connector
version: "1.0.0"
config-version: 2
profile: vectors
flags: {send_anonymous_usage_stats: false}
models: {conversions_connector: {+group: modelling}}
"""
PROFILES = """
vectors: {target: duckdb, outputs: {duckdb: {
  type: duckdb, path: vectors.duckdb, threads: 2, settings: {TimeZone: UTC}}}}
"""
GROUPS = "groups: [{name: modelling, owner: {name: tests}}]"
UNHASHED = """
select
    number,
    case key
        when 'client_ip_address' then {{ normalize_client_ip_address('one') }}
        when 'client_user_agent' then {{ normalize_client_user_agent('one') }}
        when 'fbp' then {{ normalize_fbp('one') }}
        when 'lead_id' then {{ normalize_lead_id('one') }}
        when 'fbc'
            then {{ normalize_fbc('one', 'two', 'cast(three as timestamp)', 'cast(four as timestamp)') }}
    end as normalized
from unhashed_texts
"""

Text = tuple[str, str | None, str | None]
"""Key, text, country."""


class IdentifyingProject:
    """A dbt project in a folder of its own. Add what is to be identified, build once, then ask."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.texts: list[Text] = []
        self.unhashed: list[tuple[str, Sequence[str | None]]] = []
        self._found: dict[Text, tuple[str | None, str | None]] = {}
        self._normalized: list[str | None] = []

    def build(self) -> None:
        self._write_project()
        self._write_texts()
        subprocess.run(
            [Path(sys.executable).with_name("dbt"), "--quiet", "build"],
            cwd=self.folder,
            check=True,
            env={**os.environ, "DBT_PROFILES_DIR": str(self.folder), "DO_NOT_TRACK": "1"},
        )
        self._read_results()

    def hash_of(self, text: Text) -> str | None:
        return self._found[text][0]

    def reason_for(self, text: Text) -> str | None:
        return self._found[text][1]

    def normalized(self, number: int) -> str | None:
        """What became of the unhashed text that was added at this place."""
        return self._normalized[number]

    def _write_project(self) -> None:
        shutil.copytree(PROJECT / "macros", self.folder / "macros")
        shutil.copytree(PROJECT / "seeds", self.folder / "seeds")
        models = self.folder / "models"
        shutil.copytree(PROJECT / "models" / "intermediate" / "identities", models / "identities")
        (models / "groups.yml").write_text(GROUPS)
        (models / "int_identity_inputs.sql").write_text("select * from identity_texts")
        (models / "unhashed.sql").write_text(UNHASHED)
        (self.folder / "dbt_project.yml").write_text(DBT_PROJECT)
        (self.folder / "profiles.yml").write_text(PROFILES)

    def _write_texts(self) -> None:
        columns = ["identity_id", "email_2", *FIELDS.values()]
        rows = []
        for number, (key, text, country) in enumerate(self.texts):
            row = dict.fromkeys(columns) | {"identity_id": str(number), "country": country, FIELDS[key]: text}
            rows.append(tuple(row.values()))
        _write(self.folder, "identity_texts", columns, rows)
        unhashed = [(str(number), key, *_four(values)) for number, (key, values) in enumerate(self.unhashed)]
        _write(self.folder, "unhashed_texts", ["number", "key", "one", "two", "three", "four"], unhashed)

    def _read_results(self) -> None:
        with duckdb.connect(self.folder / "vectors.duckdb", read_only=True) as connection:
            order = "order by cast(identity_id as integer)"
            rows = connection.execute(f"select {', '.join(FIELDS)}, dropped from int_identities {order}").fetchall()
            unhashed = connection.execute("select normalized from unhashed order by cast(number as integer)").fetchall()
        for text, row in zip(self.texts, rows, strict=True):
            self._found[text] = row[list(FIELDS).index(text[0])], row[-1]
        self._normalized = [value for (value,) in unhashed]


def _four(values: Sequence[str | None]) -> list[str | None]:
    return [*values, None, None, None, None][:4]


def _write(folder: Path, table: str, columns: Sequence[str], rows: Iterable[Sequence[str | None]]) -> None:
    names = pa.schema([(column, pa.string()) for column in columns])
    arrow = pa.Table.from_pylist([dict(zip(columns, row, strict=True)) for row in rows], schema=names)
    with duckdb.connect(folder / "vectors.duckdb") as connection:
        connection.register("arrow", arrow)
        connection.execute(f"create table {table} as select * from arrow")
