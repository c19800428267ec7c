"""The set-up of docs/snowflake.md, as far as it can be told without an account: nothing is named before it is there."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = (Path(__file__).parents[3] / "docs" / "snowflake.md").read_text(encoding="utf-8")
MADE = re.compile(r"create (?:database|warehouse|schema|role|user|network rule|network policy) ([\w.]+)")
NAMED = re.compile(r"\b(?:schema|database|warehouse|role|user) (conversions[\w.]*)")
BY_SYSADMIN = ("create database", "create warehouse", "create schema")


def statements() -> list[str]:
    blocks = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)
    plain = re.sub(r"--.*", "", "\n".join(blocks[:1]))
    return [" ".join(one.split()) for one in plain.split(";") if one.strip()]


def test_whatever_is_granted_on_or_to_was_made_before() -> None:
    made: set[str] = set()
    for statement in statements():
        if creating := MADE.match(statement):
            made.add(creating[1])
        elif not statement.startswith("use role"):
            assert set(NAMED.findall(statement)) <= made, statement
    assert {"conversions.raw", "conversions.meta_conversions_reference"} <= made


def test_each_statement_runs_as_a_role_that_may() -> None:
    """SECURITYADMIN makes no schemas, and only it and the owner may grant."""
    role = ""
    for statement in statements():
        role = statement.removeprefix("use role ") if statement.startswith("use role ") else role
        if statement.startswith(BY_SYSADMIN):
            assert role == "sysadmin", statement
        if statement.startswith("grant") and not statement.startswith("grant role"):
            assert role == "securityadmin", statement
