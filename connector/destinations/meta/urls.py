"""What must not stand in a page's URL: tokens, and whatever names a person (docs/meta-api.md §12).

Our models keep `fbclid` and `utm_*` only; other relations may hand over a URL as the browser had it. The gate changes
no payload, so it refuses what such a URL gives away.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any
from urllib.parse import unquote_plus

from connector.destinations.meta import plaintext
from connector.destinations.meta.reasons import Refusal

URLS = ("event_source_url", "referrer_url")
_NAMES = re.compile(r"[?&#;]([^=&#;?\n]*)")
_PLUS = re.compile(r"\+[\s(]*[0-9]")
_KEYS = ("eyJ", "EAA", "sk_live_", "wc_order_", "(")
_PARAMETER = re.compile(r"[?&#;]([^=&#?;]{1,64})=([^&#;?]*)")
_TOKEN_KEY = re.compile(
    r"(?:access|auth|id|refresh|session|reset|csrf|xsrf|security|api|bearer|login|oauth|password|magic|invite|user|"
    r"customer|verify|verification|confirm|confirmation|unsubscribe|order|checkout|cart|secure|request|onetime|x)*token|"
    r"jwt|passw(?:or)?d|pwd|pass|passphrase|(?:[a-z]*client|app|api)?secret|(?:api|access|auth|secret|order)key|"
    r"session|(?:php|j|asp)?sess(?:ion)?id|otp|auth|authorization|bearer|credentials?"
)
_TOKEN = re.compile(
    r"eyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]{4,}|\bEAA[A-Za-z0-9]{40,}|\bsk_live_\w{6,}|\bwc_order_\w{6,}|"
    r"://[^/?#\s@:]*:[^/?#\s@]+@"
)
"""A JWT, a token of Meta's, a secret key of Stripe's, a WooCommerce order's key, a password before the host."""
_ENCODED = re.compile(r"=([A-Za-z0-9+/_-]{8,}={0,2})(?=[?&#;\n]|\Z)")
_WORDS = frozenset({"true", "false", "null", "none", "undefined"})
SHORTEST_TOKEN, SHORTEST_NUMBER = 4, 16
_PERSON = re.compile(r"[^\W\d_]{2,}(?: [^\W\d_]\.?)?(?: [^\W\d_]{2,}){1,2}")


def are_ordinary(urls: str) -> bool:
    """True if the URLs, one a line, give nothing away for sure: the usual case."""
    text = urls.encode("utf-8", "replace")
    if any(sign in urls for sign in _KEYS) or ("%" in urls and urls.count("%") != urls.count("%20")):
        return False
    if plaintext.holds_an_at_sign(text) or plaintext.may_hold_an_entity(text):
        return False
    if "+" in urls and _PLUS.search(urls):
        return False
    if not _are_of_campaigns(urls) and not (
        all(map(_is_harmless, set(_NAMES.findall(urls))))
        and not any(map(plaintext.is_encoded_address, _ENCODED.findall(urls)))
    ):
        return False
    return not plaintext.may_hold_a_phone(text) or not plaintext.holds_a_phone(urls)


@lru_cache(maxsize=10_000)
def _is_harmless(name: str) -> bool:
    """Whether a parameter of this name is neither a token nor somebody's phone or name, whatever its value."""
    return name.lower() != "name" and _TOKEN_KEY.fullmatch(_bare(name)) is None and not plaintext.names_a_person(name)


def _are_of_campaigns(urls: str) -> bool:
    """Whether all parameters are utm_* and fbclid, as our models leave them: counted, which is faster than reading."""
    if "#" in urls or ";" in urls:
        return False
    of_campaigns = sum(map(urls.count, ("?utm_", "&utm_", "?fbclid=", "&fbclid=")))
    return urls.count("?") + urls.count("&") == of_campaigns


def refuse_urls(event: dict[str, Any]) -> Refusal | None:
    """Why the event must not be sent for what its URLs give away, or None."""
    for url in plaintext.texts([event.get(name) for name in URLS]):
        if reason := None if are_ordinary(url) else _refuse_url(url):
            return reason
    return None


def _refuse_url(url: str) -> Refusal | None:
    spellings = list(plaintext.spellings(url))
    parameters = [pair for text in spellings for pair in _PARAMETER.findall(text)]
    if any(map(_TOKEN.search, spellings)) or any(_is_token(key, value) for key, value in parameters):
        return Refusal.TOKEN_IN_URL
    if plaintext.holds_an_address(url) or plaintext.holds_a_phone(url):
        return Refusal.PLAINTEXT_IN_URL
    is_personal = any(
        plaintext.is_encoded_address(value) or _is_personal(key, unquote_plus(value)) for key, value in parameters
    )
    return Refusal.PLAINTEXT_IN_URL if is_personal else None


def _is_token(key: str, value: str) -> bool:
    if _TOKEN_KEY.fullmatch(_bare(key)) is None or value.lower() in _WORDS:
        return False
    return len(value) >= (SHORTEST_NUMBER if value.isdigit() else SHORTEST_TOKEN)


def _bare(key: str) -> str:
    return re.sub(r"[\W_]+", "", key).lower()


def _is_personal(key: str, value: str) -> bool:
    if plaintext.is_phone_under(key, value) or plaintext.is_name_under(key, value):
        return True
    return key.lower() == "name" and value.istitle() and _PERSON.fullmatch(value) is not None
