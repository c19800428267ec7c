"""Which door a Graph path leads to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Final
from zoneinfo import ZoneInfo

from connector.sandbox.calls import Call

ACCOUNT: Final = "act_"
PACIFIC: Final = ZoneInfo("America/Los_Angeles")


class Door(Enum):
    """The endpoints; the value is the methods that they answer."""

    EVENTS = ("events", frozenset({"POST"}))
    STATS = ("stats", frozenset({"GET"}))
    EMPTY = ("empty edge", frozenset({"GET"}))
    """`/da_checks` and `/offline_event_uploads`: shapes without content (docs/meta-api.md §8.2)."""
    INSIGHTS = ("insights", frozenset({"GET", "POST"}))
    NODE = ("node", frozenset({"GET"}))
    QUALITY = ("dataset_quality", frozenset({"GET"}))
    DEBUG_TOKEN = ("debug_token", frozenset({"GET"}))

    @property
    def methods(self) -> frozenset[str]:
        return self.value[1]


EDGES: Final = {
    "events": Door.EVENTS,
    "stats": Door.STATS,
    "da_checks": Door.EMPTY,
    "offline_event_uploads": Door.EMPTY,
    "insights": Door.INSIGHTS,
}
_TOP: Final = {"dataset_quality": Door.QUALITY, "debug_token": Door.DEBUG_TOKEN}


def door_of(call: Call) -> Door | None:
    """The door of a call, None where there is none."""
    return door_at(call.object_id, call.edge)


def door_at(object_id: str, edge: tuple[str, ...]) -> Door | None:
    """The door of a path's parts."""
    if not object_id or len(edge) > 1:
        return None
    if object_id in _TOP:
        return None if edge else _TOP[object_id]
    return EDGES.get(edge[0]) if edge else Door.NODE


def account_number(object_id: str) -> str | None:
    """`act_17` -> "17"; None for what is no ad account's id."""
    number = object_id.removeprefix(ACCOUNT)
    return number if object_id.startswith(ACCOUNT) and number.isascii() and number.isdigit() else None


def blanks(call: Call, now: float) -> Mapping[str, str]:
    """What is filled into the message of a refusal."""
    unknown = call.edge[1:] if call.edge and call.edge[0] in EDGES else call.edge
    expired_at = now if call.token is None or call.token.expires_at is None else call.token.expires_at
    return {
        "object_id": call.object_id,
        "method": call.method.lower(),
        "path": "/" + "/".join(unknown or (call.object_id,)),
        "expired_at": _in_words(expired_at),
        "current_time": _in_words(now),
    }


def _in_words(at: float) -> str:
    """`Saturday, 23-Sep-23 23:29:14 PDT`."""
    return datetime.fromtimestamp(at, PACIFIC).strftime("%A, %d-%b-%y %H:%M:%S %Z")
