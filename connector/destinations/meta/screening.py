"""The gate's fast path: checks many events at once, and passes all of them or none.

What it passes, `Gate.refuse` would pass too; what it does not pass may still be valid. The rules are the gate's; this
only knows the ordinary event: documented keys, those of an advertiser's own in `custom_data`, hashed identifiers, no
escapes, no address anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from operator import attrgetter
from typing import Annotated, Any, Literal

import msgspec

from connector.destinations.meta.currencies import SPELLINGS
from connector.destinations.meta.custom_data import LARGEST
from connector.destinations.meta.identifiers import is_lead
from connector.destinations.meta.options import LIMITED, is_pair
from connector.destinations.meta.plaintext import (
    holds_an_at_sign,
    is_encoded_address,
    may_hold_a_phone,
    names_a_person,
    pairs,
)
from connector.destinations.meta.urls import are_ordinary

OPENING, CLOSING = {ord("{")}, {ord("}")}
HASH = 64
BROWSERS = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_.:-"
"""Signs of an IP address and of fbp."""
HEXADECIMAL = b"0123456789abcdef"

Hashes = str | list[str] | None
Number = float | int | None
Id = Annotated[str, msgspec.Meta(min_length=1)] | int
Delivery = Literal["in_store", "curbside", "home_delivery"] | None


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
    lead_id: int | str | None = None


class _Item(msgspec.Struct, gc=False, omit_defaults=True):
    id: Id
    quantity: Number = None
    item_price: Number = None
    delivery_category: Delivery = None


class _CustomData(msgspec.Struct, gc=False, omit_defaults=True):
    value: Number = None
    currency: str | None = None
    net_revenue: Number = None
    predicted_ltv: Number = None
    order_id: str | int | None = None
    item_number: str | int | None = None
    content_type: str | None = None
    content_ids: list[str | int] | None = None
    contents: list[_Item] | None = None
    content_name: str | None = None
    content_category: str | None = None
    num_items: int | None = None
    search_string: str | None = None
    status: str | None = None
    delivery_category: Delivery = None
    event_source: str | None = None
    lead_event_source: str | None = None


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
    custom_data: _CustomData | None = None


class _Custom(msgspec.Struct, gc=False):
    """The same event, of which only custom_data is read, as it stands."""

    custom_data: dict[str, Any] | None = None


_NO_DATA = _CustomData()
_decode = msgspec.json.Decoder(_Event).decode_lines
_decode_custom = msgspec.json.Decoder(_Custom).decode_lines
_encode = msgspec.json.Encoder().encode
_HASHED = tuple(map(attrgetter, ("em", "ph", "fn", "ln", "db", "ge", "ct", "st", "zp", "country")))
_PAIR = attrgetter("data_processing_options_country", "data_processing_options_state")
_SOURCES_OF_THEIR_OWN = frozenset({"app", "business_messaging"})
_CLICKS = re.compile(r"(?:fb\.[0-9]+\.[0-9]+\.[\w-][\w.-]*\n)*")
_OF_DATA, _OF_AN_ITEM = frozenset(_CustomData.__struct_fields__), frozenset(_Item.__struct_fields__)
_BLANK_ID = re.compile(rb'"id":"[\x80-\xff]')


def all_valid(
    payloads: Sequence[bytes],
    event_names: Sequence[str | None],
    event_ids: Sequence[str | None],
    event_times: Sequence[int | None],
    values: Sequence[float | None],
    currencies: Sequence[str | None],
    *,
    action_sources: frozenset[str],
) -> bool:
    """True if the gate would pass every payload, given its row's columns. Never raises."""
    # No JSON text holds a raw line break, and no JSON value `}` right before `{`: so no value spans two payloads.
    body = b"\n".join(payloads)
    if b"\\" in body or holds_an_at_sign(body):
        return False
    try:
        if {payload[0] for payload in payloads} != OPENING or {payload[-1] for payload in payloads} != CLOSING:
            return False
        events: list[_Event] = _decode(body)
        colons = body.count(b":") - _encode(events).count(b":")
        properties = _properties(body) if colons else []
    except (ValueError, IndexError, RecursionError):
        return False
    if len(events) != len(payloads):
        return False
    people = [event.user_data for event in events]
    names = {event.event_name for event in events}
    sources = {event.action_source for event in events}
    hashes = [value for get in _HASHED for value in map(get, people) if value is not None]
    return (
        [event.event_id for event in events] == event_ids
        and [event.event_name for event in events] == event_names
        and [event.event_time for event in events] == event_times
        and all(map(str.strip, names))
        and "" not in [event.event_id.strip() for event in events]
        and action_sources.issuperset(sources)
        and _SOURCES_OF_THEIR_OWN.isdisjoint(sources)
        # each of these alone is never too thin
        and all(person.em or person.ph or person.client_ip_address or person.lead_id for person in people)
        and (_are_hashes(hashes) or _are_hashes([one for value in hashes for one in _listed(value)]))
        and _are_unhashed(people)
        and _are_priced(events)
        and _is_their_money(events, values, currencies)
        and _are_options(events)
        and _are_urls(events)
        and colons == _encode(properties).count(b":")  # a key that stood twice is written once
        and not any(names_a_person(key) for key, _ in pairs(properties))
        and _are_free_of_phones(events, people, properties)
    )


