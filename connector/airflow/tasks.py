"""The connector's verbs as task functions. They return counts and money, never rows, because the answer becomes XCom.

Nothing is read and nothing heavy is imported before a task runs.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from connector.airflow.deployment import Deployment
from connector.airflow.notifications import FIGURES, Notification, sentence, tell
from connector.errors import ConfigurationError, ConnectorError, Stopped, Unproven, UsageError

if TYPE_CHECKING:
    from connector.settings import Settings

log = logging.getLogger(__name__)

NON_RETRYABLE = (ConfigurationError, Stopped, Unproven, UsageError)
"""Errors that another try cannot mend; Unproven, because a green retry would hide that money was not accounted for."""
NOTIFY_ON = ("rejected", "invalid")
"""Outcomes that do not fail a run, and that a person should hear of."""


def prepare_ledger() -> None:
    """Make or migrate the ledger, so that dbt can read it before the first sync; before it, refuse a wrong request."""
    from connector import app
    from connector.airflow.params import check_names
    from connector.airflow.sharding import window_of

    with airflow_errors():
        Deployment.check_names()
        check_names(_params())
        window_of(_params())
        app.initialise(load_settings())


def plan() -> list[dict[str, Any]]:
    """Say what would be sent, and divide it: one share for each sender, none for a dry run.

    The plan itself (counts and money) stands in the log and under the XCom key `figures`.
    """
    from connector import app
    from connector.airflow.sharding import shares, window_of

    params = _params()
    with airflow_errors():
        settings = load_settings()
        figures = app.plan(settings, window=window_of(params)).as_dict()
    log.info("plan: %s", figures)
    _leave(figures)
    if params["dry_run"]:
        log.info("a dry run: nothing is sent")
        return []
    return shares(settings, senders=params["senders"], limit=params["limit"])


def sync(share: dict[str, Any]) -> dict[str, Any]:
    """One sync run of one sender. Returns its counts and money."""
    from connector import app
    from connector.airflow.sharding import window_of

    params = _params()
    with airflow_errors():
        options = app.SyncOptions(
            limit=share["limit"],
            senders=share["senders"],
            test_events=bool(params["test_event_code"]),
            window=window_of(params),
        )
        report = app.sync(load_settings(), options)
        figures = report.as_dict()
        log.info("sync: %s", figures)
        _leave(figures)
        if any(figures[name] for name in NOTIFY_ON):
            _tell(f"{', '.join(name for name in NOTIFY_ON if figures[name])} conversions", figures)
        report.raise_if_failed()
    return figures


def note_ledger() -> None:
    """Nothing but an outlet: whoever waits for the ledger runs after a failed sync too."""


def prove_runs() -> dict[str, Any]:
    """Check that every run that ended has proven where its conversions went. Returns the figures of the last one."""
    from connector import app

    with airflow_errors():
        proof = app.prove_runs(load_settings())
    log.info("proof: %s", proof)
    return proof


def pull() -> dict[str, Any]:
    """Read Meta's own figures back. Returns how many rows of each; what the token may not read is a warning."""
    from connector import app

    with airflow_errors():
        report = app.pull(load_settings())
        figures = report.as_dict()
        log.info("pull: %s", figures)
        for reading in report.readings:
            if reading.problem:
                log.warning("not read: %s", reading.problem)
        report.raise_if_failed()
    return figures


def prove() -> dict[str, Any]:
    """Check that every unit of money is explained. Returns the figures."""
    from connector import app

    with airflow_errors():
        proof = app.prove(load_settings())
    log.info("proof: %s", proof)
    return proof


def report() -> str:
    """Write the page to the deployment's `report_file`. Returns the file; skipped where none is named."""
    from airflow.sdk.exceptions import AirflowSkipException

    from connector import app
    from connector.report.drawing import draw, write

    file = Deployment.load().report_file
    if file is None:
        raise AirflowSkipException("no page: set report_file in section [connector] of Airflow's configuration")
    with airflow_errors():
        write(draw(app.report_data(load_settings())), file)
    log.info("the page stands in %s", file)
    return str(file)


def load_settings() -> Settings:
    """The settings of this deployment; Airflow blacks out every secret among them should it ever reach a log."""
    from airflow.sdk.log import mask_secret

    from connector.airflow import connections

    test_event_code = _params().get("test_event_code")
    settings = connections.load_settings(Deployment.load(), test_event_code=test_event_code)
    for secret in settings.secrets():
        mask_secret(secret.get_secret_value())
    return settings


@contextmanager
def airflow_errors() -> Iterator[None]:
    """Turn an error into Airflow's own words: try again, or fail at once because trying again changes nothing."""
    from airflow.sdk.exceptions import AirflowException, AirflowFailException

    try:
        yield
    except ConnectorError as error:
        kind = AirflowFailException if isinstance(error, NON_RETRYABLE) else AirflowException
        raise kind(_as_told_here(str(error))) from error


def _as_told_here(text: str) -> str:
    """A message with the connections that its settings come from: a variable would change nothing."""
    from connector.airflow.connections import with_places

    deployment = Deployment.load()
    meta, warehouse = (
        name and f"the Airflow connection {name}" for name in (deployment.meta_conn_id, deployment.warehouse_conn_id)
    )
    return with_places(text, meta=meta, warehouse=warehouse)


def tell_alarms(settings: Settings) -> None:
    """Write the alarms that fire into the log: of a test that fails dbt says only how many rows it found."""
    from connector import app

    try:
        alarms = app.alarms(settings)
    except ConnectorError as error:  # the build has its own word on how the task ends
        log.warning("the alarms could not be read: %s", error)
        return
    for alarm in alarms:
        level = logging.ERROR if alarm.severity == "error" else logging.WARNING
        log.log(level, "alarm %s: %s", alarm.alarm, alarm.message)


def _context() -> Any:
    """Airflow's context of the running task; empty where there is none, as in a test of a step."""
    from airflow.sdk import get_current_context

    try:
        return get_current_context()
    except RuntimeError:
        return {}


def _params() -> dict[str, Any]:
    defaults = dict.fromkeys(("since", "until", "senders", "limit", "test_event_code")) | {"dry_run": False}
    return defaults | dict(_context().get("params", {}))


def _leave(figures: dict[str, Any]) -> None:
    """Leave figures for a notifier, also of a task that fails afterwards."""
    if instance := _context().get("ti"):
        instance.xcom_push(key=FIGURES, value=figures)


def _tell(title: str, figures: dict[str, Any]) -> None:
    tell(_context(), Notification(title=title, text=sentence(figures), figures=figures))
