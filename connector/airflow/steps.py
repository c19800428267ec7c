"""The connector's verbs as task functions. They return counts and money, never rows, because the answer becomes XCom.

Nothing is read and nothing heavy is imported before a task runs.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from connector.errors import ConfigurationError, ConnectorError, Stopped, Unproven, UsageError

if TYPE_CHECKING:
    from connector.settings import Settings

log = logging.getLogger(__name__)

HOPELESS = (ConfigurationError, Stopped, Unproven, UsageError)
"""Errors that another try cannot mend; Unproven, because a green retry would hide that money was not accounted for."""


def prepare_ledger() -> None:
    """Make or migrate the ledger, so that dbt can read it before the first sync."""
    from connector import job

    with told_to_airflow():
        job.initialise(load_settings())


def sync() -> dict[str, Any]:
    """One sync run of one sender. Returns its counts and money."""
    from connector import job

    with told_to_airflow():
        report = job.sync(load_settings())
        log.info("sync: %s", report.as_dict())
        report.raise_if_failed()
    return report.as_dict()


def prove() -> dict[str, Any]:
    """Check that every unit of money is explained. Returns the figures."""
    from connector import job

    with told_to_airflow():
        proof = job.prove(load_settings())
    log.info("proof: %s", proof)
    return proof


def load_settings() -> Settings:
    """Read the settings, and have Airflow black out every secret among them should it ever reach a log."""
    from airflow.sdk.log import mask_secret
    from pydantic import SecretStr

    from connector.settings import Settings

    settings = Settings.load()
    for _, value in settings:
        if isinstance(value, SecretStr):
            mask_secret(value.get_secret_value())
    return settings


@contextmanager
def told_to_airflow() -> Iterator[None]:
    """Turn an error into Airflow's own words: try again, or fail at once because trying again changes nothing."""
    from airflow.sdk.exceptions import AirflowException, AirflowFailException

    try:
        yield
    except HOPELESS as error:
        raise AirflowFailException(str(error)) from error
    except ConnectorError as error:
        raise AirflowException(str(error)) from error
