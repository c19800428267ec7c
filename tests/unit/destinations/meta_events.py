"""Events and answers as the tests of the meta room need them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from connector.destinations.meta.client import Answer
from connector.destinations.meta.gate import Gate

NAME, ID, TIME = "Purchase", "ORDER-1001", 1_795_000_000
COLUMNS: dict[str, Any] = {"event_name": NAME, "event_id": ID, "event_time": TIME, "value": None, "currency": None}
"""Of a row that counts no money: no payload contradicts it."""
OF_THE_GOOD = COLUMNS | {"value": 12.5, "currency": "USD"}
ABSENT: Any = object()
"""Given as a field's value: leave the field out."""


def hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def event(**changes: Any) -> dict[str, Any]:
    """A purchase that Meta takes, with fields changed or left out."""
    fields: dict[str, Any] = {
        "event_name": NAME,
        "event_time": TIME,
        "event_id": ID,
        "action_source": "website",
        "event_source_url": "https://shop.example/thanks?utm_source=mail%20list",
        "user_data": {
            "em": hashed("ann@example.com"),
            "ph": hashed("15551234567"),
            "country": hashed("us"),
            "client_user_agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0)",
        },
        "custom_data": {"value": 12.5, "currency": "USD", "contents": [{"id": "SKU:1", "quantity": 2}]},
    }
    fields.update(changes)
    return {name: value for name, value in fields.items() if value is not ABSENT}


def with_user(**keys: Any) -> dict[str, Any]:
    """The purchase with its user_data replaced."""
    return event(user_data=keys)


def payload_of(fields: Any) -> bytes:
    return json.dumps(fields, separators=(",", ":"), ensure_ascii=False).encode()


def refusal(fields: Any, **columns: Any) -> str | None:
    """What the gate says to an event, its columns being the event's own key and money unless they are given."""
    return refusal_of_bytes(payload_of(fields), **columns)


def refusal_of_bytes(payload: bytes, **columns: Any) -> str | None:
    """Asked both ways, alone and among the events of a batch: the gate must say the same."""
    row = {**COLUMNS, **money_in(payload), **columns}
    verdict = Gate().refuse(payload, **row)
    assert verdicts_among_good_ones(payload, row) == [None, verdict, None]
    return verdict


def verdicts_among_good_ones(payload: bytes, row: Mapping[str, Any]) -> list[str | None]:
    """What the gate says of a batch of three, the payload in the middle."""
    good, rows = payload_of(event()), [OF_THE_GOOD, dict(row), OF_THE_GOOD]
    return Gate().refuse_all([good, payload, good], **columns_of(rows))


def money_in(payload: bytes) -> dict[str, Any]:
    """The columns of a row that counts what its payload says."""
    try:
        data = json.loads(payload)["custom_data"]
        value, currency = data.get("value"), data.get("currency")
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return {}
    is_number = type(value) in (int, float) and abs(value) < 10**14
    return {"value": value if is_number else None, "currency": currency if type(currency) is str else None}


def columns_of(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The columns of rows, as the gate takes them for a batch."""
    plural = {name: f"{name}s" for name in COLUMNS} | {"currency": "currencies"}
    return {plural[name]: [row[name] for row in rows] for name in COLUMNS}


def answer(
    body: bytes | dict[str, Any] | str = b"",
    *,
    status: int | None = 200,
    headers: Mapping[str, str] | None = None,
    never_connected: bool = False,
) -> Answer:
    content = body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body)).encode()
    return Answer(status=status, headers=headers or {}, body=content, never_connected=never_connected, duration_ms=12)


def refused(code: Any, subcode: Any = None, *, status: int = 400, **more: Any) -> Answer:
    """An error in Meta's envelope, its texts in a language nobody here reads."""
    error = {"message": "Ugyldig parameter", "type": "OAuthException", "code": code, "fbtrace_id": "A6UyEgg_HdoiRX9"}
    if subcode is not None:
        error |= {"error_subcode": subcode, "is_transient": False, "error_user_title": "Tidsstempel er for gammelt"}
    return answer({"error": error | more}, status=status)
