"""What acceptance brings with it is what the tests and the documentation hold."""

from __future__ import annotations

import re
from pathlib import Path

from connector.acceptance.grants import CREATE_SCHEMA, GRANTS
from connector.acceptance.raw import TYPES, shop, vectors
from tests.contract.identifiers.vector_files import KIT, all_vectors, kit_lines

ROOT = Path(__file__).parents[3]


def test_the_vectors_are_those_of_the_tests() -> None:
    """`python -m tests.contract.identifiers.generate_vectors` writes them."""
    assert KIT.read_text() == kit_lines()


def test_each_vector_has_the_hash_that_the_tests_expect() -> None:
    assert [one.hash for one in vectors("duckdb")] == [one.hash for one in all_vectors()]
    assert len(vectors("postgresql")) == len([one for one in all_vectors() if "\0" not in one.text])


def test_the_shop_is_of_known_types_and_every_row_of_its_table() -> None:
    found = shop()
    for table, rows in [*found["rows"].items(), *found["later"].items()]:
        columns = found["tables"][table]
        assert set(columns.values()) <= set(TYPES)
        assert all(set(row) <= set(columns) for row in rows), table


def test_every_grant_of_the_page_on_snowflake_is_tried() -> None:
    page = (ROOT / "docs" / "snowflake.md").read_text(encoding="utf-8")
    block = re.sub(r"--.*", "", re.findall(r"```sql\n(.*?)```", page, re.DOTALL)[0])
    told = {" ".join(one.split()) for one in block.split(";") if one.strip().startswith("grant")}
    names = {"database": "conversions", "warehouse": "conversions", "raw": "raw", "marts": "meta_conversions"}
    names |= {"reference": "meta_conversions_reference", "ledger": "meta_conversions_ledger"}
    known = {
        one.strip().format(role=role, **names)
        for role in ("conversions_modeller", "conversions_sender")
        for statement in [*(grant.statement for grant in GRANTS["snowflake"]), CREATE_SCHEMA]
        for one in statement.split(";")
        if one.strip()
    }
    assert {one for grant in told if not grant.startswith("grant role") for one in apart(grant)} <= known


def apart(grant: str) -> list[str]:
    """One statement for each right that it gives."""
    rights, _, rest = grant.removeprefix("grant ").partition(" on ")
    return [f"grant {right} on {rest}" for right in rights.split(", ")]
