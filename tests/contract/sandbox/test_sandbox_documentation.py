"""The table of rules in the documentation is the table in the code."""

from __future__ import annotations

import re
from pathlib import Path

from connector.sandbox.config import SandboxConfig
from connector.sandbox.rules import EVENT_RULES, REQUEST_RULES

PAGE = (Path(__file__).parents[3] / "docs" / "sandbox.md").read_text(encoding="utf-8")
ROWS = [[cell.strip() for cell in row.strip("|").split("|")] for row in re.findall(r"^\| E\d+ .*$", PAGE, re.MULTILINE)]


def test_the_documentation_lists_the_rules_in_their_order_with_their_answers() -> None:
    told = [(name, status, codes) for name, _, status, codes, _, _ in ROWS]
    built = [
        (rule.name, str(rule.answer.status), rule.answer.codes.replace("/", " / "))
        for rule in (*REQUEST_RULES, *EVENT_RULES)
    ]
    assert told == built


def test_the_documentation_tells_which_switches_are_on() -> None:
    told = {name: "switch, on" in notes for name, *_, notes in ROWS if "switch" in notes}
    assert told == {rule.name: rule.name in SandboxConfig().strict for rule in EVENT_RULES if rule.switch}


def test_the_documentation_is_as_faithful_as_the_code() -> None:
    told = {name: set(re.findall(r"\b[DOSX]\b", f"{faithful} {notes}")) for name, *_, faithful, notes in ROWS}
    for rule in (*REQUEST_RULES, *EVENT_RULES):
        assert set(rule.fidelity.split("+")) <= told[rule.name]
