"""docs/meta-api.md: its sections can be cited, and each rule on it says who says so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "meta-api.md").read_text(encoding="utf-8")
HEADING = re.compile(r"^#{2,3} ([0-9]+(?:\.[0-9]+)?)\.? ", re.MULTILINE)
SECTIONS = HEADING.findall(PAGE)
CONFIDENCE = ("documented", "observed", "from memory", "unsure", "invented")


def tables(text: str) -> Iterator[tuple[list[str], list[list[str]]]]:
    """Each table of a text: its header, its rows."""
    for block in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        header, _, *rows = [[cell.strip() for cell in line.strip()[1:-1].split("|")] for line in block.splitlines()]
        yield header, rows


def test_sections_are_numbered_in_order_and_none_twice() -> None:
    numbers = [tuple(map(int, section.split("."))) for section in SECTIONS]
    assert len(numbers) > 40
    assert numbers == sorted(set(numbers))


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
