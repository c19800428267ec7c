"""docs/meta-api.md: citations lead to its sections, each rule says how sure it is, its tables are the code's."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.destinations.meta.codes import TABLE
from connector.destinations.meta.rows import Kind
from connector.destinations.meta.versions import INSIGHTS_UNTIL, VERSIONS
from connector.sandbox.rules import EVENT_RULES, REQUEST_RULES

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "meta-api.md").read_text(encoding="utf-8")
HEADING = re.compile(r"^#{2,3} ([0-9]+(?:\.[0-9]+)?)\.? ", re.MULTILINE)
SECTIONS = HEADING.findall(PAGE)
CONFIDENCE = ("documented", "observed", "from memory", "unsure", "invented")
ROOMS = ("connector", "dbt_project", "dags", "tests", "docs", "examples", "README.md", "CONTRIBUTING.md", "SECURITY.md")
CITATION = re.compile(r"docs/meta-api\.md((?:,?\s§[0-9]+(?:\.[0-9]+)*)+)")
DEAD_NOTE = re.compile(r"S" + r"§|\bS[0-9]\.[0-9]|\((?:contract|design)(?: [0-9]|,)")
WE_DO = {
    Kind.CONTENT: "rejected",
    Kind.MAYBE_CONTENT: "contrast",
    Kind.WAIT: "deferred",
    Kind.STOP: "stop",
    Kind.UNCONFIRMED: "unconfirmed",
}


def texts() -> Iterator[tuple[str, str]]:
    """Name and text of every file of ours that may cite the page."""
    names = subprocess.run(["git", "ls-files", *ROOMS], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    for name in names.splitlines():
        path = ROOT / name
        if path.suffix in {".py", ".sql", ".yml", ".md", ".jsonl", ".csv", ".html", ".toml"} and path.is_file():
            text = path.read_text(encoding="utf-8")
            yield name, text.replace("\\u00a7", "§") if path.suffix == ".jsonl" else text


def tables(text: str) -> Iterator[tuple[list[str], list[list[str]]]]:
    """Each table of a text: its header, its rows."""
    for block in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        header, _, *rows = [[cell.strip() for cell in line.strip()[1:-1].split("|")] for line in block.splitlines()]
        yield header, rows


def test_sections_are_numbered_in_order_and_none_twice() -> None:
    numbers = [tuple(map(int, section.split("."))) for section in SECTIONS]
    assert len(numbers) > 40
    assert numbers == sorted(set(numbers))


def test_every_citation_of_the_page_names_a_section_that_is_there() -> None:
    cited = [
        (name, number)
        for name, text in texts()
        for found in CITATION.findall(text)
        for number in re.findall(r"§([0-9.]+[0-9]|[0-9])", found)
    ]
    assert len(cited) > 100
    assert [(name, number) for name, number in cited if number not in SECTIONS] == []


def test_no_note_leads_nowhere() -> None:
    assert [(name, found[0]) for name, text in texts() if (found := DEAD_NOTE.search(text))] == []


@pytest.mark.parametrize("note", ["S" + "§7.2", "(" + "contract 13.1)", "(" + "design, prove)", "S" + "3.6 10"])
def test_a_note_that_leads_nowhere_is_found(note: str) -> None:
    assert DEAD_NOTE.search(f"what is asked {note}")


def test_every_row_has_the_cells_of_its_table() -> None:
    assert [row for header, rows in tables(PAGE) for row in rows if len(row) != len(header)] == []


def test_every_rule_states_a_confidence_that_the_page_explains() -> None:
    rules = [
        (row[0], row[header.index("confidence")])
        for header, rows in tables(PAGE)
        if "confidence" in header[1:]
        for row in rows
    ]
    assert len(rules) > 150
    known = re.compile("|".join(CONFIDENCE))
    assert [rule for rule, told in rules if not known.search(told)] == []


def test_every_page_of_metas_that_is_cited_has_an_address() -> None:
    cited = set(re.findall(r"\[([\w-]+)\](?![(:\w])", PAGE))
    addresses = dict(re.findall(r"^\[([\w-]+)\]: (\S+)$", PAGE, re.MULTILINE))
    assert cited == set(addresses)
    assert all(re.match(r"https://(developers|www)\.facebook\.com/", address) for address in addresses.values())


def test_the_tables_of_errors_are_those_of_the_code() -> None:
    told = {
        code: row[-1]
        for header, rows in tables(PAGE)
        if header[-1] == "we do"
        for row in rows
        for code in re.findall(r"`([-0-9/.]+)`", row[0])
    }
    ours = {}
    for row in TABLE:
        code = str(row.code) if row.last is None else f"{row.code}..{row.last}"
        ours[code if row.subcode is None else f"{code}/{row.subcode}"] = (
            "deferred" if row.passes_with_time else WE_DO[row.kind]
        )
    assert told == ours


def test_the_table_of_the_sandbox_has_every_rule_with_its_fidelity_and_section() -> None:
    [told] = [rows for header, rows in tables(PAGE) if header == ["rule", "refuses", "fidelity", "rests on"]]
    page = {row[0]: row for row in told}
    for rule in (*REQUEST_RULES, *EVENT_RULES):
        _, _, fidelity, rests_on = page[rule.name]
        assert fidelity == rule.fidelity, rule.name
        [cited] = CITATION.findall(rule.source)
        sections = set(re.findall(r"§([0-9.]+[0-9]|[0-9])", cited))
        assert sections <= set(re.findall(r"§([0-9.]+[0-9]|[0-9])", rests_on)) | {"13"}, rule.name


def test_the_versions_are_those_of_the_code() -> None:
    [told] = [rows for header, rows in tables(PAGE) if header[0] == "version" and header[1] == "came"]
    page = {version: tuple(rest) for version, *rest in told}
    assert page == {
        version: (
            str(support.introduced_on),
            str(support.available_until or "not dated"),
            str(INSIGHTS_UNTIL[version] or "not dated"),
        )
        for version, support in VERSIONS.items()
    }
