"""Conversions to Meta, every quarter of an hour and after each load of the raw tables."""

from connector.airflow import sync_dag

sync_dag()  # its arguments, for other times, a dbt project of your own or a second shop: docs/airflow.md
