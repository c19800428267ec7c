"""Two builds in a row, of our project and of one that installed it, whatever of dbt's stands in the environment.

A seed alone is built: what dbt remembers of a parse leads to the files it saw then, and it reads a seed's file.
"""

from __future__ import annotations

import os
from pathlib import Path

import duckdb
import pytest
from dbt.cli.main import dbtRunner

from connector.airflow.deployment import DbtProject
from connector.settings import SHIPPED_PROJECT

SEED = "country_names"
OF_OTHER_PROJECTS = {
    "DBT_TARGET_PATH": "shared/target",
    "DBT_LOG_PATH": "shared/logs",
    "DBT_PROJECT_DIR": "elsewhere",
    "DBT_PROFILES_DIR": "elsewhere",
    "DBT_PROFILE": "elsewhere",
    "DBT_TARGET": "elsewhere",
    "DBT_STATE": "elsewhere",
    "DBT_EMPTY": "true",
    "DBT_EXCLUDE_RESOURCE_TYPES": "seed",
    "DBT_STORE_FAILURES": "true",
    "DBT_WARN_ERROR": "true",
}
PROFILES = """
theirs:
  target: prod
  outputs:
    prod:
      type: duckdb
      path: "{{ env_var('CONNECTOR_DBT_DUCKDB_PATH') }}"
      schema: analytics
"""


@pytest.fixture
def warehouse(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    file = tmp_path / "shop.duckdb"
    monkeypatch.setenv("CONNECTOR_WAREHOUSE_URL", f"duckdb:///{file}")
    monkeypatch.setattr("cosmos.settings.cache_dir", tmp_path / "cache")
    return file


@pytest.fixture
def their_project(tmp_path: Path) -> DbtProject:
    """A dbt project with a model of its own called `conversions`, which installed ours from a folder."""
    project = tmp_path / "theirs"
    files = {
        "dbt_project.yml": "name: theirs\nversion: 1.0.0\nprofile: theirs\n",
        "packages.yml": f"packages:\n  - local: {SHIPPED_PROJECT}\n",
        "profiles.yml": PROFILES,
        "models/conversions.sql": "select 1 as theirs",
        "models/products.sql": "select 1 as theirs",
    }
    for name, text in files.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(text)
    folders = ["--project-dir", str(project), "--profiles-dir", str(project), "--log-path", str(tmp_path / "logs")]
    folders += ["--log-level-file", "none"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CONNECTOR_DBT_DUCKDB_PATH", ":memory:")
        assert dbtRunner().invoke(["deps", *folders]).success
    return DbtProject(path=project, profile="theirs", target="prod")


def build_twice(project: DbtProject, select: str) -> None:
    from connector.airflow.dbt import DbtBuild
    from connector.airflow.deployment import Deployment

    for run_id in ("first", "second"):
        task = DbtBuild(task_id="build", select=select, deployment=Deployment(dbt=project))
        task.build_and_run_cmd({"run_id": run_id})


def tables(warehouse: Path, schema: str) -> set[str]:
    with duckdb.connect(warehouse) as connection:
        found = connection.execute("select table_name from information_schema.tables where table_schema = ?", [schema])
        return {name for (name,) in found.fetchall()}


def test_variables_of_dbt_that_are_meant_for_other_projects_break_no_build(
    warehouse: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in OF_OTHER_PROJECTS.items():
        monkeypatch.setenv(name, value)
    before = dict(os.environ)
    build_twice(DbtProject(), SEED)
    assert SEED in tables(warehouse, "meta_conversions_reference")
    assert dict(os.environ) == before
    assert not (tmp_path / "shared").exists()
    assert tables(warehouse, "meta_conversions_dbt_test__audit") == set()


def test_a_project_that_installed_ours_is_built_again_beside_a_model_of_the_same_name(
    warehouse: Path, their_project: DbtProject
) -> None:
    build_twice(their_project, f"{SEED} theirs.products")
    assert tables(warehouse, "analytics") == {"products"}
    assert SEED in tables(warehouse, "analytics_meta_conversions_reference")


def test_a_project_that_does_not_compile_fails_in_the_words_of_dbt(
    warehouse: Path, their_project: DbtProject, tmp_path: Path
) -> None:
    from cosmos.exceptions import CosmosDbtRunError

    (tmp_path / "theirs" / "models" / "conversions.sql").write_text("select * from {{ ref('nowhere') }}")
    with pytest.raises(CosmosDbtRunError, match="nowhere"):
        build_twice(their_project, SEED)


def test_a_build_does_not_fail_where_what_dbt_has_parsed_cannot_be_kept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from connector.airflow.dbt import DbtBuild
    from connector.airflow.deployment import Deployment

    (tmp_path / "no_folder").touch()
    monkeypatch.setattr("cosmos.settings.cache_dir", tmp_path / "no_folder")
    (tmp_path / "target").mkdir()
    for name in ("manifest.json", "partial_parse.msgpack"):
        (tmp_path / "target" / name).touch()
    DbtBuild(task_id="build", select=SEED, deployment=Deployment())._update_partial_parse_cache(tmp_path)
