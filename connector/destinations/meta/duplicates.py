"""Finds duplicate keys in a JSON object.

A decoder keeps one of the two values, and Meta does not document which one it keeps: the other could be an identifier
in plain text.
"""

from __future__ import annotations

import json
from typing import Any


def repeats_a_key(payload: bytes, event: dict[str, Any], *, escaped: bool) -> bool:
    """True if an object in the payload names a key twice. `event` is the payload, decoded, its user_data an
    object; `escaped`: whether it contains a backslash.

    Told from a count where possible: without escapes, each colon belongs to one key or to a text. If the keys and the
    texts that usually have colons account for all of them, no room is left for a second key. If they do not, the
    payload is read again, pair by pair.
    """
    if escaped:
        return _repeats(payload)
    colons = payload.count(b":") - len(event) - len(event["user_data"])
    custom_data = event.get("custom_data")
    if type(custom_data) is dict:
        colons -= len(custom_data)
        contents = custom_data.get("contents")
        if type(contents) is list:
            for item in contents:
                if type(item) is dict:
                    colons -= len(item)
    url = event.get("event_source_url")  # often the only text that has one
    if colons == 0 or (type(url) is str and colons == url.count(":")):
        return False
    return colons != _usual_colons(event) and _repeats(payload)


def _usual_colons(event: dict[str, Any]) -> int:
    user_data = event["user_data"]
    return (
        _colons(event.get("event_source_url"))
        + _colons(event.get("referrer_url"))
        + _colons(user_data.get("client_ip_address"))
        + _colons(user_data.get("client_user_agent"))
    )


def _colons(text: Any) -> int:
    return text.count(":") if type(text) is str else 0


def _repeats(payload: bytes) -> bool:
    repeated = False

    def look(pairs: list[tuple[str, Any]]) -> None:
        nonlocal repeated
        repeated = repeated or len({key for key, _ in pairs}) != len(pairs)

    json.loads(payload, object_pairs_hook=look)
    return repeated
