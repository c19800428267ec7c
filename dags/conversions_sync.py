"""### Conversions to Meta

Every quarter of an hour, and whenever the asset `conversions_raw` is updated: model the conversions, send what is owed,
prove where each one went. `conversions_reconcile` follows by itself.

1. `prepare_ledger` makes or migrates the tables that remember what was sent.
   *Failed:* the message names the setting, the connection or the grant that is missing.
2. `build_conversions` is a `dbt build` up to `conversion_events`, with its tests.
   *Failed:* nothing was sent; dbt says in the log which model or test it was.
3. `plan` says what is owed, in events and money, what is too late or not eligible, and divides the work.
   *Failed:* nothing was sent; the message says what to mend.
4. `sync` sends what is owed to Meta and writes the outcomes back, once for each sender.
   *Failed for token, permission or set-up:* mend it as the message says, then clear the task.
   *Failed otherwise:* it tries again by itself; what was accepted is never sent again.
5. `note_ledger` tells `conversions_reconcile` that the ledger has changed: after a failed sync too, not a dry run.
   *Failed:* never by itself.
6. `prove` fails unless every run has proven where its conversions went.
   *Failed:* something is lost or not accounted for. Look at `connector status` before anything is cleared.

A run with nothing to send is green and quick. A missed run needs no backfill: the ledger is the cursor, so the next run
sends what is still owed. For a dry run, a limit, more senders or test events trigger it by hand with its parameters.
A backfill is the same: a dry run with `since` and `until`, then the same without.

Settings come from the connections that `AIRFLOW__CONNECTOR__META_CONN_ID` and `AIRFLOW__CONNECTOR__WAREHOUSE_CONN_ID`
name, the rest from `CONNECTOR_*` variables of the workers.
"""

from datetime import timedelta

from airflow.sdk import AssetOrTimeSchedule, CronTriggerTimetable, TriggerRule, dag, task

from connector.airflow import assets, tasks
from connector.airflow.dbt_models import dbt_build
from connector.airflow.deployment import Deployment
from connector.airflow.notifications import tell_failure
from connector.airflow.params import SYNC_PARAMS

deployment = Deployment.load()
# Unpausing starts nothing by itself: without the last word, or with False, Airflow would if a quarter has just begun.
quarters = CronTriggerTimetable("*/15 * * * *", timezone="UTC", run_immediately=timedelta(0))


@dag(
    schedule=AssetOrTimeSchedule(timetable=quarters, assets=[assets.RAW]),
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=3),
    doc_md=__doc__,
    tags=["conversions", "meta"],
    params=SYNC_PARAMS,
    default_args={
        "owner": "conversions",
        "pool": deployment.pool,
        "retries": deployment.retries,
        "retry_delay": timedelta(minutes=1),
        "execution_timeout": timedelta(minutes=30),
        "on_failure_callback": tell_failure,
    },
)
def conversions_sync() -> None:
    ledger = task(tasks.prepare_ledger)()
    events = "+fqn:meta_conversions.marts.conversion_events"
    conversions = dbt_build("build_conversions", select=events, deployment=deployment)
    shares = task(tasks.plan, multiple_outputs=False)()
    sent = task(tasks.sync, multiple_outputs=False, execution_timeout=timedelta(hours=2)).expand(share=shares)
    # After a failed sync too, for that has changed the ledger; not after a plan that failed or was all that was wanted.
    noted = task(tasks.note_ledger, outlets=[assets.LEDGER], trigger_rule=TriggerRule.ALL_DONE_MIN_ONE_SUCCESS)()
    proof = task(tasks.prove_runs, task_id="prove", multiple_outputs=False, outlets=[assets.DELIVERED])()

    ledger >> conversions >> shares
    shares >> noted
    sent >> [noted, proof]


conversions_sync()
