"""The run: a work folder, a local Meta, an Airflow, two syncs and the reconciliation."""
