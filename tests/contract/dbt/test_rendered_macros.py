"""What macros write and refuse, rendered without dbt."""

from __future__ import annotations

from datetime import date
from typing import Any

import duckdb
import pytest

from tests.support.rendered_macros import CompilerError, RenderedMacros

DEFAULTS = RenderedMacros("duckdb").variables
BLANKS = ["", " ", "\t", "\r\n", "\v", "\f", "\u00a0", "\u200b", "\ufeff", " \u00a0\t"]
INSIDE = ["", "x", "1001", "a b", "~", "!", "\u00e9", "\u4eac", "a\u00a0b", "\U0001f600", "\x7f"]


def test_a_text_loses_what_stands_around_it_however_its_first_and_last_signs_look() -> None:
    macros = RenderedMacros("duckdb")
    texts = [before + inside + behind for before in BLANKS for inside in INSIDE for behind in BLANKS]
    sql = f"select {macros.bare('given')}, {macros.default__bare('given')} from (select unnest(?) as given)"
    assert len(texts) > 1000
    for text, (bare, expected) in zip(texts, duckdb.execute(sql, [texts]).fetchall(), strict=True):
        assert bare == expected == text.strip("".join(BLANKS)), repr(text)


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("consent_required_for", "website", "is a list: write [website], not website."),
        ("consent_required_for", ["Website"], "names Website, so that nothing would be asked for consent there"),
        ("paid_statuses", "paid", "is a list: write [paid], not paid."),
        ("absent_kinds", {"orders": True}, "is a list"),
        ("tables", "orders", "is a mapping"),
        ("consent_words", {"granted": "einwilligung"}, "granted is a list: write [einwilligung], not einwilligung."),
        ("consent_words", {"given": ["einwilligung"]}, "not for given."),
    ],
)
def test_a_var_of_another_kind_than_its_default_is_refused_by_its_name(name: str, value: Any, told: str) -> None:
    with pytest.raises(CompilerError) as refused:
        RenderedMacros("duckdb", **{f"meta_conversions_{name}": value}).check_kinds_of_vars(DEFAULTS)
    assert str(refused.value).startswith(f"meta_conversions_{name}")
    assert told in str(refused.value)


@pytest.mark.parametrize("value", [None, [], ["website", "app"]])
def test_a_list_an_empty_one_and_none_are_fine(value: list[str] | None) -> None:
    RenderedMacros("duckdb", meta_conversions_consent_required_for=value).check_kinds_of_vars(DEFAULTS)


def test_a_day_without_quotes_is_told_like_its_text() -> None:
    def told(start: Any) -> str:
        variables = {"meta_conversions_start_at": start, "meta_conversions_source_starts": {"stores": start}}
        found: str = RenderedMacros("duckdb", **variables).rules()
        return found

    assert told(date(2026, 11, 1)) == told("2026-11-01")


def test_a_status_of_the_list_is_paid_in_whatever_case_and_spelled_with_whatever_signs() -> None:
    macros = RenderedMacros("duckdb", meta_conversions_paid_statuses=["Paid", "shipped 'n' done", 2])
    given = "select unnest(['paid ', 'PAID', 'Shipped ''n'' done', '2', '', 'open']) as given"
    asked = f"select {macros.is_paid('given')} from ({given})"
    assert [paid for (paid,) in duckdb.execute(asked).fetchall()] == [True, True, True, True, False, False]


def test_a_materialization_for_all_packages_is_refused_where_rows_would_be_lost() -> None:
    macros = RenderedMacros("duckdb")
    with pytest.raises(
        CompilerError, match=r"conversions .* says table\. .*models: shop_models: \+materialized: table"
    ):
        macros.refuse_another_materialization("conversions", {"materialized": "table", "meta": {"made_for": "changes"}})
    macros.refuse_another_materialization("alarms", {"materialized": "view", "meta": {}})


@pytest.mark.parametrize(("lookback", "days"), [(90, 89), (400, 89), (30, 29)])
def test_no_day_is_reconciled_that_a_build_does_not_look_at(lookback: int, days: int) -> None:
    macros = RenderedMacros(
        "duckdb", meta_conversions_lookback_days=lookback, meta_conversions_reconciled_at="2026-11-29 00:00:00"
    )
    [(first,)] = duckdb.execute(f"select {macros.reconciled_from()}").fetchall()
    assert (date(2026, 11, 29) - first).days == days
