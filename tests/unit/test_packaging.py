"""What the package says of itself to those who install it."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import entry_points
from pathlib import Path
from zipfile import ZipFile

import typer
from hatchling.builders.wheel import WheelBuilder
from trove_classifiers import classifiers

from connector.cli.commands import command_line

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def test_both_names_of_the_command_run_the_same() -> None:
    commands = {script.name: script.value for script in entry_points(group="console_scripts")}
    assert commands["connector"] == commands["conversions-connector"] == "connector.cli:main"


def test_the_package_tells_type_checkers_that_it_is_typed() -> None:
    assert (ROOT / "connector" / "py.typed").read_bytes() == b""
    assert "Typing :: Typed" in PROJECT["classifiers"]


def test_every_classifier_exists_and_the_licence_is_stated_once() -> None:
    assert set(PROJECT["classifiers"]) <= classifiers
    assert [one for one in PROJECT["classifiers"] if one.startswith("License ::")] == []
    assert PROJECT["license"] == "Apache-2.0"


def test_the_classifiers_name_the_versions_of_python_that_are_allowed() -> None:
    minors = [int(found[1]) for one in PROJECT["classifiers"] if (found := re.search(r":: 3\.(\d+)$", one))]
    assert PROJECT["requires-python"] == f">=3.{min(minors)},<3.{max(minors) + 1}"
    assert minors == list(range(min(minors), max(minors) + 1))


def test_the_wheel_holds_the_package_the_dbt_project_and_the_dags_and_nothing_else(tmp_path: Path) -> None:
    [wheel] = WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])
    names = ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"connector"}
    assert {"connector/py.typed", "connector/dbt_project/dbt_project.yml"} <= set(names)
    assert [name for name in names if name.startswith("connector/dags/")] != []
    of_acceptance = {"data/shop.json", "data/vectors.jsonl", "page.html"}
    assert {f"connector/acceptance/{name}" for name in of_acceptance} <= set(names)


def test_every_command_works_from_the_wheel_alone() -> None:
    group = typer.main.get_command(command_line)
    assert "sandbox" in group.commands  # type: ignore[attr-defined] # typer has a click of its own
    assert "demo" not in group.commands  # type: ignore[attr-defined] # the same