def _properties(body: bytes) -> list[dict[str, Any]]:
    """What stands in `custom_data` and its items under keys that Meta does not define: properties of the advertiser."""
    read: list[_Custom] = _decode_custom(body)
    data = [event.custom_data for event in read if event.custom_data]
    items = [item for one in data for item in one.get("contents") or ()]
    found = [{key: one[key] for key in one.keys() - _OF_DATA} for one in data]
    return found + [{key: one[key] for key in one.keys() - _OF_AN_ITEM} for one in items]


def _are_free_of_phones(events: list[_Event], people: list[_UserData], properties: list[dict[str, Any]]) -> bool:
    """Whether no text is formed like a phone number or has HTML entities, those of browsers left aside, and no id is an
    address in base64."""
    ids = [person.external_id for person in people if person.external_id]
    texts: list[Any] = [[event.custom_data for event in events], properties, [event.event_id for event in events]]
    texts.append(sorted({event.event_name for event in events}))
    if not _are_hashes(ids):
        if any(is_encoded_address(one) for value in ids for one in _listed(value)):
            return False
        texts.append(ids)
    plain = b"".join(map(_encode, texts))
    return (
        not may_hold_a_phone(plain) and b'"id":" ' not in plain and (plain.isascii() or _BLANK_ID.search(plain) is None)
    )


def _are_urls(events: list[_Event]) -> bool:
    urls = [event.event_source_url for event in events if event.event_source_url]
    urls += [event.referrer_url for event in events if event.referrer_url]
    return are_ordinary("\n".join(urls))


def _listed(value: Any) -> list[str]:
    return value if type(value) is list else [value]


def _are_hashes(values: list[Any]) -> bool:
    try:
        return {HASH}.issuperset(map(len, values)) and not "".join(values).encode().translate(None, HEXADECIMAL)
    except (TypeError, ValueError):  # a list among them; half a character
        return False


def _are_unhashed(people: list[_UserData]) -> bool:
    """Click ids have their parts, IP addresses are one each, lead ids exact."""
    clicks = "".join([f"{person.fbc}\n" for person in people if person.fbc])
    addresses = "".join([person.client_ip_address for person in people if person.client_ip_address])
    browsers = "".join([person.fbp for person in people if person.fbp])
    return (
        _CLICKS.fullmatch(clicks) is not None
        and not (addresses + browsers).encode("utf-8", "replace").translate(None, BROWSERS)
        and all(is_lead(person.lead_id) for person in people if person.lead_id is not None)
    )


def _are_priced(events: list[_Event]) -> bool:
    """Every value has a currency of ISO 4217 and is not negative; every Purchase has a value."""
    money = [event.custom_data for event in events if event.custom_data]
    values = [data.value for data in money if data.value is not None]
    currencies = {data.currency for data in money if data.currency is not None or data.value is not None}
    return (
        SPELLINGS.issuperset(currencies)
        and min(values, default=0) >= 0
        and max(values, default=0) < LARGEST
        and not any(
            event.custom_data is None or event.custom_data.value is None
            for event in events
            if event.event_name == "Purchase"
        )
    )


def _is_their_money(events: list[_Event], values: Sequence[float | None], currencies: Sequence[str | None]) -> bool:
    money = [event.custom_data or _NO_DATA for event in events]
    return [data.value for data in money] == values and [data.currency for data in money] == currencies


def _are_options(events: list[_Event]) -> bool:
    pairs = set(map(_PAIR, events))
    if pairs == {(None, None)}:
        return not any(event.data_processing_options for event in events)
    return all(
        is_pair(*_PAIR(event)) and all(option == LIMITED for option in event.data_processing_options or ())
        for event in events
        if event.data_processing_options or _PAIR(event) != (None, None)
    )
