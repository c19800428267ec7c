"""The vars that switch open choices: other answers than the default ones, by the same SQL."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import date

import pytest

from tests.contract.identifiers.fuzzed_texts import fuzzed_texts
from tests.contract.identifiers.identifying_project import KNOWN_AT, DuckDBEngine, IdentifyingProject, Text
from tests.contract.identifiers.vector_files import written_vectors
from tests.support.written_rule import Rule
from tests.support.written_rule.hashed_keys import hashed

KNOWN_ON = date.fromisoformat(KNOWN_AT[:10])
CHOICES = {
    "month first, spaces kept, all of it American": (
        {
            "meta_conversions_date_order": "mdy",
            "meta_conversions_name_inner_space": "keep",
            "meta_conversions_default_country": "us",
        },
        Rule(date_order="mdy", keep_inner_space=True, default_country="us", known_on=KNOWN_ON),
    ),
    "day first, all of it German": (
        {"meta_conversions_date_order": "dmy", "meta_conversions_default_country": "de"},
        Rule(date_order="dmy", default_country="de", known_on=KNOWN_ON),
    ),
}
TEXTS: list[Text] = [
    ("db", "2/16/1997", None),
    ("db", "16.02.1997", None),
    ("db", "3/4/1997", None),
    ("db", "3-4-1997 10:00", None),
    ("db", "31/11/1997", None),
    ("db", "3/4/97", None),
    ("fn", "Mary  Ann", None),
    ("fn", "Mary - Ann", None),
    ("fn", "Mary\u00a0\u3000Ann\u2028B.", None),
    ("ln", "van der Berg", None),
    ("ph", "030 1234567", None),
    ("ph", "650-555-1212", None),
    ("zp", "2134", None),
    ("st", "California", None),
]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> IdentifyingProject:
    project = IdentifyingProject(
        tmp_path_factory.mktemp("choices"), DuckDBEngine(tmp_path_factory.mktemp("database") / "choices.duckdb")
    )
    project.build(tested=False)
    return project


@pytest.mark.parametrize("choice", CHOICES)
def test_each_open_choice_is_what_the_reference_makes_of_it(
    choice: str, project: IdentifyingProject, agreement: Callable[[str], None]
) -> None:
    variables, rule = CHOICES[choice]
    texts = list(dict.fromkeys(TEXTS + [vector.asked for vector in written_vectors()] + list(fuzzed_texts(1_000))))
    project.compile(variables)
    project.identify_again(texts)
    wrong = [text for text in texts if project.hash_of(text) not in {hashed(one) for one in rule.answers(*text)}]
    agreement(f"duckdb, {choice}: {len(texts) - len(wrong)} of {len(texts)} texts are hashed as the reference says")
    assert not wrong, [(text, rule.answers(*text), project.answer(text)) for text in wrong[:10]]


def test_a_choice_that_there_is_not_stops_dbt(project: IdentifyingProject) -> None:
    with pytest.raises(RuntimeError, match="meta_conversions_date_order is mdy, dmy or null, not 'ymd'"):
        project.compile({"meta_conversions_date_order": "ymd"})


def test_the_reference_knows_what_it_was_told() -> None:
    """The two readings of one date differ, so that a test in which they agreed would show nothing."""
    assert {rule.answers("db", "3/4/1997") for _, rule in CHOICES.values()} == {
        frozenset({"19970304"}),
        frozenset({"19970403"}),
    }
    kept = CHOICES["month first, spaces kept, all of it American"][1].answers(
        "fn", unicodedata.normalize("NFD", "José  Luis")
    )
    assert kept == frozenset({"josé luis"})
