"""Every rule of docs/meta-api.md §13 has a case of its own: one that breaks it, or asserts it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from connector.sandbox.rules import EVENT_RULES, REQUEST_RULES

TESTS = Path(__file__).parents[2]
FILES = sorted(file for room in ("unit", "contract") for file in (TESTS / room / "sandbox").glob("test_*.py"))
CONTRACT = {f"E{number}" for number in range(1, 49)}
"""Those of docs/meta-api.md §13."""
REFUSES_NOTHING = {"E22"}
"""It marks keys that cannot match: the name of its test says so."""


def rule_of(node: ast.AST | None) -> str | None:
    """The rule that a text names; of several that are broken at once the first, which answers."""
    text = node.value if isinstance(node, ast.Constant) else None
    found = re.fullmatch(r"(E\d+)( E\d+)*", text) if isinstance(text, str) else None
    return found[1] if found else None


def cases(tree: ast.AST) -> Iterator[str | None]:
    """Rules that stand before what breaks them, or are compared with what answered. A mere list of rules is no case."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            yield from map(rule_of, node.keys)
        elif isinstance(node, ast.Compare):
            yield from map(rule_of, (node.left, *node.comparators))
        elif isinstance(node, ast.Tuple) and len(node.elts) > 1 and rule_of(node.elts[1]) is None:
            yield rule_of(node.elts[0])
        elif isinstance(node, ast.FunctionDef) and (named := re.match(r"test_(e\d+)_", node.name)):
            yield named[1].upper()


def test_the_rules_that_are_built_are_those_of_the_contract() -> None:
    assert {rule.name for rule in (*REQUEST_RULES, *EVENT_RULES)} == CONTRACT - REFUSES_NOTHING


def test_every_rule_of_the_contract_has_a_case() -> None:
    found = {rule for file in FILES for rule in cases(ast.parse(file.read_text(encoding="utf-8")))}
    assert CONTRACT - found == set()
