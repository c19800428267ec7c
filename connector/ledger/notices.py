"""What people were told of alarms: claimed under the ledger's lock, so that two processes never tell the same.

A message is claimed before it goes out and recorded as told after a channel has taken it: a process that dies between
the two leaves a claim that another one may take over, so a message may come twice, and none is lost.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from connector.model.alarms import Change, Entry, Known, Phase, Step, fold, steps
from connector.model.money import money_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from connector.model.alarms import Alarm, Key
    from connector.warehouse.warehouse import Params, Warehouse

EMPTY = dict.fromkeys(
    (
        "change",
        "reading",
        "since",
        "cause",
        "events",
        "money",
        "told_to",
        "told_by",
        "reason",
        "silent_until",
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A message about one alarm that this process is to deliver."""

    notice_id: str
    step: Step
    known: Known


def read_known_alarms(warehouse: Warehouse) -> dict[Key, Known]:
    """What the ledger remembers of each alarm."""
    return fold(_entry(row) for row in warehouse.rows("alarm_notices"))


def claim_notices(
    warehouse: Warehouse, firing: Mapping[Key, Alarm], *, now: datetime, reading: datetime | None, told_by: str
) -> list[Claim]:
    """Write down what this reading shows, and claim what is to be told of it. `told_by`: who claims it, for people."""
    claims: list[Claim] = []
    for attempt in warehouse.again_on_conflict():
        with attempt, warehouse.transaction() as connection:
            claims = []
            warehouse.run(connection, "take_lock", {"sync_id": None})
            known = fold(_entry(row) for row in warehouse.run(connection, "alarm_notices").fetchall())
            due = steps(firing, known, now=now, reading=reading)
            claims = [
                Claim(notice_id=secrets.token_hex(8), step=step, known=known.get(step.key, Known())) for step in due
            ]
            _write(
                warehouse,
                connection,
                [_row(claim, claim.step.phase) | {"reading": reading, "told_by": told_by} for claim in claims],
            )
    return [claim for claim in claims if claim.step.phase is Phase.CLAIMED]


def record_told(warehouse: Warehouse, claims: Sequence[Claim], *, told_to: str | None, told_by: str) -> None:
    """That the channels took these messages; `told_to` None: that none did, so that the next one tries again."""
    phase = Phase.FAILED if told_to is None else Phase.TOLD
    rows = [_row(claim, phase) | {"told_to": told_to, "told_by": told_by} for claim in claims]
    for attempt in warehouse.again_on_conflict():
        with attempt, warehouse.transaction() as connection:
            warehouse.run(connection, "take_lock", {"sync_id": None})
            _write(warehouse, connection, rows)


def acknowledge_alarm(
    warehouse: Warehouse, keys: Iterable[Key], *, reason: str, silent_until: datetime, told_by: str
) -> None:
    """That a person knows of these alarms: nothing more is told of them until then."""
    rows = [
        EMPTY
        | {
            "notice_id": secrets.token_hex(8),
            "phase": str(Phase.ACKNOWLEDGED),
            "alarm": name,
            "scope": scope,
            "reason": reason,
            "silent_until": silent_until,
            "told_by": told_by,
        }
        for name, scope in keys
    ]
    for attempt in warehouse.again_on_conflict():
        with attempt, warehouse.transaction() as connection:
            warehouse.run(connection, "take_lock", {"sync_id": None})
            _write(warehouse, connection, rows)


def _write(warehouse: Warehouse, connection: Connection, rows: Sequence[Params]) -> None:
    first = int(warehouse.run(connection, "last_notice_no").scalar_one()) + 1 if rows else 0
    for number, row in enumerate(rows, start=first):
        warehouse.run(connection, "insert_notice", row | {"notice_no": number})


def _row(claim: Claim, phase: Phase) -> Params:
    step = claim.step
    row: Params = EMPTY | {
        "notice_id": claim.notice_id,
        "phase": str(phase),
        "alarm": step.key[0],
        "scope": step.key[1],
        "change": None if step.change is None else str(step.change),
        "since": step.since,
    }
    if step.alarm is None:
        return row
    money = json.dumps(money_text(step.alarm.money))
    return row | {"cause": step.alarm.cause, "events": step.alarm.events, "money": money}


def _entry(row: Any) -> Entry:
    return Entry(
        phase=Phase(row.phase),
        alarm=row.alarm,
        scope=row.scope,
        recorded_at=row.recorded_at,
        change=None if row.change is None else Change(row.change),
        reading=row.reading,
        since=row.since,
        cause=row.cause,
        events=row.events,
        money={name: Decimal(amount) for name, amount in json.loads(row.money or "{}").items()},
        reason=row.reason,
        silent_until=row.silent_until,
    )
