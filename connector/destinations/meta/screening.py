"""The gate's fast path: checks many events at once, and passes all of them or none.

What it passes, `Gate.refuse` would pass too; what it does not pass may still be valid. The rules are the gate's; this
only knows the ordinary event: documented keys, hashed identifiers, no escapes, no address anywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import Any

import msgspec

from connector.destinations.meta.plaintext import may_hold_an_address

OPENING, CLOSING = {ord("{")}, {ord("}")}
LETTERS = 3
HASH = 64
HEXADECIMAL = b"0123456789abcdef"
REQUIRED = 4
"""Fields of an event that come first, beside its user_data."""

Hashes = str | list[str] | None


class _UserData(msgspec.Struct, gc=False, forbid_unknown_fields=True, omit_defaults=True):
    em: Hashes = None
    ph: Hashes = None
    fn: Hashes = None
    ln: Hashes = None
    db: Hashes = None
    ge: Hashes = None
    ct: Hashes = None
    st: Hashes = None
    zp: Hashes = None
    country: Hashes = None
    external_id: Hashes = None
    client_ip_address: str | None = None
    client_user_agent: str | None = None
    fbc: str | None = None
    fbp: str | None = None


class _Event(msgspec.Struct, gc=False, forbid_unknown_fields=True, omit_defaults=True):
    event_name: str
    event_time: int
    event_id: str
    action_source: str
    event_source_url: str | None = None
    referrer_url: str | None = None
    opt_out: bool | None = None
    data_processing_options: list[str] | None = None
    data_processing_options_country: int | None = None
    data_processing_options_state: int | None = None
    user_data: _UserData = msgspec.field(default_factory=_UserData)
    custom_data: dict[str, Any] | None = None


_decode = msgspec.json.Decoder(_Event).decode_lines
_encode = msgspec.json.Encoder().encode
_HASHED = tuple(map(attrgetter, ("em", "ph", "fn", "ln", "db", "ge", "ct", "st", "zp", "country")))
_USER_TEXTS = tuple(map(attrgetter, ("external_id", "client_ip_address", "client_user_agent", "fbc", "fbp")))
_OPTIONAL = tuple(map(attrgetter, [name for name in _Event.__struct_fields__[REQUIRED:] if name != "user_data"]))


def all_valid(
    payloads: Sequence[bytes],
    event_names: Sequence[str | None],
    event_ids: Sequence[str | None],
    event_times: Sequence[int | None],
    *,
    action_sources: frozenset[str],
) -> bool:
    """True if the gate would pass every payload, given its row's columns. Never raises."""
    # No JSON text holds a raw line break, and no JSON value `}` right before `{`: so no value spans two payloads.
    body = b"\n".join(payloads)
    if b"\\" in body or may_hold_an_address(body, escaped=False):
        return False
    try:
        if {payload[0] for payload in payloads} != OPENING or {payload[-1] for payload in payloads} != CLOSING:
            return False
        events: list[_Event] = _decode(body)
    except (ValueError, IndexError, RecursionError):
        return False
    if len(events) != len(payloads):
        return False
    people = [event.user_data for event in events]
    names = {event.event_name for event in events}
    hashes = [value for get in _HASHED for value in map(get, people) if value is not None]
    return (
        [event.event_id for event in events] == event_ids
        and [event.event_name for event in events] == event_names
        and [event.event_time for event in events] == event_times
        and all(map(str.strip, names))
        and "" not in [event.event_id.strip() for event in events]
        and action_sources.issuperset({event.action_source for event in events})
        # each of these alone is never too thin
        and all(person.em or person.ph or person.client_ip_address for person in people)
        and (_are_hashes(hashes) or _are_hashes([one for value in hashes for one in _listed(value)]))
        and ("Purchase" not in names or _are_priced([e.custom_data for e in events if e.event_name == "Purchase"]))
        and body.count(b":") == len(hashes) + _colons(events, people)
    )


def _colons(events: list[_Event], people: list[_UserData]) -> int:
    """How many colons the events would have if each key were written once, apart from those of hashed keys.

    A decoder keeps one of two equal keys: the other one's colon is then missing here.
    """
    colons = (REQUIRED + 1) * len(events)
    for things, getters in ((events, _OPTIONAL), (people, _USER_TEXTS)):
        for get in getters:
            found = [value for value in map(get, things) if value is not None]
            colons += len(found) + (_encode(found).count(b":") if found else 0)
    return colons


def _listed(value: Any) -> list[str]:
    return value if type(value) is list else [value]


def _are_hashes(values: list[Any]) -> bool:
    try:
        return {HASH}.issuperset(map(len, values)) and not "".join(values).encode().translate(None, HEXADECIMAL)
    except (TypeError, ValueError):  # a list among them; half a character
        return False


def _are_priced(purchases: list[dict[str, Any] | None]) -> bool:
    """Every Purchase has a currency of three letters and a value, not negative."""
    try:
        values = [purchase["value"] for purchase in purchases]  # type: ignore[index] # None is caught
        currencies = {purchase["currency"] for purchase in purchases}  # type: ignore[index] # None is caught
    except (TypeError, KeyError):
        return False
    return (
        {float, int}.issuperset(map(type, values))
        and min(values, default=0) >= 0
        and all(
            type(currency) is str and len(currency) == LETTERS and currency.isalpha() and currency.isascii()
            for currency in currencies
        )
    )
