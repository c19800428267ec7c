"""Glue between the connector and Airflow: the only room that imports airflow.

deployment   what an Airflow deployment may set in its own configuration
dbt          a dbt build as one task
dbt_models   the same as a group, with a task for each model
steps        the connector's verbs as task functions
"""
