"""Good events and good calls for the tests of the sandbox; each test breaks one on purpose."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import Any

from connector.sandbox.calls import Call
from connector.sandbox.request_rules import Terms
from connector.sandbox.routes import Endpoint
from connector.sandbox.rules import terms_at
from connector.sandbox.tokens import TokenState

NOW = 1_790_000_000
DAY = 86_400
TERMS: Terms = terms_at(NOW, "any", 60)


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def purchase(**changes: Any) -> dict[str, Any]:
    """A purchase that breaks no rule; a change of None takes the member away."""
    event = {
        "event_name": "Purchase",
        "event_time": NOW - 60,
        "event_id": "order-1",
        "action_source": "website",
        "event_source_url": "https://shop.example/thanks",
        "user_data": {"em": [sha256("a@example.com")], "country": sha256("us"), "client_user_agent": "browser"},
        "custom_data": {"value": Decimal("12.5"), "currency": "USD", "order_id": "order-1"},
    } | changes
    return {name: value for name, value in event.items() if value is not None}


def call(**changes: Any) -> Call:
    """A call that breaks no rule."""
    members: dict[str, Any] = {
        "method": "POST",
        "endpoint": Endpoint.EVENTS,
        "path": "/v26.0/123/events",
        "version": "v26.0",
        "object_id": "123",
        "edge": ("events",),
        "token": TokenState(),
        "events": [purchase()],
        "media": "application/json",
        "body_bytes": 0,
        "is_test": False,
    }
    return Call(**(members | changes))
