"""What was found, as one HTML file that needs nothing else and holds no name."""

from __future__ import annotations

from html import escape
from importlib.resources import files
from itertools import groupby
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

AREAS = {
    "grants": "Grants of the role",
    "scratch": "Scratch schemas",
    "session": "Session settings",
    "project": "The dbt project on a small shop",
    "ledger": "Concurrent senders and a killed session",
    "errors": "Errors provoked on purpose",
    "bulk": "Bulk load and read",
}
ENGINES = {"duckdb": "DuckDB", "postgresql": "PostgreSQL", "snowflake": "Snowflake"}
RESULTS = {"passed": "passed", "failed": "failed", "untried": "could not be tried"}


def draw_acceptance(found: dict[str, Any]) -> str:
    """The page of what `Acceptance.as_dict` gives."""
    text = files("connector.acceptance").joinpath("page.html").read_text(encoding="utf-8")
    parts = {
        "headline": escape(_headline(found)),
        "state": "fine" if found["is_fine"] else "broken",
        "facts": "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in _facts(found)),
        "areas": "".join(_areas(found["findings"])),
    }
    for name, part in parts.items():
        text = text.replace(f"{{{{{name}}}}}", part)
    return text


def _headline(found: dict[str, Any]) -> str:
    counts = found["counts"]
    told = f"{counts['passed']} checks passed, {counts['failed']} failed, {counts['untried']} could not be tried"
    return f"{told}, on {ENGINES[found['engine']]} in {found['seconds']:,.0f} s"


def _facts(found: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield from found["versions"].items()
    statements = found["statements"]
    told = f"{statements['total']:,} ({statements['dbt']:,} by dbt, {statements['connector']:,} by the connector)"
    yield "statements", told
    yield from ((name.replace("_", " "), f"{value:,}") for name, value in found["warehouse_use"].items())


def _areas(findings: list[dict[str, Any]]) -> Iterator[str]:
    if failures := "".join(_row(one) for one in findings if one["result"] == "failed"):
        yield f"<h2>What failed</h2><table>{failures}</table>"
    order = list(AREAS)
    ordered = sorted(findings, key=lambda one: order.index(one["area"]))
    for area, group in groupby(ordered, key=lambda one: one["area"]):
        rows = "".join(map(_row, group))
        yield f"<h2>{escape(AREAS[area])}</h2><table>{rows}</table>"


def _row(finding: dict[str, Any]) -> str:
    fix = f"<p class=fix>What to do: <code>{escape(finding['fix'])}</code></p>" if finding["fix"] else ""
    result = finding["result"]
    return (
        f'<tr class="{result}"><td class=result>{RESULTS[result]}</td><th scope=row>{escape(finding["name"])}</th>'
        f"<td>{escape(finding['words'])}{fix}</td></tr>"
    )
