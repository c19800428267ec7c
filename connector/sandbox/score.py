"""The match score, by an invented formula (docs/meta-api.md §9): points by key times the share that can match."""

from __future__ import annotations

from collections import Counter
from typing import Final

POINTS: Final = {
    "em": 2.5,
    "ph": 2.0,
    "external_id": 1.0,
    "fbc": 1.0,
    "fbp": 0.75,
    "client_ip_address": 0.75,
    "client_user_agent": 0.5,
    "fn": 0.4,
    "ln": 0.4,
    "zp": 0.2,
    "ct": 0.15,
    "st": 0.1,
    "country": 0.1,
    "db": 0.1,
    "ge": 0.05,
}
"""Ten together. Meta names e-mail, IP address, names and phone as the ones that matter most (docs/meta-api.md §9)."""

KEY_OF: Final = {
    "email": "em",
    "phone": "ph",
    "external_id": "external_id",
    "ip_address": "client_ip_address",
    "user_agent": "client_user_agent",
    "fbc": "fbc",
    "fbp": "fbp",
    "first_name": "fn",
    "last_name": "ln",
    "zip_code": "zp",
    "city": "ct",
    "state": "st",
    "country": "country",
    "date_of_birth": "db",
    "gender": "ge",
    "lead_id": "lead_id",
}
"""What Meta calls a key there. Only email, external_id, ip_address and user_agent are confirmed."""

IDENTIFIERS: Final = tuple(KEY_OF)


def composite(good_keys: Counter[str], events: int) -> float:
    """0 to 10 with one decimal. `good_keys`: events with each key in a form that can match."""
    return round(sum(points * good_keys[key] / events for key, points in POINTS.items()), 1) if events else 0.0


def key_score(good_keys: Counter[str], events: int) -> float:
    """The offline variant: as if the keys that no shop can know (browser's and click's) were there."""
    unknowable = ("fbc", "fbp", "client_ip_address", "client_user_agent")
    most = sum(points for key, points in POINTS.items() if key not in unknowable)
    if not events:
        return 0.0
    points = sum(points * good_keys[key] / events for key, points in POINTS.items() if key not in unknowable)
    return round(10 * points / most, 1)
