"""What the package says of itself to those who install it."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import entry_points
from pathlib import Path

from trove_classifiers import classifiers

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
