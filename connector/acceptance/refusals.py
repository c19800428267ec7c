"""Whether each error of this warehouse is recognised. Those that cannot be provoked are named."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import SecretStr
from sqlalchemy import text

from connector import app
from connector.acceptance.findings import Finding, failed, passed, told_shortly, untried
from connector.errors import ConfigurationError, ConnectorError, WarehouseBusy
from connector.warehouse.dialects import parse_url

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from connector.acceptance.trial import Trial
    from connector.settings import Settings

AREA = "errors"
NOBODY_CAUSES = {
    "snowflake": {
        "resource monitor used up (090073)": "it takes a monitor without credits.",
        "no right (003001)": "it takes a second role; the grants were tried one by one instead.",
        "session gone (390114)": "it takes hours.",
        "too many wait for a lock (000625)": "it takes more than twenty sessions.",
    }
}


def check_errors(trial: Trial) -> Iterator[Finding]:
    """Each error that can be provoked here: its class decides what a scheduler does, its words what a person does."""
    yield _expected("relation that is not there", ConfigurationError, "does not exist", lambda: _plan_nothing(trial))
    if trial.engine == "postgresql":
        yield _expected("session that was ended", ConnectorError, "connection", lambda: _end_own_session(trial))
    if trial.engine == "snowflake" and not trial.is_stand_in:
        yield _expected("no active warehouse (000606)", ConfigurationError, "000606", lambda: _compute_nowhere(trial))
        yield _expected("statement that takes too long (000630)", WarehouseBusy, "000630", lambda: _take_long(trial))
    for name, reason in NOBODY_CAUSES.get(trial.engine, {}).items():
        yield untried(AREA, name, reason)


def _expected(name: str, kind: type[ConnectorError], word: str, cause: Callable[[], None]) -> Finding:
    try:
        cause()
    except ConnectorError as error:
        is_it = isinstance(error, kind) and word in str(error)
        told = f"{type(error).__name__}, exit {error.exit_code}: {told_shortly(error)}"
        if is_it:
            return passed(AREA, name, f"recognised: {told}")
        return failed(AREA, name, f"it was mistaken for another error: {told}")
    return failed(AREA, name, "the error did not come, although it was provoked.")


def _plan_nothing(trial: Trial) -> None:
    app.plan(trial.scratch_settings(events_relation=f"{trial.scratch.raw}.no_such_events"))


def _end_own_session(trial: Trial) -> None:
    with app.opened(trial.scratch_settings()) as warehouse, warehouse.transaction() as connection:
        connection.execute(text("select pg_terminate_backend(pg_backend_pid())"))


def _compute_nowhere(trial: Trial) -> None:
    settings = _elsewhere(trial, warehouse="CONNECTOR_NO_SUCH_WAREHOUSE")
    with app.opened(settings) as warehouse, warehouse.transaction() as connection:
        connection.execute(text("select count(*) from table(generator(rowcount => 1))"))


def _take_long(trial: Trial) -> None:
    with app.opened(trial.scratch_settings()) as warehouse, warehouse.transaction() as connection:
        connection.execute(text("alter session set statement_timeout_in_seconds = 1"))
        connection.execute(text("select system$wait(5)"))


def _elsewhere(trial: Trial, **query: str) -> Settings:
    url = parse_url(trial.settings.warehouse_url).update_query_dict(query)
    return trial.scratch_settings(warehouse_url=SecretStr(url.render_as_string(hide_password=False)))
