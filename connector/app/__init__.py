"""The one place where the edges are built: settings become an open warehouse, a client for Meta, a run."""

from __future__ import annotations

from connector.app.alarms import Firing, Message, acknowledge, alarms, tell_alarms
from connector.app.channels import AppriseChannel
from connector.app.inspection import (
    alive,
    destination,
    doctor,
    initialise,
    plan,
    probe_meta,
    prove,
    prove_runs,
    report,
    report_data,
    status,
    why,
)
from connector.app.options import SyncOptions
from connector.app.pulling import pull
from connector.app.sending import plan_replay, replay, sync
from connector.app.session import opened
from connector.app.sources import check_sources
from connector.app.state import State, state
from connector.app.tokens import token_warnings
from connector.model.conversions import Window
from connector.warehouse.dbt import building, dbt_environment

__all__ = [
    "AppriseChannel",
    "Firing",
    "Message",
    "State",
    "SyncOptions",
    "Window",
    "acknowledge",
    "alarms",
    "alive",
    "building",
    "check_sources",
    "dbt_environment",
    "destination",
    "doctor",
    "initialise",
    "opened",
    "plan",
    "plan_replay",
    "probe_meta",
    "prove",
    "prove_runs",
    "pull",
    "replay",
    "report",
    "report_data",
    "state",
    "status",
    "sync",
    "tell_alarms",
    "token_warnings",
    "why",
]
