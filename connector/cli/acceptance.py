"""`connector acceptance`: does everything work on this warehouse, with this role?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from connector.cli.console import print_json, print_line
from connector.errors import ConnectorError, UsageError

if TYPE_CHECKING:
    from connector.acceptance import Finding

LABELS = {"passed": "ok", "failed": "FAIL", "untried": "--"}
MARGIN = 6


def acceptance(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object with stable keys instead of text.")] = False,
    output: Annotated[Path, typer.Option(help="Write what was found to this name with .json and with .html.")] = Path(
        "connector-acceptance"
    ),
    only: Annotated[
        list[str] | None,
        typer.Option(help="Only this: grants, session, project, ledger, errors or bulk (repeatable)."),
    ] = None,
    role: Annotated[
        str, typer.Option(help="Whose grants the role must hold: dbt, sender, or both where they share one role.")
    ] = "both",
    rows: Annotated[int, typer.Option(help="How many rows the bulk part loads and reads.", min=1)] = 100_000,
    data_tests: Annotated[bool, typer.Option(help="Run dbt's data tests with the second build.")] = True,
    raw_schema: Annotated[str, typer.Option(help="Where the raw tables are, for the grants.")] = "raw",
) -> None:
    """Try everything on the configured warehouse, in scratch schemas that it drops again. Sends nothing to Meta.

    Exit codes: 0 nothing failed, 1 something failed or was interrupted, 2 wrong use, 3 a right or a setting is wrong.
    What could not be tried fails nothing. The two files hold no names and no data: attach them to an issue.
    """
    from connector.acceptance import AREAS, Part, accept, draw_acceptance, real_names, without_names
    from connector.report.drawing import write
    from connector.settings import Settings

    if unknown := [area for area in only or () if area not in AREAS]:
        raise UsageError(f"--only {unknown[0]} is not known: it is one of {', '.join(AREAS)}.")
    if role not in list(Part):
        raise UsageError(f"--role {role} is not known: it is one of {', '.join(Part)}.")
    if not output.name:
        raise UsageError(f"--output {output} names a folder: name a file in it, without its ending.")
    settings = Settings.load()
    names = real_names(settings, raw_schema)

    def tell(finding: Finding) -> None:
        if not as_json:
            _say(finding.as_dict(names))

    try:
        found = accept(
            settings,
            only=only or list(AREAS),
            part=Part(role),
            rows=rows,
            data_tests=data_tests,
            raw_schema=raw_schema,
            listen=tell,
        )
    except KeyboardInterrupt:
        raise ConnectorError("interrupted: what was made in the warehouse has been dropped again.") from None
    told = without_names(found, settings, raw_schema)
    write(json.dumps(told, indent=1, ensure_ascii=False) + "\n", output.with_name(f"{output.name}.json"))
    write(draw_acceptance(told), output.with_name(f"{output.name}.html"))
    if as_json:
        print_json(told)
    else:
        _say_end(told, output)
    found.raise_if_failed()


def _say_end(told: dict[str, Any], output: Path) -> None:
    counts = told["counts"]
    print_line(
        f"{counts['passed']} passed, {counts['failed']} failed, {counts['untried']} could not be tried, in "
        f"{told['seconds']:,.0f} s and {told['statements']['total']:,} statements."
    )
    print_line(f"Written to {output}.json and {output}.html, without names and without data.")


def _say(finding: dict[str, str | None]) -> None:
    print_line(f"{LABELS[str(finding['result'])]:{MARGIN}}{finding['area']}: {finding['name']}: {finding['words']}")
    if finding["fix"]:
        print_line(f"{'':{MARGIN}}What to do: {finding['fix']}")
