"""The settings of the connector in Airflow's Connections, and the form in which a person writes them down."""

from __future__ import annotations

import json
from typing import Any

import pytest

from connector.errors import ConfigurationError
from connector.sandbox.server import RunningSandbox
from tests.support.meta_script import Script, error

TOKEN = "made-up-token-of-a-connection"


def connection(**parts: Any) -> Any:
    from airflow.sdk import Connection

    extra = parts.pop("extra", None)
    return Connection(conn_id="mine", extra=json.dumps(extra) if extra else None, **parts)


def put(monkeypatch: pytest.MonkeyPatch, name: str, **parts: Any) -> None:
    """A connection where a task finds it: in the environment, as JSON."""
    monkeypatch.setenv(f"AIRFLOW_CONN_{name.upper()}", json.dumps(parts))


def test_a_meta_connection_fills_the_settings_and_leaves_the_rest_to_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from connector.airflow.connections import load_settings
    from connector.airflow.deployment import Deployment

    extra = {"read_token": "reader", "app_secret": "hush", "ad_account_id": "act_77", "api_version": "v25.0"}
    put(monkeypatch, "to_meta", conn_type="meta_conversions", login="4711", password=TOKEN, extra=extra)
    monkeypatch.setenv("CONNECTOR_BATCH_SIZE", "500")
    settings = load_settings(Deployment(meta_conn_id="to_meta"))
    assert settings.meta_dataset_id == "4711"
    assert settings.require_access_token().get_secret_value() == TOKEN
    assert settings.meta_read_token is not None
    assert settings.meta_read_token.get_secret_value() == "reader"
    assert settings.meta_app_secret is not None
    assert (settings.meta_ad_account_id, settings.meta_api_version, settings.batch_size) == ("act_77", "v25.0", 500)
    assert settings.meta_base_url == "https://graph.facebook.com"
    assert TOKEN not in repr(settings)


@pytest.mark.parametrize(
    ("parts", "address"),
    [
        ({}, "https://graph.facebook.com"),
        ({"port": 443}, "https://graph.facebook.com"),
        ({"host": "https://gateway.example/meta/", "port": 443}, "https://gateway.example:443/meta"),
        ({"host": "http://127.0.0.1:8765", "port": 443}, "http://127.0.0.1:8765"),
        ({"host": "http://[::1]", "port": 8765}, "http://[::1]:8765"),
    ],
)
def test_the_port_of_a_connection_counts_where_its_address_names_none(parts: dict[str, Any], address: str) -> None:
    from connector.airflow.connections import meta_settings
    from connector.settings import Settings

    assert Settings.load(**meta_settings(connection(conn_type="meta_conversions", **parts))).meta_base_url == address


