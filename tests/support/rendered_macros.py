"""The macros of the dbt project for one engine, rendered without dbt: also for an engine that no test can reach."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jinja2
import yaml

PROJECT = Path(__file__).parents[2] / "dbt_project"
FOLDERS = ("conversions", "engines", "generated", "identifiers", "project", "reconciliation", "sources")
"""Those whose files are plain Jinja."""


class Returned(Exception):  # noqa: N818 - it ends a macro, as dbt's own does
    """What a macro returns before its end."""

    def __init__(self, value: Any) -> None:
        self.value = value


class CompilerError(Exception):
    """What dbt would stop at."""


class RenderedMacros:
    """Each macro by its name, as `meta_conversions.name(...)` is in dbt. `variables` stand above the project's own."""

    def __init__(self, engine: str, **variables: Any) -> None:
        self._engine = engine
        self.variables = yaml.safe_load((PROJECT / "dbt_project.yml").read_text())["vars"] | variables
        environment = jinja2.Environment(extensions=["jinja2.ext.do"])  # noqa: S701 - SQL
        environment.globals.update(
            {
                "meta_conversions": self,
                "adapter": SimpleNamespace(dispatch=self._dispatch),
                "exceptions": SimpleNamespace(raise_compiler_error=_stop),
                "flags": SimpleNamespace(WHICH="build", FULL_REFRESH=False),
                "modules": SimpleNamespace(re=re),
                "project_name": "shop_models",
                "return": _return,
                "target": SimpleNamespace(type=engine, account="an account"),
                "var": self.variables.get,
            }
        )
        self._macros: dict[str, Callable[..., str]] = {}
        for folder in FOLDERS:
            for path in (PROJECT / "macros" / folder).glob("*.sql"):
                self._macros |= vars(environment.from_string(path.read_text(encoding="utf-8")).module)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("__"):
            raise AttributeError(name)
        macro = self._macros[name]

        def call(*arguments: Any, **named: Any) -> Any:
            try:
                return macro(*arguments, **named)
            except Returned as returned:
                return returned.value

        return call

    def _dispatch(self, name: str, _: str) -> Callable[..., Any]:
        own = f"{self._engine}__{name}"
        return self.__getattr__(own if own in self._macros else f"default__{name}")


def _return(value: Any) -> None:
    raise Returned(value)


def _stop(words: str) -> None:
    raise CompilerError(words)
