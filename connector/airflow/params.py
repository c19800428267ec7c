"""What a person may say to one run of `conversions_sync`, typed, so that Airflow's form checks it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from airflow.sdk import Param

from connector.errors import ConfigurationError, UsageError, did_you_mean

SYNC_PARAMS = {
    "dry_run": Param(
        default=False,
        type="boolean",
        title="Dry run",
        description="Model and plan, send nothing. The log of `plan` says what would go, what is too late, and why.",
    ),
    "limit": Param(
        default=None,
        type=["null", "integer"],
        minimum=1,
        title="At most so many conversions",
        description="Empty: everything that is owed, earliest deadline first.",
    ),
    "since": Param(
        default=None,
        type=["null", "string"],
        format="date-time",
        title="Since",
        description="Only conversions that happened from this moment on, UTC. All others stay as they are.",
    ),
    "until": Param(
        default=None,
        type=["null", "string"],
        format="date-time",
        title="Until",
        description="Only conversions that happened before this moment, UTC. All others stay as they are.",
    ),
    "senders": Param(
        default=None,
        type=["null", "integer"],
        minimum=1,
        maximum=64,
        title="Senders",
        description="How many share the work. Empty: as the deployment says. On DuckDB there is one.",
    ),
    "test_event_code": Param(
        default=None,
        type=["null", "string"],
        pattern="^[A-Za-z0-9_-]{1,64}$",
        title="Test event code",
        description="Sends to Test Events of Events Manager. Meta counts these like any others, the ledger does not.",
    ),
}


def check_params(params: Mapping[str, Any], *, triggered_with: Mapping[str, Any]) -> None:
    """Raises UsageError for a parameter that there is not: a misspelt `dry_run` would send for real.

    Raises ConfigurationError where Airflow has not made parameters of what the run was triggered with: a dry run would
    send, too.
    """
    for name in [*params, *triggered_with]:
        if name not in SYNC_PARAMS:
            raise UsageError(
                f"there is no parameter {name}{did_you_mean(name, SYNC_PARAMS)}: nothing was sent. "
                f"Trigger the DAG with {', '.join(SYNC_PARAMS)} or without any."
            )
    unheard = [name for name, value in triggered_with.items() if params.get(name) != value]
    if unheard:
        raise ConfigurationError(
            f"this Airflow ignores the parameters of a run ({', '.join(unheard)}): nothing was sent. Set "
            "dag_run_conf_overrides_params in section [core] to True, its default."
        )
