"""The options of section [connector]: each one that is read is documented where Airflow lists them, and in the docs."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from tests.support.docs_texts import first_words


def documented() -> dict[str, dict[str, Any]]:
    from connector.airflow.provider import get_provider_info

    options: dict[str, dict[str, Any]] = get_provider_info()["config"]["connector"]["options"]
    return options


def test_every_option_that_is_read_is_documented_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    from airflow.sdk.configuration import conf

    from connector.airflow.deployment import OPTIONS, Deployment

    asked: set[str] = set()
    monkeypatch.setattr(conf, "get", lambda section, name, **_: asked.add(name))
    Deployment.load()
    assert asked == set(OPTIONS) == set(documented())


def test_the_description_is_whole_and_the_default_is_the_real_one() -> None:
    from connector.airflow.deployment import Deployment

    defaults = {field.name: field.default for field in fields(Deployment)}
    for name, option in documented().items():
        assert set(option) == {"description", "version_added", "type", "example", "default"}
        assert option["description"].endswith(".")
        told = option["default"]
        assert told == (None if defaults.get(name) is None else str(defaults[name])), name


def test_airflow_reads_the_description() -> None:
    from airflow.providers_manager import ProvidersManager

    options = dict(ProvidersManager().provider_configs)["conversions-connector"]["connector"]["options"]
    assert options["pool"]["default"] == "default_pool"


def test_the_docs_tell_every_option() -> None:
    assert {f"AIRFLOW__CONNECTOR__{name.upper()}" for name in documented()} <= first_words("docs/airflow.md")
