"""Who starts a run, from where, and with which version of this package: what the ledger keeps beside its start."""

from __future__ import annotations

import getpass
import socket
from typing import TypedDict

from connector import __version__
from connector.settings import airflow_run


class Origin(TypedDict):
    """Fields of a RunIdentity; None where it cannot be known."""

    started_by: str | None
    started_on: str | None
    airflow_run: str | None
    connector_version: str | None


def origin_of_run() -> Origin:
    """The user and the host of this process, and the Airflow task that it runs in, if any."""
    return Origin(
        started_by=_user(),
        started_on=socket.gethostname() or None,
        airflow_run=airflow_run(),
        connector_version=__version__,
    )


def _user() -> str | None:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container may run under a number that has no name
        return None
