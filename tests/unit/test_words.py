"""Phrases that read as translated do not come back into what people read: docs, messages, help, descriptions."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PLACES = ("README.md", "CONTRIBUTING.md", "SECURITY.md", "docs", "connector", "dbt_project", "dags", "examples")
KINDS = {".py", ".sql", ".yml", ".md", ".csv", ".html", ".js"}
HISTORY = "connector/ledger/migrations/"  # a migration names the words that it replaces

# the phrase that must not come back, and what to write
PHRASES = {
    "is no moment": "is not a valid timestamp",
    "may be said again": "repeatable",
    "broke off with": "failed with; transaction rolled back",
    "what was begun": "the open transaction",
    "nobody reads": "unknown, or never read",
    "somebody could mend": "fixable",
    "somebody could change": "fixable",
    "needs somebody": "needs attention",
    "cannot mend": "cannot fix",
    "can mend": "can fix",
    "the rest rightly": "rightly left out",
    "told of by": "reported by",
    "beside the server": "in addition to the server",
    " anew": "again, or rebuilt",
    "for ever ": "for good, forever",
    "for consent better": "raise the consent rate",
    "halving": "bisection",
    "words of its own": "its own words",
    "is spoken to": "is contacted",
    "of late name": "recently",
}


def texts() -> dict[str, str]:
    """Name and text of every file in which people read our words; a line break is a blank."""
    names = subprocess.run(["git", "ls-files", *PLACES], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    paths = [ROOT / name for name in names.splitlines() if not name.startswith(HISTORY)]
    return {
        str(path.relative_to(ROOT)): re.sub(r"\s+", " ", path.read_text(encoding="utf-8")).lower()
        for path in paths
        if path.suffix in KINDS and path.is_file()
    }


TEXTS = texts()


def test_there_are_texts_to_look_at() -> None:
    assert len(TEXTS) > 300
    assert {"README.md", "docs/operations.md"} <= set(TEXTS)


@pytest.mark.parametrize("phrase", PHRASES)
def test_a_translated_phrase_has_not_come_back(phrase: str) -> None:
    found = [name for name, text in TEXTS.items() if re.search(rf"\b{phrase}\b", text)]
    assert found == [], f'write "{PHRASES[phrase]}" in place of "{phrase}"'
