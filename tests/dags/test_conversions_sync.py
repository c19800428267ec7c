"""The order of `conversions_sync`, and what a failed task means for the others."""

from __future__ import annotations

from typing import Any


def test_conversions_are_built_before_the_sync_and_money_is_proven_last(conversions_sync: Any) -> None:
    downstream = {task.task_id: task.downstream_task_ids for task in conversions_sync.tasks}
    assert downstream == {
        "prepare_ledger": {"build_conversions"},
        "build_conversions": {"sync", "build_reconciliation"},
        "sync": {"build_reconciliation", "prove"},
        "build_reconciliation": {"prove"},
        "prove": set(),
    }


def test_a_failed_sync_is_still_reconciled_but_can_never_end_green(conversions_sync: Any) -> None:
    rules = {task.task_id: task.trigger_rule.value for task in conversions_sync.tasks}
    assert rules.pop("build_reconciliation") == "all_done_min_one_success"
    assert set(rules.values()) == {"all_success"}
    assert [task.task_id for task in conversions_sync.leaves] == ["prove"]
    assert "sync" in conversions_sync.get_task("prove").upstream_task_ids


def test_each_dbt_build_takes_its_half_of_the_project(conversions_sync: Any) -> None:
    selected = {task.task_id: task.select for task in conversions_sync.tasks if hasattr(task, "select")}
    assert selected == {"build_conversions": "+conversion_events", "build_reconciliation": "tag:reconciliation"}


def test_only_figures_go_through_xcom(conversions_sync: Any) -> None:
    """The answers of `sync` and `prove` are counts and money, in one piece; dbt's tasks say nothing."""
    pushing = {task.task_id for task in conversions_sync.tasks if task.do_xcom_push}
    assert pushing == {"prepare_ledger", "sync", "prove"}
    assert not any(getattr(task, "multiple_outputs", False) for task in conversions_sync.tasks)
