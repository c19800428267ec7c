"""The table of rules in the documentation is the table in the code."""

from __future__ import annotations

import json
import re
from pathlib import Path

import msgspec

from connector.sandbox.config import AdAccount, SandboxConfig, Scenario
from connector.sandbox.matching import POINTS
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


def test_the_documentation_writes_the_score_down_as_it_is() -> None:
    told = re.search(r"of 10: (.*?)\. The", PAGE, re.DOTALL)
    assert told
    assert dict(re.findall(r"`(\w+)` ([0-9.]+)", told[1])) == {key: f"{points:g}" for key, points in POINTS.items()}


def test_the_documentation_has_every_rule_that_is_built_or_left_out() -> None:
    told = {int(number) for number in re.findall(r"\bE(\d+)\b", PAGE)}
    assert told == set(range(1, 49))


def test_the_documentation_shows_the_scenario_as_it_is_by_default() -> None:
    told = re.search(r'\{"accounts".*?\n\n', PAGE, re.DOTALL)
    assert told
    account = msgspec.to_builtins(AdAccount())
    assert json.loads(told[0]) == msgspec.to_builtins(Scenario()) | {"other_accounts": account}


def test_the_documentation_tells_which_switches_are_on() -> None:
    told = {name: "switch, on" in notes for name, *_, notes in ROWS if "switch" in notes}
    assert told == {rule.name: rule.name in SandboxConfig().strict for rule in EVENT_RULES if rule.switch}


def test_the_documentation_is_as_faithful_as_the_code() -> None:
    told = {name: set(re.findall(r"\b[DOSX]\b", f"{faithful} {notes}")) for name, *_, faithful, notes in ROWS}
    for rule in (*REQUEST_RULES, *EVENT_RULES):
        assert set(rule.fidelity.split("+")) <= told[rule.name]
