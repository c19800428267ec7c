"""What Insights calls an event: several names for one and the same conversion, never to be added up.

See docs/meta-api.md §8.4.
"""

from __future__ import annotations

import re
from typing import Final

PURCHASE: Final = (
    "omni_purchase",
    "purchase",
    "offsite_conversion.fb_pixel_purchase",
    "onsite_web_purchase",
    "onsite_web_app_purchase",
    "web_in_store_purchase",
    "web_app_in_store_purchase",
)
IN_STORE_PURCHASE: Final = (
    "omni_purchase",
    "purchase",
    "offline_conversion.purchase",
    "web_in_store_purchase",
    "web_app_in_store_purchase",
)
"""Which of the names a store sale has is not documented (docs/meta-api.md §8.4, unsure)."""
_STANDARD: Final = (
    "AddPaymentInfo AddToCart AddToWishlist CompleteRegistration Contact CustomizeProduct Donate FindLocation "
    "InitiateCheckout Lead PageView Schedule Search StartTrial SubmitApplication Subscribe ViewContent"
)
STANDARD: Final = frozenset(_STANDARD.split())


def action_types(event_name: str, *, in_store: bool) -> tuple[str, ...]:
    """All names of an event. Those of other events than purchases are in the manner of theirs (X)."""
    if event_name == "Purchase":
        return IN_STORE_PURCHASE if in_store else PURCHASE
    if event_name not in STANDARD:
        return ("offsite_conversion.fb_pixel_custom",)
    snake = re.sub(r"(?<!^)(?=[A-Z])", "_", event_name).lower()
    return (f"omni_{snake}", snake, f"offsite_conversion.fb_pixel_{snake}")
