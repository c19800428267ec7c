"""One rule of standing: every combination of its facts, in the engines, in dbt's macro, and in words for people."""

from __future__ import annotations

import csv
import re
import runpy
from itertools import product
from pathlib import Path
from typing import Any

import duckdb
import jinja2
import psycopg
import pytest

from connector.insight.status import FIGURES
from connector.model.standing import LOST, ON_ITS_WAY, HeldReason, Standing, State
from connector.warehouse.queries import Queries

ROOT = Path(__file__).parents[3]
FACTS = (
    "is_ready",
    "is_modelled",
    "is_eligible",
    "is_before_start",
    "is_due",
    "is_past_deadline",
    "has_pixel_copy",
    "is_before_first_sync",
    "is_unchanged",
    "is_refused_since",
    "is_past_deduplication",
    "may_resend",
)
EVERY = [
    dict(zip(FACTS, facts, strict=True)) | {"state": str(state)}
    for state, *facts in product(State, *[(True, False)] * len(FACTS))
]
RULES = ("standing", "held_reason", "state_allows_sending")


def macros() -> Any:
    """The generated macros, rendered as dbt renders them for columns of these names."""
    text = (ROOT / "dbt_project/macros/generated/standing.sql").read_text()
    package: dict[str, Any] = {}
    module: Any = jinja2.Template(text).make_module({"meta_conversions": package})
    package |= {name: getattr(module, name) for name in RULES}
    return module


def combinations() -> str:
    """A relation of every combination, which every engine reads."""
    booleans = " ".join(f"cross join (values (true), (false)) as of_{fact} ({fact})" for fact in FACTS)
    states = ", ".join(f"('{state}')" for state in State)
    return f"(select * from (values {states}) as of_state (state) {booleans}) as facts"


def asked(rules: dict[str, str]) -> str:
    rules = {name: f"{text}\n" for name, text in rules.items()}
    return f"select {', '.join(FACTS)}, state, {', '.join(rules.values())} from {combinations()}"


def answers(rows: list[tuple[Any, ...]]) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    key = len(FACTS) + 1
    return {row[:key]: row[key:] for row in rows}


@pytest.fixture(scope="module")
def decided() -> dict[tuple[Any, ...], tuple[Any, ...]]:
    """By the named queries on DuckDB: (standing, held_reason, state_allows_sending) of every combination."""
    return answers(duckdb.sql(asked({name: Queries({})[name] for name in RULES})).fetchall())


def each(decided: dict[tuple[Any, ...], tuple[Any, ...]]) -> list[tuple[dict[str, Any], str, str | None, bool]]:
    return [(dict(zip((*FACTS, "state"), key, strict=True)), *answer) for key, answer in decided.items()]


def test_every_combination_has_one_standing_of_the_list(decided: dict[tuple[Any, ...], tuple[Any, ...]]) -> None:
    assert len(decided) == len(State) * 2 ** len(FACTS)
    assert {standing for standing, _, _ in decided.values()} == set(Standing)
    assert {reason for _, reason, _ in decided.values() if reason} == set(HeldReason)


def test_postgresql_decides_the_same(decided: dict[tuple[Any, ...], tuple[Any, ...]], postgres: str) -> None:
    with psycopg.connect(postgres) as connection:
        rows = connection.execute(asked({name: Queries({})[name] for name in RULES}).encode()).fetchall()
    assert answers(rows) == decided


def test_dbt_decides_the_same_by_the_macro(decided: dict[tuple[Any, ...], tuple[Any, ...]]) -> None:
    module = macros()
    rendered = {name: str(getattr(module, name)()) for name in RULES}
    assert answers(duckdb.sql(asked(rendered)).fetchall()) == decided


def test_what_was_late_when_its_source_was_first_known_could_never_be_sent_in_every_engine_and_in_dbt(
    postgres: str,
) -> None:
    hours = {"late": (1, 2), "at_that_moment": (2, 2), "in_time": (3, 2), "of_no_known_source": (3, "null")}
    moments = ", ".join(f"('{name}', {deadline}, {seen})" for name, (deadline, seen) in hours.items())
    rows = f"from (values {moments}) as moments (name, deadline_at, first_seen_at) where "
    with psycopg.connect(postgres) as connection:
        found = connection.execute(f"select name {rows}{Queries({})['is_before_first_sync']}".encode()).fetchall()
    assert [name for (name,) in found] == ["late", "at_that_moment", "of_no_known_source"]
    assert duckdb.sql(f"select name {rows}{Queries({})['is_before_first_sync']}").fetchall() == found
    assert duckdb.sql(f"select name {rows}{macros().is_before_first_sync()}").fetchall() == found


