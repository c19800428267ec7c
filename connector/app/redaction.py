"""Payloads for a person to read: whole where they would be sent, only the reason where they would not."""

from __future__ import annotations

import json
from datetime import UTC
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from connector.destinations.meta import Gate


def redacted(rows: Iterable[dict[str, Any]], gate: Gate) -> list[dict[str, Any]]:
    """The rows, without the payloads that the gate refuses: those may hold identifiers in plain text."""
    return [row | {"payload": _refusal(row, gate) or row["payload"]} for row in rows]


def _refusal(row: dict[str, Any], gate: Gate) -> str | None:
    event_time = row["event_time"]
    reason = gate.refuse(
        str(row["payload"] or "").encode(),
        event_name=row["event_name"],
        event_id=row["event_id"],
        value=None if row["value"] is None else float(row["value"]),
        currency=row["currency"],
        event_time=None if event_time is None else int(event_time.replace(tzinfo=UTC).timestamp()),
    )
    return None if reason is None else json.dumps({"invalid": str(reason)})
