"""The connector's settings from Airflow Connections; what a connection does not say comes from the environment."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from connector.airflow.provider import CONNECTION_TYPE
from connector.errors import ConfigurationError
from connector.settings import PREFIX, Settings

if TYPE_CHECKING:
    from airflow.sdk import Connection

    from connector.airflow.deployment import Deployment

META_FIELDS = {
    "read_token": "meta_read_token",
    "app_secret": "meta_app_secret",
    "ad_account_id": "meta_ad_account_id",
    "ad_account_timezone": "meta_ad_account_timezone",
    "ad_account_currency": "meta_ad_account_currency",
    "api_version": "meta_api_version",
}
"""Fields of a `meta_conversions` connection's form, and the settings that they are."""
PLACES = {
    "meta_dataset_id": "the login (dataset id)",
    "meta_access_token": "the password (access token)",
    "meta_base_url": "the host",
} | {setting: f"the field {field}" for field, setting in META_FIELDS.items()}
"""Where in a `meta_conversions` connection each setting stands."""


def load_settings(deployment: Deployment, *, test_event_code: str | None = None) -> Settings:
    """The settings of the connections that the deployment names, and those it holds itself, which win.

    Raises ConfigurationError, naming the connection.
    """
    told: dict[str, Any] = {"test_event_code": test_event_code} if test_event_code else {}
    if deployment.warehouse_conn_id:
        told |= {"warehouse_url": warehouse_url(_connection(deployment.warehouse_conn_id, "warehouse_conn_id"))}
    if deployment.meta_conn_id:
        told |= meta_settings(_connection(deployment.meta_conn_id, "meta_conn_id"))
    return Settings.load(**{**told, **deployment.settings})


def meta_settings(connection: Connection) -> dict[str, str]:
    """The settings that a `meta_conversions` connection holds; empty fields are left out.

    Raises ConfigurationError for a field that the type does not have: what stands there would not be used.
    """
    extra = connection.extra_dejson
    if unknown := sorted(set(extra) - set(META_FIELDS)):
        raise ConfigurationError(
            f"the Airflow connection {connection.conn_id} has the extra {', '.join(unknown)}, which the type "
            f"{CONNECTION_TYPE} does not know: it knows {', '.join(META_FIELDS)}. The access token is the password, "
            "the dataset id the login, the address of the API the host."
        )
    told = {
        "meta_dataset_id": connection.login,
        "meta_access_token": connection.password,
        "meta_base_url": _address(connection),
    } | {setting: extra.get(field) for field, setting in META_FIELDS.items()}
    return {setting: str(value) for setting, value in told.items() if value}


def _address(connection: Connection) -> str | None:
    """The host, with the connection's port where it names none itself."""
    parts = urlsplit(connection.host or "")
    if not connection.port or not parts.netloc or re.search(r":[0-9]*$", parts.netloc):
        return connection.host
    return parts._replace(netloc=f"{parts.netloc}:{connection.port}").geturl()


def with_places(text: str, *, meta: str | None, warehouse: str | None = None) -> str:
    """A message that names settings, and after it where each stands; `meta`, `warehouse`: words for connections."""
    places = {"warehouse_url": warehouse} if warehouse else {}
    if meta:
        places |= {setting: f"{place} of {meta}" for setting, place in PLACES.items()}
    named = dict.fromkeys(re.findall(rf"\b{PREFIX}([A-Z_]+)\b", text))
    told = [f"{PREFIX}{name} is {places[name.lower()]}" for name in named if name.lower() in places]
    return f"{text} Here {', '.join(told)}." if told else text


def warehouse_url(connection: Connection) -> str:
    """The SQLAlchemy URL of a postgres, snowflake or duckdb connection. Raises ConfigurationError for another type."""
    from connector.warehouse.addresses import warehouse_address

    return warehouse_address(
        f"the Airflow connection {connection.conn_id}",
        connection.conn_type,
        login=connection.login,
        password=connection.password,
        host=connection.host,
        port=connection.port,
        schema=connection.schema,
        extra=connection.extra_dejson,
    )


def _connection(conn_id: str, option: str) -> Connection:
    from airflow.sdk import Connection
    from airflow.sdk.exceptions import AirflowNotFoundException

    try:
        found: Connection = Connection.get(conn_id)
    except AirflowNotFoundException:
        raise ConfigurationError(
            f"there is no Airflow connection {conn_id}: make it (Admin, Connections), or name another one in the DAG's "
            f"argument {option} or in AIRFLOW__CONNECTOR__{option.upper()}."
        ) from None
    return found