def test_the_macros_mark_the_same_words_as_lost_and_as_on_their_way() -> None:
    module = macros()
    for name, words in (("is_lost", LOST), ("is_on_its_way", ON_ITS_WAY)):
        sql = getattr(module, name)("standing")
        values = ", ".join(f"('{standing}')" for standing in Standing)
        found = duckdb.sql(f"select standing from (values {values}) as words (standing) where {sql}").fetchall()
        assert {word for (word,) in found} == set(words)


def test_owed_is_exactly_what_the_claim_takes(decided: dict[tuple[Any, ...], tuple[Any, ...]]) -> None:
    for facts, standing, _, state_allows in each(decided):
        claimed = facts["is_ready"] and facts["is_due"] and not facts["is_past_deadline"] and state_allows
        assert (standing == Standing.OWED) == bool(claimed)


def test_an_unconfirmed_one_is_held_exactly_if_there_is_a_reason(
    decided: dict[tuple[Any, ...], tuple[Any, ...]],
) -> None:
    for facts, standing, reason, _ in each(decided):
        if facts["state"] == State.UNCONFIRMED:
            assert (standing == Standing.HELD) == (reason is not None)
        else:
            assert standing != Standing.HELD


def test_what_meta_has_or_may_have_is_never_lost_and_never_sent_against_the_rule(
    decided: dict[tuple[Any, ...], tuple[Any, ...]],
) -> None:
    for facts, standing, _, state_allows in each(decided):
        if facts["state"] in (State.ACCEPTED, State.IN_FLIGHT):
            assert standing == facts["state"]
            assert not state_allows
        if facts["state"] == State.UNCONFIRMED:
            assert standing not in LOST
            assert standing == Standing.HELD or facts["may_resend"]


def test_every_word_has_its_sentence_and_the_seed_tells_the_same() -> None:
    with (ROOT / "dbt_project/seeds/reconciliation/reconciliation_reasons.csv").open() as seed:
        told = {(row["stage"], row["reason"]): row["meaning"] for row in csv.DictReader(seed)}
    words: list[Standing | State | HeldReason] = [*Standing, *State, *HeldReason]
    assert [word for word in words if not word.meaning.endswith(".")] == []
    assert {standing: told[standing, ""] for standing in Standing} == {one: one.meaning for one in Standing}
    assert {reason: told["held", reason] for reason in HeldReason} == {one: one.meaning for one in HeldReason}
    assert {"accepted", "held", "expired", "lost", "covered_by_pixel", "owed", "in_flight"} <= FIGURES.keys()


def test_what_dbt_holds_of_the_rules_is_as_they_are_and_a_difference_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made = runpy.run_path(str(ROOT / "dbt_project/scripts/make_generated.py"))
    assert made["main"](["--check"]) == 0
    changed = tmp_path / "dbt_project" / "macros" / "spans.sql"
    monkeypatch.setitem(made["main"].__globals__, "PROJECT", tmp_path / "dbt_project")
    monkeypatch.setitem(made["main"].__globals__, "generated", lambda: {changed: "as it must be"})
    assert made["main"](["--check"]) == 1
    assert "macros/spans.sql" in capsys.readouterr().err
    changed.parent.parent.mkdir()
    assert made["main"]([]) == 0
    assert changed.read_text() == "as it must be"


def test_no_other_query_decides_where_a_conversion_stands() -> None:
    """The rule's own words are given by the rule alone; what others may do is to name them."""
    rule = ROOT / "connector/ledger/sql/standing.sql"
    others = [
        *(file for room in ("ledger", "insight") for file in (ROOT / "connector" / room / "sql").glob("*.sql")),
        *(ROOT / "dbt_project/models").rglob("*.sql"),
    ]
    given = re.compile(
        r"then '(expired|covered_by_pixel|before_first_sync|held|not_built|before_start)'|<= (\w+\.)?first_seen_at"
    )
    assert [file.name for file in others if file != rule and given.search(file.read_text())] == []
    assert not re.search(r"interval '(47|167|90)\b", "".join(file.read_text() for file in others))