@pytest.mark.parametrize(
    ("parts", "url"),
    [
        ({"conn_type": "duckdb", "host": "/data/w.duckdb"}, "duckdb:////data/w.duckdb"),
        (
            {"conn_type": "postgres", "login": "me", "password": "p@ss", "host": "db", "port": 5433, "schema": "shop"},
            "postgresql+psycopg://me:p%40ss@db:5433/shop",
        ),
        (
            {"conn_type": "postgres", "login": "me", "host": "db", "schema": "shop", "extra": {"sslmode": "require"}},
            "postgresql+psycopg://me@db/shop?sslmode=require",
        ),
        (
            {
                "conn_type": "snowflake",
                "login": "me",
                "password": "pw",
                "schema": "marts",
                "extra": {"account": "org-acc", "database": "prod", "warehouse": "xs", "role": "sender"},
            },
            "snowflake://me:pw@org-acc/prod/marts?role=sender&warehouse=xs",
        ),
        (
            {"conn_type": "snowflake", "login": "me", "extra": {"account": "xy12345", "region": "eu-central-1"}},
            "snowflake://me@xy12345.eu-central-1",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_ordinary_connection_becomes_the_url_of_the_warehouse(parts: dict[str, Any], url: str) -> None:
    from connector.airflow.connections import warehouse_url

    assert warehouse_url(connection(**parts)) == url


def test_a_connection_of_another_type_is_refused_by_name() -> None:
    from connector.airflow.connections import warehouse_url

    with pytest.raises(ConfigurationError, match="mine has type mysql"):
        warehouse_url(connection(conn_type="mysql", host="db"))


def test_a_connection_that_is_not_there_is_named_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    from airflow.sdk import Connection
    from airflow.sdk.exceptions import AirflowNotFoundException

    from connector.airflow.connections import load_settings
    from connector.airflow.deployment import Deployment

    def missing(conn_id: str) -> Any:
        raise AirflowNotFoundException(conn_id)

    monkeypatch.setattr(Connection, "get", missing)
    with pytest.raises(ConfigurationError, match="no Airflow connection nowhere: make it") as caught:
        load_settings(Deployment(meta_conn_id="nowhere"))
    assert "AIRFLOW__CONNECTOR__META_CONN_ID" in str(caught.value)
    assert "WAREHOUSE" not in str(caught.value)


def test_a_failed_task_says_where_in_which_connection_the_setting_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    from airflow.sdk.exceptions import AirflowFailException

    from connector.airflow.deployment import Deployment
    from connector.airflow.tasks import Tasks

    monkeypatch.setenv("AIRFLOW__CONNECTOR__META_CONN_ID", "to_meta")
    monkeypatch.setenv("AIRFLOW__CONNECTOR__WAREHOUSE_CONN_ID", "shop")
    wrong = "put it into CONNECTOR_META_ACCESS_TOKEN; CONNECTOR_WAREHOUSE_URL is good, CONNECTOR_BATCH_SIZE too."
    with pytest.raises(AirflowFailException) as caught, Tasks(deployment=Deployment.load()).airflow_errors():
        raise ConfigurationError(wrong)
    assert str(caught.value) == (
        f"{wrong} Here CONNECTOR_META_ACCESS_TOKEN is the password (access token) of the Airflow connection to_meta, "
        "CONNECTOR_WAREHOUSE_URL is the Airflow connection shop."
    )


def test_without_connections_a_message_stays_as_it_is() -> None:
    from connector.airflow.connections import with_places

    assert with_places("CONNECTOR_META_ACCESS_TOKEN", meta=None) == "CONNECTOR_META_ACCESS_TOKEN"


def test_the_form_has_fields_for_what_the_settings_need_and_hides_the_secrets() -> None:
    from airflow.providers_manager import ProvidersManager

    from connector.airflow.connections import META_FIELDS

    manager = ProvidersManager()
    widgets = manager.connection_form_widgets
    fields = {name: widgets[f"extra__meta_conversions__{name}"] for name in META_FIELDS}
    assert {name for name, widget in fields.items() if widget.is_sensitive} == {"read_token", "app_secret"}
    assert manager.field_behaviours["meta_conversions"]["relabeling"]["password"] == "Access token"


def test_the_test_button_says_that_token_and_dataset_are_good(monkeypatch: pytest.MonkeyPatch) -> None:
    from connector.airflow.hook import MetaConversionsHook

    with RunningSandbox() as sandbox:
        put(monkeypatch, "try_me", conn_type="meta_conversions", login="1", password=TOKEN, host=sandbox.base_url)
        good, words = MetaConversionsHook("try_me").test_connection()
        assert sandbox.summary()["events_received"] == 0
    assert good
    assert "token and dataset work" in words
    assert TOKEN not in words


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"extra": {"read_token": TOKEN}}, "META_ACCESS_TOKEN is the password (access token) of this connection"),
        ({"extra": {"access_token": TOKEN, "account_id": "1"}}, "has the extra access_token, account_id, which"),
        ({"host": "graph.facebook.com", "password": TOKEN}, "META_BASE_URL is the host of this connection"),
        ({"host": f"https://{TOKEN}@graph.facebook.com"}, "META_BASE_URL is the host of this connection"),
        ({"login": "act_1", "password": TOKEN}, "META_DATASET_ID is the login (dataset id) of this connection"),
    ],
)
def test_the_test_button_says_in_which_field_something_is_wrong(
    parts: dict[str, Any], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from connector.airflow.hook import MetaConversionsHook

    put(monkeypatch, "try_me", conn_type="meta_conversions", **parts)
    good, told = MetaConversionsHook("try_me").test_connection()
    assert not good
    assert words in told
    assert TOKEN not in told


def test_the_test_button_tells_a_token_that_meta_refuses_and_a_path_that_is_not_meta_s(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from connector.airflow.hook import MetaConversionsHook

    script = Script(before_commit=[error(190, status=401, subcode=463)])
    with RunningSandbox(faults=script) as sandbox:
        address, _, port = sandbox.base_url.rpartition(":")
        parts = {"conn_type": "meta_conversions", "login": "1", "password": TOKEN, "port": int(port)}
        put(monkeypatch, "try_me", host=address, **parts)
        refused, works = (MetaConversionsHook("try_me").test_connection() for _ in range(2))
        put(monkeypatch, "try_me", host=f"{address}/elsewhere", **parts)
        elsewhere = MetaConversionsHook("try_me").test_connection()
    assert (refused[0], works[0], elsewhere[0]) == (False, True, False)
    assert "code 190/463" in refused[1]
    assert "expired" in refused[1]
    assert "META_BASE_URL is the host of this connection" in elsewhere[1]


def test_the_test_button_says_what_is_wrong_without_the_token(monkeypatch: pytest.MonkeyPatch) -> None:
    from connector.airflow.hook import MetaConversionsHook

    with RunningSandbox() as sandbox:
        put(monkeypatch, "try_me", conn_type="meta_conversions", login="1", password="bad token", host=sandbox.base_url)
        good, words = MetaConversionsHook("try_me").test_connection()
    assert not good
    assert "CONNECTOR_META_ACCESS_TOKEN is the password (access token) of this connection" in words
    assert "bad token" not in words
