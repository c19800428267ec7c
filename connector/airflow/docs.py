"""What stands beside each DAG in Airflow (doc_md): what its tasks do, and what to do when one fails."""

from __future__ import annotations

SYNC_DOC = """### Conversions to Meta

On its schedule, and whenever the asset `{raw}` is updated: model the conversions, send what is owed, prove where each
one went. The reconciliation follows by itself.

**No backfill is needed** after an outage: the ledger is the cursor, so the next run sends whatever is still owed. Leave
Airflow's own *Backfill* alone: its dates mean nothing here, and each of its runs only does what the next run does.
To send an older period, trigger this DAG with the parameters `since` and `until`: first as a dry run, then for real.

1. `prepare_ledger` makes or migrates the tables that remember what was sent.
   *Failed:* the message names the setting, the connection or the grant that is missing.
2. `build_conversions` is a `dbt build` up to `conversion_events`, with its tests.
   *Failed:* nothing was sent; dbt says in the log which model or test it was.
3. `plan` says what is owed, in events and money, what is too late or not eligible, and divides the work.
   *Failed:* nothing was sent; the message says what to fix.
4. `sync` sends what is owed to Meta and writes the outcomes back, once for each sender.
   *Failed for token, permission or configuration:* do what the message says, then clear the task.
   *Failed otherwise:* it tries again by itself; what was accepted is never sent again.
5. `note_ledger` tells the reconciliation (asset `{ledger}`) that the ledger has changed: after a failed sync too, not
   after a dry run.
   *Failed:* never by itself.
6. `prove` fails unless every run has proven where its conversions went.
   *Failed:* something is lost or not accounted for. Look at `connector status` before anything is cleared.

A run with nothing to send is green and quick. For a dry run, a limit, more senders or test events trigger it by hand,
with its parameters.

Settings come from the DAG's arguments, then from its Airflow connections, the rest from `CONNECTOR_*` variables of the
workers.
"""

RECONCILE_DOC = """### What Meta was told of our sales

After each sync (asset `{ledger}`) and on its schedule: ask Meta for its own figures, build the reconciliation, prove
it, and draw the page.

Leave Airflow's own *Backfill* alone: each run reconciles all days that may still change, whatever its date.

1. `pull` reads what Meta received, its match quality and what it attributed to ads. What the token may not read is a
   warning in the log that says which permission is missing; everything else is read.
   *Failed:* the message says which figure and why. The reconciliation is built without it.
2. `build_reconciliation` is a `dbt build` of the marts over the ledger, with their tests and alarms.
   *Failed:* dbt says in the log which model, test or alarm it was, and after it stands each alarm with what to do.
3. `prove` fails unless every run has proven itself and every unit of money has a reason.
   *Failed:* something is lost or not accounted for. Look at `connector report` before anything is cleared.
4. `report` writes the page that stands in the navigation as Conversions, also where the build or the proof failed: then
   it is needed most. Skipped where no `report_file` is named.
   *Failed:* the message says which file cannot be written, or what is missing; the last page stays where it is.
"""
