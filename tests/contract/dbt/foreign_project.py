"""A dbt project of somebody else's that installs ours, with models of its own called like some of ours."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.contract.dbt.conftest import PROJECT

SCHEMA = "analytics"
"""Of its target. Ours are named after it, by dbt's own rule."""
MARTS = f"{SCHEMA}_meta_conversions"
PROJECT_FILE = {
    "name": "shop_models",
    "version": "1.0.0",
    "config-version": 2,
    "profile": "connector",
    "flags": {"send_anonymous_usage_stats": False},
    "models": {"+persist_docs": {"relation": True}, "shop_models": {"+materialized": "table"}},
}
"""It has dbt write the descriptions of all models into the warehouse, as many do."""
NAMESAKES = {
    "models/conversions.sql": "select 'theirs' as whose, 1 as row_version",
    "models/alarms.sql": "select 'theirs' as whose",
    "models/country_names.sql": "select 'theirs' as whose",
    "models/sources.yml": "sources: [{name: meta, tables: [{name: meta_pulls}]}]",
    "macros/quoted.sql": "{% macro quoted(words) %}{{ exceptions.raise_compiler_error('theirs') }}{% endmacro %}",
    "macros/sha256_hex.sql": "{% macro sha256_hex(text) %}'theirs'{% endmacro %}",
    "macros/generate_schema_name.sql": (
        "{% macro generate_schema_name(custom, node) -%}"
        "{{ var('schema_prefix', '') ~ default__generate_schema_name(custom, node) }}{%- endmacro %}"
    ),
}
"""Models, a source and macros of names that we have, too, and a rule of theirs for schemas."""


GUIDE = PROJECT.parent / "docs" / "your-own-sources.md"
FILE = re.compile(r"`(models/[\w/]+\.(?:sql|yml))`[^\n]*\n(?:[^\n]+\n)*\n```\w+\n(.*?)```", re.DOTALL)
YAML = re.compile(r"^```ya?ml\n(.*?)^```", re.MULTILINE | re.DOTALL)


def files_of_the_guide() -> dict[str, str]:
    """Every file that the guide spells out: a source of phone orders."""
    return dict(FILE.findall(GUIDE.read_text()))


def variables_of_the_guide() -> dict[str, Any]:
    """The vars by which the guide adds its phone orders."""
    [lists] = [block for block in YAML.findall(GUIDE.read_text()) if "meta_conversions_source_starts:" in block]
    found: dict[str, Any] = yaml.safe_load(lists)["vars"]
    return found


def write_foreign_project(folder: Path, *, files: Mapping[str, str], variables: Mapping[str, Any]) -> Path:
    """Write the project with these files beside the namesakes, and install ours; its folder."""
    settings = PROJECT_FILE | {"vars": dict(variables)}
    ours = {"packages": [{"local": str(PROJECT)}]}
    profile = (PROJECT / "profiles.yml").read_text().replace("'meta_conversions')", f"'{SCHEMA}')")
    written = {"dbt_project.yml": json.dumps(settings), "packages.yml": json.dumps(ours), "profiles.yml": profile}
    for name, text in {**written, **NAMESAKES, **files}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    command = [str(Path(sys.executable).with_name("dbt")), "--quiet", "deps", "--project-dir", str(folder)]
    command += ["--profiles-dir", str(folder), "--log-path", str(folder / "logs")]
    environment = os.environ | {"CONNECTOR_DBT_DUCKDB_PATH": ":memory:"}
    subprocess.run(command, env=environment, check=True, stdout=sys.stderr)
    return folder
