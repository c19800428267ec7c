"""Glue between the connector and Airflow: the only room that imports airflow."""
