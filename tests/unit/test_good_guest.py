"""Importing the package changes nothing in the process that imports it: no logger, hook, filter or signal."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

EVERYTHING = """
import importlib, pkgutil, sys

def import_all(room):
    package = importlib.import_module(room)
    for module in pkgutil.walk_packages(package.__path__, f"{room}."):
        theirs = module.name.startswith("connector.airflow") and room == "connector"
        if not theirs and not module.name.endswith(("__main__", "env_var")):
            importlib.import_module(module.name)
"""
NAME_THE_OTHERS = """
import json
import_all(sys.argv[1])
print(json.dumps([name for name in sys.modules if name.partition(".")[0] not in ("connector", "__main__")]))
"""
COMPARE = """
import atexit, contextlib, json, logging, os, signal, warnings

def loggers():
    every = [one for one in logging.root.manager.loggerDict.values() if isinstance(one, logging.Logger)]
    told = {one.name: [one.level, one.propagate, one.disabled, one.handlers, one.filters] for one in every}
    return {name: told for name, told in told.items() if told != [0, True, False, [], []]}

def process():
    root = logging.root
    return {
        "root logger": (root.level, list(root.handlers), list(root.filters), root.manager.disable),
        "loggers": loggers(),
        "record factory": (logging.getLoggerClass(), logging.getLogRecordFactory()),
        "warning filters": list(warnings.filters),
        "showwarning": warnings.showwarning,
        "signals": [signal.getsignal(one) for one in signal.valid_signals()],
        "hooks": (sys.excepthook, sys.unraisablehook, sys.displayhook, sys.gettrace(), sys.getprofile()),
        "importers": (list(sys.meta_path), list(sys.path_hooks), list(sys.path)),
        "at exit": atexit._ncallbacks(),
        "environment": dict(os.environ),
        "folder": os.getcwd(),
    }

for name in json.loads(sys.stdin.read()):  # what others do when they are imported is theirs
    with contextlib.suppress(Exception):
        importlib.import_module(name)
before = process()
import_all(sys.argv[1])
after = process()
print(json.dumps({name: repr((before[name], after[name])) for name in before if before[name] != after[name]}))
"""


def run(program: str, room: str, home: Path, given: str = "") -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "CONNECTOR_"))}
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-c", EVERYTHING + program, room],
        input=given,
        env=environment | {"AIRFLOW_HOME": str(home)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()[-1]


@pytest.mark.parametrize("room", ["connector", "connector.airflow"])
def test_importing_every_module_changes_nothing_in_the_process(room: str, tmp_path: Path) -> None:
    others = run(NAME_THE_OTHERS, room, tmp_path)
    assert json.loads(run(COMPARE, room, tmp_path, given=others)) == {}
