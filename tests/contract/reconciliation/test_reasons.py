"""Every reason that SQL can give says in the seed what it means and what to do."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from connector.model.standing import HeldReason

PROJECT = Path(__file__).parents[3] / "dbt_project"
with (PROJECT / "seeds" / "reconciliation" / "reconciliation_reasons.csv").open() as seed:
    REASONS = {(row["stage"], row["reason"]): row for row in csv.DictReader(seed)}


def words(text: str, pattern: str) -> set[str]:
    found = set(re.findall(pattern, text))
    assert found, pattern
    return found


def text_of(path: str) -> str:
    return (PROJECT / path).read_text()


def test_every_stage_of_the_waterfall_has_a_row_of_its_own() -> None:
    listed = re.search(
        r"known_stages_of_waterfall\n.*?values:\n(.*?)      - name:",
        text_of("models/marts/revenue_waterfall.yml"),
        re.DOTALL,
    )
    assert listed is not None
    stages = words(listed[1], r"- (\w+)")
    assert {stage for stage in stages if (stage, "") not in REASONS} == set()


def test_every_reason_not_to_be_eligible_has_a_row() -> None:
    given = words(text_of("macros/conversions/ineligible_reason.sql"), r"then '(\w+)'") - {"before_start"}
    assert {reason for reason in given if ("not_eligible", reason) not in REASONS} == set()


def test_every_reason_to_hold_has_a_row() -> None:
    assert {reason for reason in HeldReason if ("held", reason) not in REASONS} == set()


def test_every_reason_to_be_owed_or_accepted_has_a_row() -> None:
    reasoned = text_of("models/marts/conversion_deliveries.sql").partition("reasoned as (")[2]
    owed = words(reasoned, r"standing = 'owed'[^\n]* then '(\w+)'")
    accepted = words(reasoned, r"then '(\w+_acceptance|may_be_counted_twice)'")
    assert {reason for reason in owed if ("owed", reason) not in REASONS} == set()
    assert {reason for reason in accepted if ("accepted", reason) not in REASONS} == set()


@pytest.mark.parametrize("model", ["int_comparisons", "int_receipt_comparisons"])
def test_every_reason_of_a_comparison_has_a_row(model: str) -> None:
    judged = text_of(f"models/reconciliation/{model}.sql").rpartition("end as verdict")[2]
    given = words(judged, r"(?:then|else) '(\w+)'")
    assert {reason for reason in given if ("comparison", reason) not in REASONS} == set()


def test_every_reason_of_attribution_has_a_row() -> None:
    judged = text_of("models/marts/reconciliation_daily.sql").rpartition("end as verdict")[2]
    given = words(judged, r"(?:then|else) '(\w+)'")
    assert {reason for reason in given if ("comparison", reason) not in REASONS} == set()


@pytest.mark.parametrize("column", ["meaning", "what_to_do", "who", "severity"])
def test_no_cell_is_blank(column: str) -> None:
    assert [key for key, row in REASONS.items() if not row[column]] == []


def test_each_sentence_ends_as_one() -> None:
    assert [key for key, row in REASONS.items() if not (row["meaning"] + row["what_to_do"]).endswith(".")] == []


def test_a_marketer_reads_no_name_of_the_warehouse() -> None:
    theirs = [row for row in REASONS.values() if row["who"] in ("marketer", "CRM owner", "nobody")]
    told = {row["what_to_do"] for row in theirs}
    assert len(told) > 5
    assert [words for words in told if re.search(r"\w_\w|\bvar\b", words)] == []
