"""### Where the money went

After each sync (asset `conversions_ledger`) and every morning: ask Meta for its own figures, build the reconciliation,
prove it, and draw the page.

1. `pull` reads what Meta received, its match quality and what it attributed to ads. What the token may not read is a
   warning in the log that says which permission is missing; everything else is read.
   *Failed:* the message says which figure and why. The reconciliation is built without it.
2. `build_reconciliation` is a `dbt build` of the marts over the ledger, with their tests and alarms.
   *Failed:* dbt says in the log which model, test or alarm it was, and after it stands each alarm with what to do.
3. `prove` fails unless every run has proven itself and every unit of money has a reason.
   *Failed:* something is lost or not accounted for. Look at `connector report` before anything is cleared.
4. `report` writes the page that stands in the navigation as Conversions, also where the build or the proof failed: then
   it is needed most. Skipped where the deployment names no `report_file`.
   *Failed:* the message says which file cannot be written, or what is missing; the last page stays where it is.
"""

from datetime import timedelta

from airflow.sdk import AssetOrTimeSchedule, CronTriggerTimetable, TriggerRule, dag, task

from connector.airflow import assets, tasks
from connector.airflow.dbt_models import dbt_build
from connector.airflow.deployment import Deployment
from connector.airflow.notifications import tell_failure

deployment = Deployment.load()
# Not before a first sync: with False, Airflow would start one until 8:24, the first tenth of the day.
mornings = CronTriggerTimetable("0 6 * * *", timezone="UTC", run_immediately=timedelta(0))


@dag(
    schedule=AssetOrTimeSchedule(timetable=mornings, assets=[assets.LEDGER]),
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=2),
    doc_md=__doc__,
    tags=["conversions", "meta"],
    default_args={
        "owner": "conversions",
        "pool": deployment.pool,
        "retries": deployment.retries,
        "retry_delay": timedelta(minutes=1),
        "execution_timeout": timedelta(minutes=30),
        "on_failure_callback": tell_failure,
    },
)
def conversions_reconcile() -> None:
    pulled = task(tasks.pull, multiple_outputs=False)()
    # The warehouse's own figures do not wait for Meta; that Meta could not be asked is still no green run.
    reconciliation = dbt_build(
        "build_reconciliation",
        select="package:meta_conversions,tag:reconciliation package:meta_conversions,tag:coverage",
        deployment=deployment,
        trigger_rule=TriggerRule.ALL_DONE,
        tells_alarms=True,
    )
    proof = task(tasks.prove, multiple_outputs=False)()

    # It ends beside the proof, not after it: the last word of a run that lost something must stay red.
    page = task(tasks.report, trigger_rule=TriggerRule.ALL_DONE)()

    pulled >> [reconciliation, proof]
    reconciliation >> [proof, page]


conversions_reconcile()
