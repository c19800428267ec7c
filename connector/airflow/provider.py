"""What Airflow is told of this package when it looks for providers: a connection type with a form of its own."""

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
                    "hidden-fields": ["port", "schema", "extra"],
                    "relabeling": {
                        "login": "Dataset (pixel) id",
                        "password": "Access token",
                        "host": "Address of the API",
                    },
                    "placeholders": {
                        "login": "for conversions that name no dataset",
                        "password": "Events Manager: dataset, Settings, Conversions API, Generate access token",
                        "host": "empty for Meta; http://127.0.0.1:8765 for connector sandbox",
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
    }


def _text(label: str, description: str) -> dict[str, Any]:
    return {"label": label, "description": description, "schema": {"type": ["string", "null"]}}


def _secret(label: str, description: str) -> dict[str, Any]:
    return {
        "label": label,
        "description": description,
        "schema": {"type": ["string", "null"], "format": "password"},
    }
