"""What Meta was told of our sales, after each sync and every morning."""

from connector.airflow import reconcile_dag

reconcile_dag()  # its arguments: docs/airflow.md
