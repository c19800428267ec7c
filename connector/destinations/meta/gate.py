"""The gate: refuses an event only for what Meta is known to refuse, and for what must not be sent for privacy.

Meta refuses a whole request for one bad event, so what can be known beforehand is caught here. What Meta only
recommends (a user agent with website events, a page's URL) passes. The gate reads no clock: delivery checks ages.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import msgspec

from connector.destinations.meta import plaintext
from connector.destinations.meta.channels import refuse_channel
from connector.destinations.meta.custom_data import is_blank, refuse_custom_data, refuse_other_money
from connector.destinations.meta.duplicates import repeats_a_key
from connector.destinations.meta.identifiers import (
    MUST_BE_HASHED,
    Shape,
    is_click,
    is_hash,
    is_lead,
    is_of_its_type,
    is_one_address,
    is_too_thin,
    present,
)
from connector.destinations.meta.options import refuse_options
from connector.destinations.meta.reasons import Refusal
from connector.destinations.meta.screening import all_valid
from connector.destinations.meta.urls import URLS, refuse_urls

ACTION_SOURCES = frozenset(
    {
        "email",
        "website",
        "app",
        "phone_call",
        "chat",
        "physical_store",
        "system_generated",
        "business_messaging",
        "other",
    }
)
"""docs/meta-api.md §2.2."""

PLAIN_KEYS = frozenset(
    {
        *("event_name", "event_time", "event_id", "action_source", "event_source_url", "referrer_url", "opt_out"),
        *("data_processing_options", "data_processing_options_country", "data_processing_options_state", "user_data"),
    }
)
"""Of an event; what is below the others is looked at key by key."""
_OF_A_BROWSER = re.compile(r"[\w.:\-]*", re.ASCII)
_MOST_SHAPES = 1024
PIECE = 50
"""Events checked together: an unusual one makes all of these slow, and these fit into the processor's cache."""


class Gate:
    """Checks event by event. It remembers which combinations of `user_data` keys it has seen, never a value."""

    def __init__(self) -> None:
        self._decode = msgspec.json.Decoder().decode
        self._shapes: dict[tuple[str, ...], Shape] = {}

    def refuse(
        self,
        payload: bytes,
        *,
        event_name: str | None,
        event_id: str | None,
        event_time: int | None,
        value: float | None,
        currency: str | None,
    ) -> str | None:
        """The reason word why this event must not be sent, or None if it may. Never raises, whatever the bytes are.

        All but the payload are the row's columns; `event_time` in whole seconds since 1970, UTC.
        """
        try:
            event = self._decode(payload)
            if type(event) is not dict:
                return Refusal.NOT_AN_OBJECT
            if not _names_its_row(event, event_name, event_id, event_time):
                return _refuse_key(event, event_name, event_id, event_time)
            escaped = b"\\" in payload
            return (
                self._refuse_user_data(event)
                or refuse_custom_data(event)
                or refuse_other_money(event, value, currency)
                or refuse_options(event)
                or refuse_channel(event)
                or _refuse_plaintext(event, payload, escaped=escaped)
                or (Refusal.DUPLICATE_JSON_KEY if repeats_a_key(payload, event, escaped=escaped) else None)
            )
        except (ValueError, RecursionError):  # msgspec's errors and broken UTF-8 are ValueErrors
            return Refusal.NOT_JSON

    def refuse_all(
        self,
        payloads: Sequence[bytes],
        *,
        event_names: Sequence[str | None],
        event_ids: Sequence[str | None],
        event_times: Sequence[int | None],
        values: Sequence[float | None],
        currencies: Sequence[str | None],
    ) -> list[str | None]:
        """What `refuse` returns for each event, but faster where most events are ordinary."""
        verdicts: list[str | None] = []
        for start in range(0, len(payloads), PIECE):
            piece = slice(start, start + PIECE)
            some, names, keys, times = payloads[piece], event_names[piece], event_ids[piece], event_times[piece]
            money = values[piece], currencies[piece]
            if all_valid(some, names, keys, times, *money, action_sources=ACTION_SOURCES):
                verdicts += [None] * len(some)
                continue
            verdicts += [
                self.refuse(payload, event_name=name, event_id=key, event_time=time, value=value, currency=currency)
                for payload, name, key, time, value, currency in zip(some, names, keys, times, *money, strict=True)
            ]
        return verdicts

    def _refuse_user_data(self, event: dict[str, Any]) -> Refusal | None:
        user_data = event.get("user_data")
        if type(user_data) is not dict:
            return Refusal.MISSING_USER_DATA
        keys = tuple(user_data)
        shape = self._shapes.get(keys) or self._learn(keys)
        if shape.is_simple_and_hashed(user_data):
            return None
        return _refuse_identifiers(user_data, shape)

    def _learn(self, keys: tuple[str, ...]) -> Shape:
        shape = Shape.of(keys)
        if len(self._shapes) < _MOST_SHAPES:
            self._shapes[keys] = shape
        return shape


