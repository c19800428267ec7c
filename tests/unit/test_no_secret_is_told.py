"""Secrets are planted in malformed settings: no command, log, exception or traceback tells any part of them."""

from __future__ import annotations

import logging
import os
import sys
import traceback
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from connector import app, cli
from connector.errors import ConnectorError
from connector.settings import Settings
from connector.warehouse.dialects import parse_url

PART = "S3cret"
BETWEEN = "@:/?#%+[]{}&=;, \\\"'`$\r\n\t\x00\x1b\u200b\u202e\ufeff\u00a0é"
SECRET = st.builds(
    "{}One{}{}Two{}".format, st.just(PART), st.text(BETWEEN, max_size=3), st.just(PART), st.text(BETWEEN, max_size=2)
)
"""A secret whose characters were not escaped, in two parts that are looked for."""

URLS = st.sampled_from(
    [
        "postgresql://u:{}@h.invalid/d",
        "postgresql://u:{}@h.invalid:5432/d?sslmode=require",
        "postgresql://u:{}",
        "postgresql://{}@h.invalid/d",
        "postgresql://{}/d",
        "postgresql://u:pw@{}/d",
        "postgresql://u:pw@127.0.0.1:9/{}",
        "postgresql://u:pw@127.0.0.1:9/d?password={}",
        "postgresql://u:pw@127.0.0.1:9/d?{}=1",
        "postgresql+psycopg://u:pw@127.0.0.1:9/d?options={}",
        "postgresql://u:pw@127.0.0.1:{}/d",
        "postgres:{}",
        "{}",
        "'postgresql://u:{}@h/d'",
        "snowflake://u:{}@127.0.0.1/d?host=127.0.0.1&port=9&protocol=http&{}",
        "snowflake://u:pw@{}/d?port=x&host={}",
        "duckdb://u:{}@h/d",
        "duckdb:///u:{}@h/d",
        "duckdb:////nowhere/at/all.duckdb?motherduck_token={}",
        "mysql://u:{}@h/d",
    ]
)
COMMANDS = st.sampled_from(
    [
        *("init", "plan", "sync", "status", "why x", "replay --event-id x", "pull", "report", "doctor"),
        *("doctor --sources", "plan --json", "status --json", "doctor --json", "alarms", "alive"),
    ]
)
VARIABLES = st.sampled_from(
    [
        *("META_ACCESS_TOKEN", "META_ACCESS_TOKENS", "META_READ_TOKEN", "META_APP_SECRET", "META_BASE_URL"),
        *("SNOWFLAKE_PRIVATE_KEY", "TEST_EVENT_CODE", "META_DATASET_ID", "BATCH_SIZE", "META_API_VERSION"),
        "NOTIFY_URLS",
    ]
)
FORMS = st.sampled_from(["{}", "'{}'", '{{"123": "{}"}}', '{{"{}": "x"}}', "https://u:{}@h.invalid", "http://{}"])
IN_ONE_PROCESS = settings(
    max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True, database=None
)


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("CONNECTOR_") or name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("CONNECTOR_META_BASE_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("CONNECTOR_META_ACCESS_TOKEN", "token-of-a-test")
    monkeypatch.setenv("CONNECTOR_META_DATASET_ID", "123")
    monkeypatch.setenv("CONNECTOR_WAREHOUSE_URL", "duckdb:////nowhere/at/all.duckdb")


def told(capsys: pytest.CaptureFixture[str], command: str) -> str:
    """All that a command says, on both streams."""
    before, sys.argv = sys.argv, ["connector", *command.split()]
    capsys.readouterr()
    try:
        with pytest.raises(SystemExit) as leaving:
            cli.main()
    finally:
        sys.argv = before
    said = capsys.readouterr()
    assert leaving.value.code in (1, 3), said.err
    assert "Traceback" not in said.err
    assert "a defect of the connector" not in said.err
    return said.out + said.err


def planted(template: str, secret: str) -> str:
    """What an environment can hold: no null byte."""
    return template.replace("{{", "{").replace("}}", "}").replace("{}", secret).replace("\0", "")


@IN_ONE_PROCESS
@given(template=URLS, secret=SECRET, command=COMMANDS)
@example(template="postgresql://u:{}@h.invalid/d", secret="p@ss:S3cret", command="sync")
@example(template="postgresql://u:{}@h.invalid/d", secret="x@S3cret", command="status")
@example(template="postgresql://u:{}@h.invalid/d", secret="x@h2/S3cret", command="doctor")
def test_no_command_tells_a_part_of_the_warehouse_s_url(
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    template: str,
    secret: str,
    command: str,
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("CONNECTOR_WAREHOUSE_URL", planted(template, secret))
    assert PART not in told(capsys, command)
    assert PART not in caplog.text


@IN_ONE_PROCESS
@given(variable=VARIABLES, form=FORMS, secret=SECRET, command=COMMANDS)
def test_no_command_tells_a_part_of_another_setting(
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    form: str,
    secret: str,
    command: str,
) -> None:
    caplog.set_level(logging.DEBUG)
    with monkeypatch.context() as patch:
        patch.setenv(f"CONNECTOR_{variable}", planted(form, secret))
        assert PART not in told(capsys, command)
    assert PART not in caplog.text


@IN_ONE_PROCESS
@given(form=st.sampled_from(["http://u:{}@127.0.0.1:9", "http://{}@127.0.0.1:9", "{}", "socks9://{}"]), secret=SECRET)
def test_doctor_tells_no_part_of_a_proxy_s_address(
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    form: str,
    secret: str,
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("CONNECTOR_META_BASE_URL", "https://graph.invalid")
    monkeypatch.setenv("HTTPS_PROXY", planted(form, secret))
    assert PART not in told(capsys, "doctor")
    assert PART not in caplog.text


def traceback_of(verb: Callable[[], object]) -> str:
    """All that a log would hold of what it raises; nothing if it raises nothing."""
    try:
        verb()
    except (ConnectorError, ValidationError) as error:
        return "".join(traceback.format_exception(error)) + repr(error)
    return ""


@settings(max_examples=200, derandomize=True, database=None)
@given(template=URLS, secret=SECRET)
def test_no_traceback_tells_a_part_of_the_warehouse_s_url(template: str, secret: str) -> None:
    url = SecretStr(planted(template, secret))
    assert PART not in traceback_of(lambda: parse_url(url))
    assert PART not in traceback_of(lambda: app.dbt_environment(Settings(warehouse_url=url)))


@settings(max_examples=15, derandomize=True, database=None)
@given(value=SECRET)
def test_what_pydantic_says_of_a_value_never_shows_it(value: str) -> None:
    for name in Settings.model_fields:
        values: dict[str, Any] = {name: value}
        assert PART not in traceback_of(lambda values=values: Settings(**values))
        assert PART not in traceback_of(lambda values=values: Settings.load(**values))
