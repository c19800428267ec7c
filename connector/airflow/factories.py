"""The two DAGs as calls: `sync_dag()` and `reconcile_dag()` in a DAG file, each as often as there are shops.

Every argument has a default, most of them from section `[connector]` of Airflow's configuration (`deployment`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from airflow.sdk import DAG, AssetOrTimeSchedule, CronTriggerTimetable, TriggerRule, dag

from connector.airflow.assets import CONVERSIONS, Assets
from connector.airflow.dbt import may_be_secret
from connector.airflow.dbt_models import dbt_build
from connector.airflow.deployment import DbtProject, Deployment, Notifier
from connector.airflow.docs import RECONCILE_DOC, SYNC_DOC
from connector.airflow.operators import verb
from connector.airflow.params import SYNC_PARAMS
from connector.airflow.tasks import Tasks
from connector.errors import ConfigurationError, did_you_mean
from connector.settings import Settings

if TYPE_CHECKING:
    from airflow.sdk import Asset

QUARTERS, MORNINGS = "*/15 * * * *", "0 6 * * *"
EVENTS = "+fqn:meta_conversions.marts.conversion_events"
RECONCILIATION = "tag:meta_conversions_reconciliation tag:meta_conversions_coverage"

Hook = Callable[[], Any]
"""Called inside the DAG, it gives a task, a group or what a function under @task gives; or a list of those."""


class Shop(TypedDict, total=False):
    """What both DAGs of a pair have in common, and must be told alike.

    `assets`: what the pair waits for and announces. A second pair needs its own: `Assets.of("shop_b")`.
    `dbt`: the dbt project, its profile and its vars.
    `meta_conn_id`, `warehouse_conn_id`: the Airflow Connections.
    `dataset_id`: where conversions go that name none; wins over the connection's.
    `settings`: other settings of the connector by name, for example `ledger_schema`; never a secret.
    `notifier`: who is told of failures, refused conversions and alarms: a notifier, its import path, or several.
    `pool`, `retries`, `default_args`: of every task; `default_args` win over what the factory gives all of them.
    `tags`: of the DAG.
    `before_build`: tasks that the dbt build waits for. One that fails stops a sync; a reconciliation ends red.
    `also_build`: more of your project that the dbt build takes with it, in dbt's selection syntax.
    """

    assets: Assets
    dbt: DbtProject
    meta_conn_id: str
    warehouse_conn_id: str
    dataset_id: str
    settings: Mapping[str, str | int | bool]
    notifier: Notifier | Sequence[Notifier]
    pool: str
    retries: int
    default_args: Mapping[str, Any]
    tags: Sequence[str]
    before_build: Sequence[Hook]
    also_build: str


def sync_dag(
    dag_id: str = "conversions_sync",
    *,
    schedule: Any = QUARTERS,
    senders: int | None = None,
    after_sync: Sequence[Hook] = (),
    **shop: Unpack[Shop],
) -> DAG:
    """Model the conversions, send what is owed, prove where each one went.

    `schedule`: a cron expression in UTC, beside which the asset `raw` starts it too; or None, a timetable or assets, as
    Airflow takes them, and nothing beside. `senders`: how many share the work, unless a run's own parameter says so.
    `after_sync`: tasks that follow a sync which proved itself. The rest: `Shop`. Raises ConfigurationError.
    """
    assets = shop.get("assets", CONVERSIONS)
    deployment = _deployment(shop, senders=senders)
    tasks = Tasks(deployment=deployment)

    @dag(
        dag_id=dag_id,
        schedule=_schedule(schedule, assets.raw),
        dagrun_timeout=timedelta(hours=3),
        doc_md=SYNC_DOC.format(raw=assets.raw.name, ledger=assets.ledger.name),
        params=SYNC_PARAMS,
        **_common(tasks, shop),
    )
    def wiring() -> None:
        ledger = verb(tasks.prepare_ledger)()
        conversions = dbt_build("build_conversions", select=_selection(EVENTS, shop), deployment=deployment)
        shards = verb(tasks.plan, multiple_outputs=False)()
        sent = verb(tasks.sync, multiple_outputs=False, execution_timeout=timedelta(hours=2)).expand(shard=shards)
        # After a failed sync too, for that has changed the ledger; not after a failed plan or a dry run.
        after = TriggerRule.ALL_DONE_MIN_ONE_SUCCESS
        noted = verb(tasks.note_ledger, outlets=[assets.ledger], trigger_rule=after)()
        proof = verb(tasks.prove_runs, task_id="prove", multiple_outputs=False, outlets=[assets.delivered])()

        ledger >> conversions >> shards
        shards >> noted
        sent >> [noted, proof]
        for hook in shop.get("before_build", ()):
            ledger >> hook() >> conversions
        for hook in after_sync:
            proof >> hook()

    return wiring()


def reconcile_dag(
    dag_id: str = "conversions_reconcile",
    *,
    schedule: Any = MORNINGS,
    report_file: str | Path | None = None,
    after_report: Sequence[Hook] = (),
    **shop: Unpack[Shop],
) -> DAG:
    """Pull Meta's figures, build the reconciliation, prove it, write the page.

    `schedule`: a cron expression in UTC, beside which the asset `ledger` starts it too; or None, a timetable or assets,
    as Airflow takes them, and nothing beside. `report_file`: where the page is written. `after_report`: tasks that
    follow the page. The rest: `Shop`. Raises ConfigurationError.
    """
    assets = shop.get("assets", CONVERSIONS)
    deployment = _deployment(shop, report_file=Path(report_file) if report_file else None)
    tasks = Tasks(deployment=deployment)

    @dag(
        dag_id=dag_id,
        schedule=_schedule(schedule, assets.ledger),
        dagrun_timeout=timedelta(hours=2),
        doc_md=RECONCILE_DOC.format(ledger=assets.ledger.name),
        **_common(tasks, shop),
    )
    def wiring() -> None:
        pulled = verb(tasks.pull, multiple_outputs=False)()
        # The warehouse's own figures do not wait for Meta; that Meta could not be asked is still no green run.
        reconciliation = dbt_build(
            "build_reconciliation",
            select=_selection(RECONCILIATION, shop),
            deployment=deployment,
            trigger_rule=TriggerRule.ALL_DONE,
            tells_alarms=True,
        )
        proof = verb(tasks.prove, multiple_outputs=False)()
        # It ends beside the proof, not after it: the last word of a run that lost something must stay red.
        page = verb(tasks.report, trigger_rule=TriggerRule.ALL_DONE)()

        pulled >> [reconciliation, proof]
        reconciliation >> [proof, page]
        for hook in shop.get("before_build", ()):
            before = hook()
            before >> reconciliation
            before >> proof  # the build does not ask whether it went well, and a run in which it failed is not green
        for hook in after_report:
            page >> hook()

    return wiring()


def _schedule(schedule: Any, asset: Asset) -> Any:
    if not isinstance(schedule, str):
        return schedule
    # Unpausing starts nothing by itself: without the last argument, or with False, what was due just now would start.
    clock = CronTriggerTimetable(schedule, timezone="UTC", run_immediately=timedelta(0))
    return AssetOrTimeSchedule(timetable=clock, assets=[asset])


def _common(tasks: Tasks, shop: Shop) -> dict[str, Any]:
    """The arguments of a DAG that both have alike."""
    return {
        "catchup": False,
        "max_active_runs": 1,
        "tags": list(shop.get("tags", ("conversions", "meta"))),
        "on_failure_callback": tasks.tell_timeout,
        "default_args": {
            "owner": "conversions",
            "pool": tasks.deployment.pool,
            "retries": tasks.deployment.retries,
            "retry_delay": timedelta(minutes=1),
            "execution_timeout": timedelta(minutes=30),
            "on_failure_callback": tasks.tell_failure,
            **shop.get("default_args", {}),
        },
    }


def _selection(ours: str, shop: Shop) -> str:
    return f"{ours} {shop.get('also_build', '')}".rstrip()


def _deployment(shop: Shop, **own: Any) -> Deployment:
    """The deployment's configuration, with this pair's arguments over it."""
    unknown = [name for name in shop if name not in Shop.__annotations__]
    if unknown:
        raise ConfigurationError(f"there is no argument {unknown[0]}{did_you_mean(unknown[0], Shop.__annotations__)}.")
    settings = dict(shop.get("settings", {}))
    if dataset_id := shop.get("dataset_id"):
        settings["meta_dataset_id"] = dataset_id
    _check_settings(settings)
    names = ("meta_conn_id", "warehouse_conn_id", "dbt", "notifier", "pool", "retries")
    return Deployment.load(settings=settings, **{name: shop.get(name) for name in names}, **own)


def _check_settings(settings: Mapping[str, Any]) -> None:
    for name in settings:
        if name not in Settings.model_fields:
            raise ConfigurationError(f"there is no setting {name}{did_you_mean(name, Settings.model_fields)}.")
        if may_be_secret(Settings.model_fields[name].annotation):
            raise ConfigurationError(f"the setting {name} is a secret: put it into an Airflow connection.")
