"""`connector doctor`: is everything set up, and if not, what to do."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Annotated

import typer

from connector.cli.console import print_json, print_line, text_width
from connector.errors import ConfigurationError, ConnectorError
from connector.model.checks import Check, Mark, doubted, failed, passed

MARGIN = 6


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object with stable keys instead of text.")] = False,
    sources: Annotated[bool, typer.Option("--sources", help="Check the raw tables instead, before a build.")] = False,
    project_dir: Annotated[
        Path | None,
        typer.Option(help="Your dbt project, if it installs ours. Default: ours as shipped.", envvar="DBT_PROJECT_DIR"),
    ] = None,
    profiles_dir: Annotated[
        Path | None, typer.Option(help="Where its profiles.yml is.", envvar="DBT_PROFILES_DIR")
    ] = None,
    variables: Annotated[
        str | None,
        typer.Option("--vars", help="dbt vars as YAML or JSON, as for dbt itself; they override the project's."),
    ] = None,
) -> None:
    """Check settings, warehouse, ledger, token, datasets, clocks and API version. Sends no event, changes nothing."""
    if sources:
        _check_sources(project_dir, profiles_dir, variables, as_json=as_json)
        return
    checks = _checks()
    broken = [check for check in checks if check.mark is Mark.FAIL]
    if as_json:
        print_json({"is_fine": not broken, "checks": [_json(check) for check in checks]})
    else:
        for check in checks:
            _say(check)
    if broken:
        error = ConfigurationError if any(check.exit_code == ConfigurationError.exit_code for check in broken) else None
        raise (error or ConnectorError)(f"checks failed: {', '.join(check.name for check in broken)}.")


def _check_sources(
    project_dir: Path | None, profiles_dir: Path | None, variables: str | None, *, as_json: bool
) -> None:
    from connector import app
    from connector.cli.raw_tables import check_of
    from connector.settings import Settings

    found = app.check_sources(Settings.load(), project_dir=project_dir, profiles_dir=profiles_dir, variables=variables)
    if as_json:
        print_json(found.as_dict())
    else:
        for table in found.tables:
            _say(check_of(table, found.empty_schemas))
    if found.not_ready:
        raise ConfigurationError(f"raw tables that cannot be built on: {', '.join(found.not_ready)}.")


def _checks() -> list[Check]:
    from connector import app
    from connector.settings import Settings

    try:
        settings = Settings.load()
    except ConfigurationError as error:
        return [failed("settings", error)]
    return [_check_names(), *app.doctor(settings)]


def _check_names() -> Check:
    """A misspelt variable leaves the setting at its default without a word."""
    from connector.settings import unread_variables

    unread = [
        f"{name} is not a setting" + (f" (did you mean {nearest}?)" if nearest else "")
        for name, nearest in unread_variables().items()
    ]
    if not unread:
        return passed("settings", "every variable is valid.")
    return doubted("settings", f"{'; '.join(unread)}. Correct or unset it: docs/settings.md lists all names.")


def _json(check: Check) -> dict[str, str]:
    return {"name": check.name, "result": str(check.mark), "words": check.words}


def _say(check: Check) -> None:
    told = f"{check.name}: {check.words}".splitlines()
    lines = (line for words in told for line in textwrap.wrap(words, text_width() - MARGIN, break_on_hyphens=False))
    for place, line in enumerate(lines):
        print_line(f"{str(check.mark) if place == 0 else '':{MARGIN}}{line}")
