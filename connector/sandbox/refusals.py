"""Meta's answers as bytes: the error envelope, the acceptance, Meta's escapes (docs/meta-api.md §1.6, §7.1, §13).

Texts are the documented or observed English ones. They are for people: a caller that matches on them is wrong.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

JSON = "application/json; charset=UTF-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One error answer. `{object_id}`, `{method}`, `{path}` in the message are filled in; None is left out."""

    code: int
    subcode: int | None = None
    status: int = 400
    type: str = "OAuthException"
    message: str = "Invalid parameter"
    is_transient: bool | None = None
    title: str | None = None
    text: str | None = None

    @property
    def codes(self) -> str:
        """`code` or `code/subcode`."""
        return str(self.code) if self.subcode is None else f"{self.code}/{self.subcode}"


class RefusedError(Exception):
    """A reading call that is answered with a refusal; `rule` names why in what the sandbox tells of itself."""

    def __init__(self, rule: str, answer: Refusal) -> None:
        super().__init__(rule)
        self.rule = rule
        self.answer = answer


def bad_parameter(name: str) -> RefusedError:
    """A parameter of a reading call that cannot be read (X text)."""
    return RefusedError("parameter", Refusal(code=100, message=f"(#100) Invalid parameter: {name}"))


def unknown_field(name: str) -> RefusedError:
    """A field of a reading call that does not exist, as was observed (docs/meta-api.md §8.3)."""
    return RefusedError("field", Refusal(code=100, message=f"(#100) Tried accessing nonexisting field ({name})"))


def trace_id() -> str:
    """A new fbtrace_id: 23 characters of base64url, the first an A."""
    return "A" + secrets.token_urlsafe(17)[:22]


def refusal_body(refusal: Refusal, blanks: Mapping[str, str], trace: str) -> bytes:
    """The error envelope."""
    message = refusal.message
    for name, value in blanks.items():
        message = message.replace("{" + name + "}", value)
    members = {
        "message": message,
        "type": refusal.type,
        "code": refusal.code,
        "error_subcode": refusal.subcode,
        "is_transient": refusal.is_transient,
        "error_user_title": refusal.title,
        "error_user_msg": refusal.text,
        "fbtrace_id": trace,
    }
    return to_bytes({"error": {name: value for name, value in members.items() if value is not None}})


def acceptance_body(events: int, trace: str) -> bytes:
    """The answer to a request that was accepted: the count is of receipt, before deduplication."""
    return to_bytes({"events_received": events, "messages": [], "fbtrace_id": trace})


def to_bytes(members: dict[str, Any]) -> bytes:
    """JSON in Meta's spelling: slashes escaped, everything else than ASCII as \\uXXXX."""
    return json.dumps(members, ensure_ascii=True, separators=(",", ":")).replace("/", "\\/").encode()


UNKNOWN_PATH = Refusal(code=2500, message="Unknown path components: {path}")
"""Observed (docs/meta-api.md §7.2)."""

UNKNOWN_VERSION = Refusal(
    code=2635,
    message="(#2635) You are calling a deprecated version of the Ads API. Please update to the latest version: v26.0.",
)
"""Invented, wording from memory (docs/meta-api.md §7.2)."""

UNSUPPORTED = Refusal(
    code=100,
    subcode=33,
    type="GraphMethodException",
    message=(
        "Unsupported {method} request. Object with ID '{object_id}' does not exist, cannot be loaded due to missing "
        "permissions, or does not support this operation. Please read the Graph API documentation at "
        "https://developers.facebook.com/docs/graph-api"
    ),
)
"""E7 (docs/meta-api.md §13), and any other method than POST on the edge (§1.1: documented; text invented)."""

MISSING_PERMISSION = Refusal(code=100, message="(#100) Missing Permission")
"""A token without `ads_read` at a dataset's node or `/stats` (docs/meta-api.md §1.2); for Insights too (invented)."""

NO_QUALITY_PERMISSION = Refusal(code=10, message="(#10) Application does not have permission for this action")
"""The code is documented (docs/meta-api.md §8.3), the text invented."""

TOO_MUCH = Refusal(
    code=100,
    subcode=1487534,
    message="(#100) Please reduce the amount of data you're asking for, then retry your request",
)
"""Too much for one synchronous Insights call: the code is documented (docs/meta-api.md §7.2), the text invented."""
