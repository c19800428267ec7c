"""The page of a first day: a sandbox, stages of leads, several datasets, orders that nobody paid."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from connector import app
from connector.insight.report_data import Table
from connector.report.drawing import draw, write
from tests.browser.conftest import NOW, settings_of
from tests.browser.watched import Watched

Open = Callable[..., Watched]


def with_rows(table: Table, *rows: dict[str, Any]) -> Table:
    return replace(table, rows=[*table.rows, *(tuple(row.get(name) for name in table.columns) for row in rows)])


@pytest.fixture(scope="module")
def first_day(warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a shop whose first sync, to a sandbox, was yesterday; with stages of leads, and two datasets."""
    data = app.report_data(settings_of(warehouse), days=30)
    tables = dict(data.tables)
    tables["first_sync"] = replace(tables["first_sync"], rows=[(NOW - timedelta(days=1),)])
    stage = {"event_name": "AddToCart", "source_system": "crm", "id": "L-1:AddToCart", "stage": "accepted"}
    tables["rows"] = with_rows(tables["rows"], stage | {"currency": "EUR", "happened_at": NOW, "value": 1})
    score = {"event_name": "AddToCart", "measure": "composite_score", "channel": "web", "pulled_at": NOW}
    tables["meta"] = with_rows(tables["meta"], score | {"dataset_id": "222", "number": 8})
    leads = {"offer": "conversion_leads", "requirement": "conversion_rate", "what_to_do": "Another."}
    tables["readiness"] = with_rows(
        tables["readiness"],
        leads | {"event_name": "new", "figure": 100, "qualifies": False},
        leads | {"event_name": "won", "figure": 7, "qualifies": True},
        leads | {"event_name": "new", "requirement": "days_to_stage", "figure": 0, "qualifies": True},
        {"offer": "event_coverage", "event_name": "Purchase", "figure": 34.1, "qualifies": False, "what_to_do": "Ask."},
    )
    state = replace(data.state, caution="A sandbox stands for Meta: <here>.")
    file = tmp_path_factory.mktemp("first") / "day.html"
    write(draw(replace(data, state=state, tables=tables)), file)
    return file


def test_event_coverage_is_not_judged_before_metas_days_all_lie_after_the_first_sync(
    first_day: Path, report: Path, opened: Open
) -> None:
    page, from_then = opened(first_day), f"{NOW + timedelta(days=6):%-d %b} on"
    assert f"goal 75 %, to be judged from {from_then}" in page.words("#meta")
    assert f"Look again from {from_then}." in page.words("#readiness")
    assert "Ask." not in page.words("#readiness")
    assert f"Event coverage is judged from {from_then}." in page.words("#glance")
    assert "Also event coverage" not in page.words("#glance")
    assert "Also event coverage" in opened(report).words("#glance"), "later it is"


def test_where_one_stage_of_leads_fits_the_others_are_not_missing(first_day: Path, opened: Open) -> None:
    page = opened(first_day)
    assert "✓ Ready: Conversion leads." in page.words("#readiness")
    assert "Conversion leads: optimize for “won”; “new” would not fit." in page.words("#readiness")
    assert "Another." not in page.words("#readiness")


def test_a_stage_of_leads_is_named_as_one_where_it_is_chosen(first_day: Path, opened: Open) -> None:
    page = opened(first_day, part="#event=AddToCart")
    assert page.page.locator("#event option").all_text_contents()[1:] == ["AddToCart (lead stage)", "Lead"]
    assert "EUR value of lead stage “AddToCart” since" in page.words("#headline-words")


def test_a_sandbox_that_stands_for_meta_is_named_first_and_beside_what_it_made_up(
    first_day: Path, report: Path, opened: Open
) -> None:
    page = opened(first_day)
    assert page.words("#state .caution") == "A sandbox stands for Meta: <here>."
    for part in ("#meta", "#campaigns"):
        assert "Made up: a sandbox stands for Meta here." in page.words(part)
    assert "Made up" not in opened(report).words("main")


def test_of_several_datasets_each_has_metas_figures_of_its_own(first_day: Path, opened: Open) -> None:
    page = opened(first_day)
    rows = dict(row.split("\t", 2)[:2] for row in page.page.locator("#meta .body > .tabled tr").all_inner_texts())
    assert rows["AddToCart (dataset 111)"].startswith("4.4")
    assert rows["AddToCart (dataset 222)"].startswith("8.0")
    page.choose("dataset", "222")
    assert "AddToCart\t8.0" in page.words("#meta")


def test_where_all_orders_are_unpaid_it_says_so_instead_of_a_share_of_nothing(
    warehouse: Path, opened: Open, tmp_path: Path
) -> None:
    data = app.report_data(settings_of(warehouse), days=30)
    cells = replace(data.tables["waterfall"], rows=[])
    order = {"day": (NOW - timedelta(days=1)).date(), "event_name": "Purchase", "currency": "EUR", "is_beside": False}
    stages = ({"stage": "warehouse_revenue"}, {"stage": "not_eligible", "reason": "not_paid"})
    held = with_rows(cells, *(order | stage | {"events": 2, "value": 30} for stage in stages))
    write(draw(replace(data, tables={**data.tables, "waterfall": held})), tmp_path / "unpaid.html")
    page = opened(tmp_path / "unpaid.html")
    assert page.words("#headline-words") == "Nothing was paid: 2 orders, unpaid or a test."
