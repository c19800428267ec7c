"""The order of `conversions_sync`, what starts it, and what a failed task means for the others."""

from __future__ import annotations

from typing import Any


def test_conversions_are_built_before_the_plan_and_the_runs_are_proven_last(conversions_sync: Any) -> None:
    downstream = {task.task_id: task.downstream_task_ids for task in conversions_sync.tasks}
    assert downstream == {
        "prepare_ledger": {"build_conversions"},
        "build_conversions": {"plan"},
        "plan": {"sync", "note_ledger"},
        "sync": {"note_ledger", "prove"},
        "note_ledger": set(),
        "prove": set(),
    }


def test_a_failed_sync_is_still_reconciled_but_can_never_end_green(conversions_sync: Any) -> None:
    rules = {task.task_id: task.trigger_rule.value for task in conversions_sync.tasks}
    assert rules.pop("note_ledger") == "all_done_min_one_success"
    assert set(rules.values()) == {"all_success"}
    assert {task.task_id for task in conversions_sync.leaves} == {"note_ledger", "prove"}


def test_a_load_of_the_raw_tables_starts_it_and_so_does_the_clock(conversions_sync: Any) -> None:
    assert [asset.name for asset in conversions_sync.timetable.asset_condition.objects] == ["conversions_raw"]
    assert conversions_sync.timetable.timetable.expression == "*/15 * * * *"


def test_those_downstream_hear_only_of_what_was_proven(conversions_sync: Any) -> None:
    outlets = {task.task_id: [asset.name for asset in task.outlets] for task in conversions_sync.tasks if task.outlets}
    assert outlets == {"note_ledger": ["conversions_ledger"], "prove": ["conversions_delivered"]}


def test_the_work_is_shared_by_mapped_senders_that_get_figures_only(conversions_sync: Any) -> None:
    assert conversions_sync.get_task("sync").is_mapped
    assert not any(getattr(task, "multiple_outputs", False) for task in conversions_sync.tasks)


def test_its_parameters_are_typed_and_harmless_by_default(conversions_sync: Any) -> None:
    names = ("limit", "since", "until", "senders", "test_event_code")
    assert dict(conversions_sync.params) == {"dry_run": False} | dict.fromkeys(names)
    assert all("type" in conversions_sync.params.get_param(name).schema for name in conversions_sync.params)


def test_the_reconciliation_follows_the_ledger_and_proves_the_money_last(conversions_reconcile: Any) -> None:
    watched = [asset.name for asset in conversions_reconcile.timetable.asset_condition.objects]
    assert watched == ["conversions_ledger"]
    assert {task.task_id for task in conversions_reconcile.leaves} == {"prove", "report"}
    assert conversions_reconcile.get_task("report").upstream_task_ids == {"build_reconciliation"}
    assert conversions_reconcile.get_task("report").trigger_rule == "all_done"


def test_each_dbt_build_takes_its_half_of_the_project(conversions_sync: Any, conversions_reconcile: Any) -> None:
    assert conversions_sync.get_task("build_conversions").select == "+fqn:meta_conversions.marts.conversion_events"
    tagged = "tag:meta_conversions_reconciliation tag:meta_conversions_coverage"
    assert conversions_reconcile.get_task("build_reconciliation").select == tagged