def _names_its_row(event: dict[str, Any], event_name: str | None, event_id: str | None, event_time: int | None) -> bool:
    """True if key and action_source are valid: the usual case, in one expression. Else `_refuse_key` says why."""
    time, source = event.get("event_time"), event.get("action_source")
    return bool(
        event_name
        and event_id
        and time == event_time
        and type(time) is int
        and event.get("event_name") == event_name
        and event.get("event_id") == event_id
        and not event_name.isspace()
        and not event_id.isspace()
        and type(source) is str
        and source in ACTION_SOURCES
    )


def _refuse_key(event: dict[str, Any], event_name: str | None, event_id: str | None, event_time: int | None) -> Refusal:
    name, key, time = event.get("event_name"), event.get("event_id"), event.get("event_time")
    if is_blank(name):
        return Refusal.MISSING_EVENT_NAME
    if name != event_name:
        return Refusal.EVENT_NAME_DIFFERS
    if is_blank(key) or is_blank(event_id):
        return Refusal.MISSING_EVENT_ID
    if key != event_id:
        return Refusal.EVENT_ID_DIFFERS
    if time is None:
        return Refusal.MISSING_EVENT_TIME
    if type(time) is not int:
        return Refusal.EVENT_TIME_NOT_SECONDS
    if time != event_time:
        return Refusal.EVENT_TIME_DIFFERS
    return Refusal.MISSING_ACTION_SOURCE if is_blank(event.get("action_source")) else Refusal.UNKNOWN_ACTION_SOURCE


def _refuse_identifiers(user_data: dict[str, Any], shape: Shape) -> Refusal | None:
    if not shape.known:
        return Refusal.UNKNOWN_USER_DATA_KEY
    if not all(is_hash(user_data[key]) for key in MUST_BE_HASHED.intersection(user_data)):
        return Refusal.IDENTIFIER_NOT_HASHED
    if not is_lead(user_data.get("lead_id")):
        return Refusal.INVALID_LEAD_ID
    if not all(is_of_its_type(key, user_data[key]) for key in shape.unhashed):
        return Refusal.USER_DATA_TYPE
    if is_too_thin(present(user_data)):
        return Refusal.TOO_THIN
    if not is_click(user_data.get("fbc")):
        return Refusal.INVALID_CLICK_ID
    return None if is_one_address(user_data.get("client_ip_address")) else Refusal.SEVERAL_ADDRESSES


def _refuse_plaintext(event: dict[str, Any], payload: bytes, *, escaped: bool) -> Refusal | None:
    """A user agent may contain an address (of a crawler's owner); nothing else may."""
    if reason := refuse_urls(event):
        return reason
    if any(map(plaintext.is_encoded_address, plaintext.texts(event["user_data"].get("external_id")))):
        return Refusal.PLAINTEXT_EXTERNAL_ID
    rest = {key: value for key, value in event.items() if key not in PLAIN_KEYS}
    for key, value in plaintext.pairs(rest):
        if plaintext.is_phone_under(key, value):
            return Refusal.PLAINTEXT_PHONE
        if plaintext.is_name_under(key, value):
            return Refusal.PLAINTEXT_NAME
    may_be_address = plaintext.may_hold_an_address(payload, escaped=escaped)
    may_be_phone = escaped or plaintext.may_hold_a_phone(payload)
    if not (may_be_address or may_be_phone):
        return None
    return _refuse_forms(event, may_be_address=may_be_address, may_be_phone=may_be_phone)


def _refuse_forms(event: dict[str, Any], *, may_be_address: bool, may_be_phone: bool) -> Refusal | None:
    user_data = event["user_data"]
    external_id = user_data.get("external_id")
    others = [value for key, value in user_data.items() if key != "client_user_agent"]
    rest = {key: value for key, value in event.items() if key != "user_data" and key not in URLS}
    if may_be_address:
        if plaintext.holds_an_address(external_id):
            return Refusal.PLAINTEXT_EXTERNAL_ID
        if plaintext.holds_an_address([others, rest]):
            return Refusal.PLAINTEXT_EMAIL
    if may_be_phone:
        if plaintext.holds_a_phone(external_id):
            return Refusal.PLAINTEXT_EXTERNAL_ID
        ids = [value for value in others if not _is_of_a_browser(value)]
        if plaintext.holds_a_phone([ids, rest]) or plaintext.holds_a_phone_in_words(rest):
            return Refusal.PLAINTEXT_PHONE
    return None


def _is_of_a_browser(value: Any) -> bool:
    """Formed like an IP address, fbc or fbp: digits and dots of these are no phone number."""
    return type(value) is str and _OF_A_BROWSER.fullmatch(value) is not None
