"""What events of apps (docs/meta-api.md §6.3) and of business messaging (§6.4) need beside what all events need."""

from __future__ import annotations

from typing import Any

from connector.destinations.meta.custom_data import is_blank
from connector.destinations.meta.reasons import Refusal

EXTINFO = 16
PLATFORMS = frozenset({"a2", "i2"})
PLATFORM, OS_VERSION = 0, 4
"""Their places in extinfo."""
MESSAGES = frozenset(
    {
        "LeadSubmitted",
        "Purchase",
        "AddToCart",
        "InitiateCheckout",
        "ViewContent",
        "QualifiedLead",
        "OrderCreated",
        "CartAbandoned",
        "RatingProvided",
        "ReviewProvided",
    }
)
"""The names that were seen to be taken."""


def refuse_channel(event: dict[str, Any]) -> Refusal | None:
    """Why Meta would refuse an event of an app or of messaging, or None; others pass. `user_data` is an object."""
    match event.get("action_source"):
        case "app":
            return None if _is_app_data(event.get("app_data")) else Refusal.INCOMPLETE_APP_DATA
        case "business_messaging":
            return _refuse_message(event)
        case _:
            return None


def _is_app_data(data: Any) -> bool:
    return (
        type(data) is dict
        and _is_flag(data.get("advertiser_tracking_enabled"))
        and (data.get("application_tracking_enabled") is None or _is_flag(data["application_tracking_enabled"]))
        and _is_extinfo(data.get("extinfo"))
    )


def _is_flag(value: Any) -> bool:
    return type(value) in (bool, int) and value in (0, 1)


def _is_extinfo(parts: Any) -> bool:
    return (
        type(parts) is list
        and len(parts) == EXTINFO
        and all(type(part) in (str, int, float) for part in parts)
        and parts[PLATFORM] in PLATFORMS
        and not is_blank(parts[OS_VERSION])
    )


def _refuse_message(event: dict[str, Any]) -> Refusal | None:
    user_data, channel = event["user_data"], event.get("messaging_channel")
    if event.get("event_name") not in MESSAGES:
        return Refusal.MESSAGING_EVENT
    given = {key for key, value in user_data.items() if not is_blank(value) and type(value) is not list}
    match channel:
        case "whatsapp":
            is_named = bool(given & {"whatsapp_business_account_id", "page_id"}) and "ctwa_clid" in given
        case "messenger":
            is_named = given >= {"page_id", "page_scoped_user_id"}
        case "instagram":
            is_named = given >= {"ig_account_id", "ig_sid"}
        case _:
            return Refusal.MESSAGING_CHANNEL
    return None if is_named else Refusal.MESSAGING_ID_MISSING
