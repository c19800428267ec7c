"""A dbt build in a DAG: one task, or a group with a task for each model where the deployment names a manifest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk import TriggerRule

from connector.airflow.dbt import DbtBuild, profile_of

if TYPE_CHECKING:
    from cosmos import DbtTaskGroup

    from connector.airflow.deployment import Deployment


ALARMS = "package:meta_conversions,alarms"


def dbt_build(
    name: str,
    *,
    select: str,
    deployment: Deployment,
    trigger_rule: TriggerRule = TriggerRule.ALL_SUCCESS,
    tells_alarms: bool = False,
) -> DbtBuild | DbtTaskGroup:
    """The build of a selection under that name. `trigger_rule` says when it may begin; `tells_alarms`: see DbtBuild."""
    project = deployment.dbt
    if project.manifest is None:
        return DbtBuild(
            task_id=name, select=select, deployment=deployment, trigger_rule=trigger_rule, tells_alarms=tells_alarms
        )
    from cosmos import DbtTaskGroup, ExecutionConfig, ProjectConfig, RenderConfig
    from cosmos.constants import DbtResourceType, LoadMode, TestBehavior

    def as_task(*, task_id: str, node: Any, dag: Any, task_group: Any, **_: object) -> DbtBuild:
        # with the task of a test Cosmos hands over some other node; the test's name is in the task's
        is_test = task_id.endswith("_test")
        one = task_id.removesuffix("_test") if is_test else f"package:{node.package_name},{node.name}"
        return DbtBuild(
            task_id=task_id,
            select=one,
            deployment=deployment,
            is_part=True,
            tells_alarms=tells_alarms and one == ALARMS,
            dag=dag,
            task_group=task_group,
        )

    kinds = (DbtResourceType.MODEL, DbtResourceType.SEED, DbtResourceType.TEST)
    group = DbtTaskGroup(
        group_id=name,
        project_config=ProjectConfig(manifest_path=project.manifest, project_name="meta_conversions"),
        profile_config=profile_of(project),
        execution_config=ExecutionConfig(dbt_project_path=project.path),
        render_config=RenderConfig(
            load_method=LoadMode.DBT_MANIFEST,
            select=select.split(),
            test_behavior=TestBehavior.BUILD,  # a model's tests run with it
            should_detach_multiple_parents_tests=True,  # those of several models have a task of their own
            emit_datasets=False,
            node_converters=dict.fromkeys(kinds, as_task),
        ),
    )
    for root in group.get_roots():
        root.trigger_rule = trigger_rule
    return group
