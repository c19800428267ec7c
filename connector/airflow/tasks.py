"""The connector's verbs as task functions. They return counts and money, never rows, because the answer becomes XCom.

Nothing is read and nothing heavy is imported before a task runs.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from connector.airflow.deployment import Deployment
from connector.airflow.notifications import (
    FIGURES,
    Notification,
    NotifierChannel,
    notifier_of,
    sentence,
    tell,
    tell_failure,
    tell_timeout,
)
from connector.errors import ConfigurationError, ConnectorError, Stopped, Unproven, UsageError, printable

if TYPE_CHECKING:
    from connector.settings import Settings

log = logging.getLogger(__name__)

NON_RETRYABLE = (ConfigurationError, Stopped, Unproven, UsageError)
"""Errors that a retry cannot fix; Unproven, because a green retry would hide that money was not accounted for."""
OF_ONE_STOP = ("sync", "pull")
"""Tasks that fail each time while sending has stopped: the token that Meta refuses is mostly that of both."""
TIMED_OUT = "timed_out"
"""Airflow's word for why it ended a run whose DAG has a `dagrun_timeout`."""
NOTIFY_ON = ("rejected", "invalid")
"""Outcomes that do not fail a run, and that a person should hear of."""


@dataclass(frozen=True, kw_only=True)
class Tasks:
    """The tasks of one pair of DAGs."""

    deployment: Deployment

    def prepare_ledger(self) -> None:
        """Refuse a wrong request; then make or migrate the ledger, so that dbt can read it before the first sync."""
        from connector import app
        from connector.airflow.params import check_params
        from connector.airflow.sharding import window_of

        with self.airflow_errors():
            Deployment.check_names()
            for one in self.deployment.notifiers:
                notifier_of(one)
            check_params(_params(), triggered_with=_conf())
            window_of(_params())
            app.initialise(self.load_settings())

    def plan(self) -> list[dict[str, Any]]:
        """Say what would be sent, and divide it: one shard of the work for each sender, none for a dry run.

        The plan itself (counts and money) stands in the log and under the XCom key `figures`.
        """
        from connector import app
        from connector.airflow.sharding import shards, window_of
        from connector.render.answers import plan_parts
        from connector.render.plain import as_text

        params = _params()
        with self.airflow_errors():
            settings = self.load_settings()
            planned = app.plan(settings, window=window_of(params))
        figures = planned.as_dict()
        log.info("%s", as_text(plan_parts(planned, host=settings.destination_host)))
        _leave(figures)
        moved = [str(one) for one in planned.vanished_keys if one.moved]
        if moved and planned.refusal is None:  # where the sync is refused, its failure says so
            self._tell("keys that may be owed under a new event_id", figures, "; ".join(moved))
        if params["dry_run"]:
            log.info("a dry run: nothing is sent")
            return []
        for warning in app.token_warnings(settings) if figures["owed"] else []:
            log.warning("%s", warning)
        return shards(settings, senders=params["senders"] or self.deployment.senders, limit=params["limit"])

    def sync(self, shard: dict[str, Any]) -> dict[str, Any]:
        """One sync run of one sender. Returns its counts and money."""
        from connector import app
        from connector.airflow.sharding import window_of
        from connector.render.answers import run_parts
        from connector.render.plain import as_text

        params = _params()
        with self.airflow_errors():
            settings = self.load_settings()
            options = app.SyncOptions(
                limit=shard["limit"],
                senders=shard["senders"],
                test_events=bool(params["test_event_code"]),
                window=window_of(params),
            )
            report = app.sync(settings, options)
            figures = report.as_dict() | {"accepted_by_dataset": report.became.accepted_by_dataset}
            log.info("%s", as_text(run_parts(report, host=settings.destination_host)))
            _leave(figures)
            if any(figures[name] for name in NOTIFY_ON):
                self._tell(f"{', '.join(name for name in NOTIFY_ON if figures[name])} conversions", figures)
            report.raise_if_failed()
        if report.claimed:
            self._tell_alarms(_context(), with_marts=False)
        return figures

    def note_ledger(self) -> None:
        """Nothing but an outlet: whoever waits for the ledger runs after a failed sync too."""

    def prove_runs(self) -> dict[str, Any]:
        """Check that every run that ended has proven where its conversions went. Returns the last one's figures."""
        from connector import app

        with self.airflow_errors():
            proof = app.prove_runs(self.load_settings())
        log.info("every run that ended has proven where its conversions went")
        return proof

    def pull(self) -> dict[str, Any]:
        """Read Meta's own figures back. Returns how many rows of each; what the token may not read is a warning."""
        from connector import app
        from connector.render.answers import reading_line

        with self.airflow_errors():
            report = app.pull(self.load_settings())
            figures = report.as_dict()
            for reading in report.readings:
                log.log(logging.WARNING if reading.problem else logging.INFO, "%s", printable(reading_line(reading)))
            for note in report.notes:
                log.info("note: %s", printable(note))
            report.raise_if_failed()
        return figures

    def prove(self) -> dict[str, Any]:
        """Show where the money stands, and check that every unit of it is explained. Returns the figures."""
        from connector import app
        from connector.render.plain import as_text
        from connector.report import render

        with self.airflow_errors():
            settings = self.load_settings()
            log.info("where the money stands:\n%s", as_text([render(app.report(settings))]))
            return app.prove(settings)

    def report(self) -> str:
        """Write the page to the deployment's `report_file`. Returns the file; skipped where none is named."""
        from airflow.sdk.exceptions import AirflowSkipException

        from connector import app
        from connector.report.drawing import draw, write

        file = self.deployment.report_file
        if file is None:
            raise AirflowSkipException(
                "no page: set report_file, in section [connector] of Airflow's configuration or here"
            )
        with self.airflow_errors():
            write(draw(app.report_data(self.load_settings())), file)
        log.info("the page stands in %s", file)
        return str(file)

    def load_settings(self) -> Settings:
        """The settings of this deployment; Airflow blacks out every secret among them should it ever reach a log."""
        from airflow.sdk.log import mask_secret

        from connector.airflow import connections

        test_event_code = _params().get("test_event_code")
        settings = connections.load_settings(self.deployment, test_event_code=test_event_code)
        for secret in settings.secrets():
            mask_secret(secret.get_secret_value())
        return settings

    @contextmanager
    def airflow_errors(self) -> Iterator[None]:
        """Turn an error into Airflow's own words: try again, or fail at once because trying again changes nothing."""
        from airflow.sdk.exceptions import AirflowException, AirflowFailException

        try:
            yield
        except ConnectorError as error:
            kind = AirflowFailException if isinstance(error, NON_RETRYABLE) else AirflowException
            sentence = self._with_connections(str(error))
            log.error("%s", sentence)  # noqa: TRY400 - alone, before the traceback that Airflow writes
            raise kind(sentence) from error

    def _with_connections(self, text: str) -> str:
        """A message with the connections that its settings come from: a variable would change nothing."""
        from connector.airflow.connections import with_places

        names = (self.deployment.meta_conn_id, self.deployment.warehouse_conn_id)
        meta, warehouse = (name and f"the Airflow connection {name}" for name in names)
        return with_places(text, meta=meta, warehouse=warehouse)

    def tell_failure(self, context: Any) -> None:
        """For `on_failure_callback`: what a stop of the sending brings with it is one alarm, told once."""
        if context["ti"].task_id in OF_ONE_STOP and self._tell_alarms(context, with_marts=False):
            return
        with suppress(ConnectorError):
            tell_failure(self.deployment.notifiers, context)

    def tell_timeout(self, context: Any) -> None:
        """For a DAG's `on_failure_callback`: Airflow skips the tasks of a run that took too long, so none fails."""
        if context["reason"] == TIMED_OUT:
            with suppress(ConnectorError):
                tell_timeout(self.deployment.notifiers, context)

    def tell_alarms(self) -> None:
        """After a build of the marts: log what fires by cause, and tell what began, grew or ended."""
        from connector import app
        from connector.render.answers import alarm_lines
        from connector.render.plain import as_text

        try:
            firing = app.alarms(self.load_settings())
            for alarm in firing.causes:
                level = logging.ERROR if alarm.severity == "error" else logging.WARNING
                log.log(level, "%s", as_text(alarm_lines(alarm, firing)))
        except ConnectorError as error:  # the build has its own word on how the task ends
            log.warning("the alarms could not be read: %s", error)
            return
        self._tell_alarms(_context())

    def _tell_alarms(self, context: Any, *, with_marts: bool = True) -> bool:
        """Whether sending has stopped, so that the notifiers know, or have known. An error is only logged here.

        Any error: a secrets backend that is down, say, has failed the task too, and that is still to be told.
        """
        from connector import app

        if not self.deployment.notifiers:
            return False
        channel = NotifierChannel(self.deployment.notifiers, context)
        try:
            return app.tell_alarms(self.load_settings(), channel, with_marts=with_marts).is_stopped
        except Exception as error:
            words = error if isinstance(error, ConnectorError) else type(error).__name__
            log.error("nobody was told of the alarms: %s", words)  # noqa: TRY400 - its trace may hold an address
            return False

    def _tell(self, title: str, figures: dict[str, Any], text: str | None = None) -> None:
        notification = Notification(title=title, text=text or sentence(figures), figures=figures)
        with suppress(ConnectorError):  # that a notifier failed is in the log; what is owed is sent all the same
            tell(self.deployment.notifiers, _context(), notification)


def _context() -> Any:
    """Airflow's context of the running task; empty where there is none, as in a test."""
    from airflow.sdk import get_current_context

    try:
        return get_current_context()
    except RuntimeError:
        return {}


def _params() -> dict[str, Any]:
    defaults = dict.fromkeys(("since", "until", "senders", "limit", "test_event_code")) | {"dry_run": False}
    return defaults | dict(_context().get("params", {}))


def _conf() -> dict[str, Any]:
    """What the run was triggered with, which Airflow may be configured to ignore."""
    run = _context().get("dag_run")
    return (run.conf if run else None) or {}


def _leave(figures: dict[str, Any]) -> None:
    """Leave figures for a notifier, also of a task that fails afterwards."""
    if instance := _context().get("ti"):
        instance.xcom_push(key=FIGURES, value=figures)
