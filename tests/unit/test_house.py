"""The rules of the house that no linter knows."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TRACKED = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True).stdout.split(
    "\0"
)[:-1]
CODE = [name for name in TRACKED if name.endswith(".py") and name.split("/")[0] in ("connector", "dags", "examples")]
MODELS = [name for name in TRACKED if name.startswith("dbt_project/models/") and name.endswith(".sql")]
REGISTRY = re.compile(r"https?://[^ \"'\s]*(/simple\b|\.whl|\.tar\.gz|\.tgz)|files\.python" + "hosted|pypi" + r"\.org")


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8", errors="replace")


@pytest.mark.parametrize("name", CODE)
def test_no_module_is_longer_than_400_lines(name: str) -> None:
    assert len(text_of(name).splitlines()) <= 400


@pytest.mark.parametrize("name", MODELS)
def test_no_model_is_longer_than_130_lines(name: str) -> None:
    assert len(text_of(name).splitlines()) <= 130


@pytest.mark.parametrize("name", MODELS)
def test_every_model_has_its_yaml_beside_it(name: str) -> None:
    assert (ROOT / name).with_suffix(".yml").is_file()


def test_no_file_names_a_package_registry_or_a_folder_of_this_machine() -> None:
    folder = str(ROOT)
    texts = {name: text_of(name) for name in TRACKED if (ROOT / name).is_file()}
    assert [name for name, text in texts.items() if REGISTRY.search(text)] == []
    assert [name for name, text in texts.items() if f"{folder}/" in text] == []


def test_the_lock_pins_every_package_by_hash() -> None:
    lock = text_of("requirements.lock")
    packages = re.findall(r"^([a-z0-9][\w.\-]*)==", lock, re.MULTILINE)
    assert len(packages) > 150
    blocks = re.split(r"^(?=[a-z0-9][\w.\-]*==)", lock, flags=re.MULTILINE)[1:]
    assert [block.split("==")[0] for block in blocks if "--hash=sha256:" not in block] == []


@pytest.mark.parametrize("word", ["utils", "helpers", "common", "manager", "handler", "processor"])
def test_no_room_is_named_after_nothing(word: str) -> None:
    assert [name for name in CODE if word in Path(name).stem.split("_")] == []
