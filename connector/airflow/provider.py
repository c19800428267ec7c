"""What Airflow is told of this package when it looks for providers: a connection type and the options."""

from __future__ import annotations

from typing import Any

from connector import __version__

CONNECTION_TYPE = "meta_conversions"


def get_provider_info() -> dict[str, Any]:
    """The entry point `apache_airflow_provider`. The names of the fields are those of `connections.META_FIELDS`."""
    return {
        "package-name": "conversions-connector",
        "name": "Meta Conversions API",
        "description": "Carries conversions from the warehouse to Meta's Conversions API, and proves what arrived.",
        "versions": [__version__],
        "connection-types": [
            {
                "connection-type": CONNECTION_TYPE,
                "hook-class-name": "connector.airflow.hook.MetaConversionsHook",
                "hook-name": "Meta Conversions API",
                "ui-field-behaviour": {
                    # Airflow 3.3 refuses to test a connection that has no port: its list sends 0 for none
                    "hidden-fields": ["schema", "extra"],
                    "relabeling": {
                        "login": "Dataset (pixel) id",
                        "password": "Access token",
                        "host": "Address of the API",
                    },
                    "placeholders": {
                        "login": "for conversions that name no dataset",
                        "password": "Events Manager: dataset, Settings, Conversions API, Generate access token",
                        "host": "empty for Meta; http://127.0.0.1:8765 for connector sandbox",
                        "port": "443, which Airflow's Test button asks for; of the address, where it names none",
                    },
                },
                "conn-fields": {
                    "read_token": _secret("Read token", "reads Meta's figures back; empty: the access token"),
                    "app_secret": _secret("App secret", "signs each request, where the app asks for a proof"),
                    "ad_account_id": _text("Ad account id", "whose Insights are read back; with or without act_"),
                    "ad_account_timezone": _text("Ad account time zone", "whose days Insights come by: Europe/Berlin"),
                    "ad_account_currency": _text("Ad account currency", "what Insights come in: EUR"),
                    "api_version": _text("Graph API version", "empty: the version that this package was made for"),
                },
            }
        ],
        "config": {
            "connector": {
                "description": "Conversions connector: defaults of its DAGs, which their arguments override.",
                "options": OPTIONS,
            }
        },
    }


def _option(description: str, *, example: str, default: str | None = None, kind: str = "string") -> dict[str, Any]:
    return {
        "description": description,
        "version_added": "0.1.0",
        "type": kind,
        "example": example,
        "default": default,
    }


def _text(label: str, description: str) -> dict[str, Any]:
    return {"label": label, "description": description, "schema": {"type": ["string", "null"]}}


def _secret(label: str, description: str) -> dict[str, Any]:
    return {
        "label": label,
        "description": description,
        "schema": {"type": ["string", "null"], "format": "password"},
    }


OPTIONS = {
    "meta_conn_id": _option("Airflow connection of type meta_conversions.", example="meta_conversions_default"),
    "warehouse_conn_id": _option(
        "Airflow connection of the warehouse: duckdb, postgres or snowflake.", example="conversions_warehouse"
    ),
    "dbt_project_dir": _option(
        "dbt project to build: your own that installed the package meta_conversions. Empty: the one in the wheel.",
        example="/opt/airflow/dbt/shop",
    ),
    "dbt_profile": _option(
        "Profile of dbt. Empty: connector, which takes the warehouse from the connection.", example="shop"
    ),
    "dbt_profiles_dir": _option(
        "Folder of profiles.yml. Empty: the project, or where it has none, the one in the wheel.",
        example="/opt/airflow/dbt",
    ),
    "dbt_target": _option(
        "Target of the profile. Empty: duckdb, postgres or snowflake, as the warehouse is.", example="prod"
    ),
    "dbt_manifest": _option(
        "Manifest of the dbt project: makes each model a task. Empty: one task a build.",
        example="/opt/airflow/shared/dbt/manifest.json",
    ),
    "pool": _option(
        "Pool of which every task takes one slot. DuckDB needs one of a single slot.",
        example="conversions",
        default="default_pool",
    ),
    "retries": _option(
        "How often a failed task is tried again, a minute later.", example="0", default="2", kind="integer"
    ),
    "senders": _option(
        "How many senders share the work of a sync; always one on DuckDB.", example="4", default="1", kind="integer"
    ),
    "notifier": _option(
        "Import path of an Airflow notifier that is told of failures, refused conversions and alarms.",
        example="conversions_notifier.mail",
    ),
    "report_file": _option(
        "File to which the page is written after each reconciliation, and from which the API server shows it.",
        example="/opt/airflow/shared/conversions.html",
    ),
    "report_dag_id": _option(
        "DAG whose readers may see the page in Airflow's navigation.",
        example="shop_b_reconcile",
        default="conversions_reconcile",
    ),
}
"""Each option of section [connector], as Airflow lists them."""
