"""Checks of events of apps and of business messaging (docs/meta-api.md §6.3, §6.4). True: the rule is broken."""

from __future__ import annotations

from typing import Final

from connector.sandbox.event_rules import Event, is_missing, is_scalar
from connector.sandbox.request_rules import Terms

_MESSAGES: Final = (
    "LeadSubmitted Purchase AddToCart InitiateCheckout ViewContent QualifiedLead OrderCreated CartAbandoned "
    "RatingProvided ReviewProvided"
)
MESSAGES: Final = frozenset(_MESSAGES.split())
"""The event names that were seen to be taken of business messaging."""


def app_incomplete(event: Event, _: Terms) -> bool:
    if event.get("action_source") != "app":
        return False
    data = event.get("app_data")
    if not isinstance(data, dict):
        return True
    flags = [data.get("advertiser_tracking_enabled"), data.get("application_tracking_enabled", 1)]
    flags[1] = 1 if flags[1] is None else flags[1]
    if any(flag.__class__ not in (int, bool) or flag not in (0, 1) for flag in flags):
        return True
    device = data.get("extinfo")
    if not isinstance(device, list) or len(device) != 16 or not all(is_scalar(each) for each in device):
        return True
    return device[0] not in ("a2", "i2") or is_missing(device[4])


def message_of_another_name(event: Event, _: Terms) -> bool:
    return is_message(event) and event["event_name"] not in MESSAGES


def message_without_channel(event: Event, _: Terms) -> bool:
    return is_message(event) and event.get("messaging_channel") not in ("whatsapp", "messenger", "instagram")


def message_without_page(event: Event, _: Terms) -> bool:
    """Neither a page nor a WhatsApp account; on Messenger a page."""
    keys = ["page_id"] if event.get("messaging_channel") == "messenger" else ["page_id", "whatsapp_business_account_id"]
    on_instagram = event.get("messaging_channel") == "instagram"
    return is_message(event) and not on_instagram and not any(names(event, key) for key in keys)


def message_without_instagram(event: Event, _: Terms) -> bool:
    return is_message(event) and event.get("messaging_channel") == "instagram" and not names(event, "ig_account_id")


def message_from_nobody(event: Event, _: Terms) -> bool:
    """Without the click (WhatsApp) or the person (Messenger, Instagram) of its channel."""
    if not is_message(event):
        return False
    of_channel = {"whatsapp": "ctwa_clid", "messenger": "page_scoped_user_id", "instagram": "ig_sid"}
    return not names(event, of_channel[event["messaging_channel"]])


def names(event: Event, key: str) -> bool:
    """Whether an id of the channel is there: an empty list counts as absent, as for every customer parameter."""
    value = event["user_data"].get(key)
    return not is_missing(value) and not isinstance(value, list)


def is_message(event: Event) -> bool:
    return event.get("action_source") == "business_messaging"
