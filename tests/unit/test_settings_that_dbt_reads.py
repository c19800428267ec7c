"""What the dbt project reads of the connector's variables, it reads as the connector does."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from jinja2 import Template

from connector.settings import Settings

PROJECT = Path(__file__).parents[2] / "dbt_project"
VARS = {"meta_conversions_ledger_schema": "meta_conversions_ledger"}


class Target:
    database = "shop"


@pytest.fixture(params=[None, "", "{}", "{}\r"])
def told(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], Settings]:
    """Sets a variable as a file may have it, not at all or to nothing, too; the settings that come of it."""

    def tell(name: str, value: str) -> Settings:
        monkeypatch.delenv(name, raising=False)
        if request.param is not None:
            monkeypatch.setenv(name, request.param.format(value))
        return Settings.load()

    return tell


def rendered(text: str) -> str:
    def var(name: str, default: Any = None) -> Any:
        return VARS.get(name, default)

    def config(**_: object) -> str:
        return ""

    return Template(text).render(env_var=os.environ.get, var=var, config=config, target=Target).strip()


@pytest.mark.parametrize("file", ["ledger.yml", "meta.yml"])
@pytest.mark.parametrize("name", ["Trial", "other_db.Trial"])
def test_the_ledger_is_in_the_schema_that_the_connector_makes(
    told: Callable[[str, str], Settings], file: str, name: str
) -> None:
    """It makes it without quotes, so that PostgreSQL takes capitals for small letters; dbt quotes there."""
    settings = told("CONNECTOR_LEDGER_SCHEMA", name)
    [source] = yaml.safe_load((PROJECT / "models/sources" / file).read_text())["sources"]
    read = [rendered(source[part]) for part in ("database", "schema")]
    assert read == ["shop", *settings.ledger_schema.lower().split(".")][-2:]


@pytest.mark.parametrize("value", ["false", "TRUE", "0", "on"])
def test_what_is_unconfirmed_is_sent_again_where_the_connector_does(
    told: Callable[[str, str], Settings], value: str
) -> None:
    settings = told("CONNECTOR_RESEND_UNCONFIRMED", value)
    head = (PROJECT / "models/marts/conversion_deliveries.sql").read_text().partition("with facts")[0]
    assert rendered(head + "{{ resend_unconfirmed }}") == str(settings.resend_unconfirmed).lower()


def test_rows_without_a_dataset_are_of_the_connector_s_default(told: Callable[[str, str], Settings]) -> None:
    settings = told("CONNECTOR_META_DATASET_ID", "123")
    macro = (PROJECT / "macros/reconciliation/default_dataset_id.sql").read_text()
    named = f"'{settings.meta_dataset_id}'" if settings.meta_dataset_id else "null"
    assert rendered(macro + "{{ default_dataset_id() }}") == f"cast({named} as varchar)"
