"""### Conversions to Meta

Every quarter of an hour: model the conversions, send what is owed, reconcile, prove.

1. `prepare_ledger` makes or migrates the tables that remember what was sent.
   *Failed:* the message names the setting or the grant that is missing.
2. `build_conversions` is a `dbt build` up to `conversion_events`, with its tests.
   *Failed:* nothing was sent; dbt says in the log which model or test it was.
3. `sync` sends what is owed to Meta and writes the outcomes back.
   *Failed for token, permission or set-up:* mend it as the message says, then clear the task.
   *Failed otherwise:* it tries again by itself; what was accepted is never sent again.
4. `build_reconciliation` is a `dbt build` of the marts over the ledger; it also runs after a failed sync.
   *Failed:* dbt says in the log which model or test it was.
5. `prove` fails unless every unit of money has a reason.
   *Failed:* something is lost or not accounted for. Look at `connector status` before anything is cleared.

A run with nothing to send is green and quick. A missed run needs no backfill: the ledger is the cursor, so the next run
sends what is still owed.

Settings are `CONNECTOR_*` environment variables of the workers. `AIRFLOW__CONNECTOR__POOL` names the pool that all
tasks run in (make one of a single slot where other DAGs write to the same DuckDB file), `AIRFLOW__CONNECTOR__RETRIES`
the number of retries, `AIRFLOW__CONNECTOR__DBT_PROJECT_DIR` another dbt project.
"""

from datetime import timedelta

from airflow.sdk import TriggerRule, dag, task

from connector.airflow import steps
from connector.airflow.dbt import DbtBuild
from connector.airflow.deployment import Deployment

deployment = Deployment.load()


@dag(
    schedule="*/15 * * * *",
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=3),
    doc_md=__doc__,
    tags=["conversions", "meta"],
    default_args={
        "owner": "conversions",
        "pool": deployment.pool,
        "retries": deployment.retries,
        "retry_delay": timedelta(minutes=1),
        "execution_timeout": timedelta(minutes=30),
    },
)
def conversions_sync() -> None:
    ledger = task(steps.prepare_ledger)()
    conversions = DbtBuild(task_id="build_conversions", select="+conversion_events", deployment=deployment)
    sent = task(steps.sync, multiple_outputs=False, execution_timeout=timedelta(hours=2))()
    # After a failed sync people look at the figures first; without fresh conversions there is nothing to reconcile.
    reconciliation = DbtBuild(
        task_id="build_reconciliation",
        select="tag:reconciliation",
        deployment=deployment,
        trigger_rule=TriggerRule.ALL_DONE_MIN_ONE_SUCCESS,
    )
    proof = task(steps.prove, multiple_outputs=False)()

    ledger >> conversions >> sent >> reconciliation >> proof
    conversions >> reconciliation
    sent >> proof


conversions_sync()
