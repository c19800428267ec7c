"""A warehouse as version 3 of the ledger left it, in schema `delivery`, with conversions in every state."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from tests.support.shops import event

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.support.shops import Shop

SCRIPT = Path(__file__).with_name("ledger_of_version_3.sql")
UTC_NOW = {
    "duckdb": "cast(now() at time zone 'UTC' as timestamp)",
    "postgresql": "timezone('utc', clock_timestamp())",
}
OWED = ("deferred", "unconfirmed", "died while it was sent", "never sent")
SETTLED = ("accepted", "rejected", "invalid", "unconfirmed too long")
RUN_COLUMNS = "sync_id, run_no, lane, change, recorded_at, destination_host, reason"


def statements_of_version_3(shop: Shop) -> list[str]:
    """What version 3 sends to a warehouse without a ledger, in its order."""
    script = SCRIPT.read_text(encoding="utf-8").replace("{utc_now}", now_of(shop))
    lines = [line for line in script.splitlines() if not line.startswith("--")]
    return [statement.strip() for statement in "\n".join(lines).split(";") if statement.strip()]


def now_of(shop: Shop) -> str:
    return UTC_NOW[shop.url.split(":")[0].split("+")[0]]


def filled_by_version_3(shop: Shop) -> None:
    """The ledger of three runs: two that ended, and one that died with a request out."""
    for statement in statements_of_version_3(shop):
        shop.run(statement)
    shop.add(event(one, age=timedelta(hours=60)) for one in (*OWED, *SETTLED))
    _run(shop, "first", 1, hours_ago=50, reason="time_is_up")
    _record(shop, "first", "accepted", 0, 50, {"sending": None, "accepted": None})
    _record(shop, "first", "unconfirmed too long", 1, 50, {"sending": None, "unconfirmed": "no_answer"})
    _run(shop, "second", 2, hours_ago=2, reason="finished")
    _record(shop, "second", "rejected", 0, 2, {"sending": None, "rejected": "lead_id_refused"})
    _record(shop, "second", "invalid", 1, 2, {"invalid": "too_thin"})
    _record(shop, "second", "deferred", 2, 2, {"sending": None, "deferred": "halving_budget_spent"})
    _record(shop, "second", "unconfirmed", 3, 2, {"sending": None, "unconfirmed": "no_answer"})
    _run(shop, "third", 3, hours_ago=1, reason=None)
    _record(shop, "third", "died while it was sent", 0, 1, {"sending": None})


def _ago(shop: Shop, hours: int) -> str:
    return f"{now_of(shop)} - interval '{hours} hours'"


def _run(shop: Shop, sync_id: str, run_no: int, *, hours_ago: int, reason: str | None) -> None:
    ago = _ago(shop, hours_ago)
    shop.run(
        f"insert into delivery.sync_runs ({RUN_COLUMNS}) values (%s, %s, 'live', 'started', {ago}, '127.0.0.1', null)",
        sync_id,
        run_no,
    )
    if reason:
        shop.run(
            f"insert into delivery.sync_runs ({RUN_COLUMNS}) values (%s, %s, 'live', 'ended', {ago}, '127.0.0.1', %s)",
            sync_id,
            run_no,
            reason,
        )
    shop.run(f"insert into delivery.sync_leases values (%s, {ago}, {'true' if reason else 'false'})", sync_id)


def _record(
    shop: Shop, sync_id: str, event_id: str, batch_no: int, hours: int, outcomes: Mapping[str, str | None]
) -> None:
    shop.run(
        "insert into delivery.sync_records select %s, %s, 0, dataset_id, event_name, event_id, event_time, "
        f"action_source, value, currency, payload_hash, {_ago(shop, hours)} "
        "from meta_conversions.conversion_events where event_id = %s",
        sync_id,
        batch_no,
        event_id,
    )
    for outcome, reason in outcomes.items():
        shop.run(
            "insert into delivery.sync_outcomes "
            "(sync_id, batch_no, first_position, last_position, outcome, recorded_at, error_text) "
            f"values (%s, %s, 0, 0, %s, {_ago(shop, hours)}, %s)",
            sync_id,
            batch_no,
            outcome,
            reason,
        )
