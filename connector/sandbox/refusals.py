"""What Meta refuses with: codes, words and bodies (docs/meta-api.md §7.1).

What Meta was seen to say is said so; where it was not, the words are ours. Titles and texts for people come in the
language of the token's user. The German is ours too: a program that matches on words fails in a test.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

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
    message="(#2635) You are calling a deprecated version of the Ads API. Please update to the latest version: v27.0.",
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


def invalid(subcode: int | None = None, title: str | None = None, text: str | None = None) -> Refusal:
    """The shape of every refusal for content (docs/meta-api.md §7.3)."""
    return Refusal(code=100, subcode=subcode, is_transient=False, title=title, text=text)


NO_TOKEN = Refusal(status=401, code=104, message="An access token is required to request this resource.")
CANNOT_PARSE = Refusal(status=401, code=190, message="Invalid OAuth access token - Cannot parse access token")
EXPIRED = Refusal(
    code=190,
    subcode=463,
    message=("Error validating access token: Session has expired on {expired_at}. The current time is {current_time}."),
)
EXPIRED_WITHOUT_TIME = Refusal(code=190, subcode=463, message="Error validating access token: Session has expired.")
REVOKED = Refusal(
    code=190,
    subcode=460,
    message=(
        "Error validating access token: The session has been invalidated because the user changed their password or "
        "the session was changed for security reasons."
    ),
)
NO_PROOF = Refusal(
    code=100, type="GraphMethodException", message="API calls from the server require an appsecret_proof argument"
)
WRONG_PROOF = Refusal(
    code=100, type="GraphMethodException", message="Invalid appsecret_proof provided in the API argument"
)
MAY_NOT_SEND = Refusal(code=200, message="(#200) Permissions error")
TOO_MANY_CALLS = Refusal(
    code=80004,
    subcode=2446079,
    message=(
        "(#80004) There have been too many calls to this ad-account. Wait a bit and try again. For more info, please "
        "refer to https://developers.facebook.com/docs/graph-api/overview/rate-limiting#ads-management."
    ),
)
NO_DATA = Refusal(code=100, message="(#100) The parameter data is required")
NO_NAME = invalid(
    2804019, "Missing Event Name", "This event doesn\u2019t include an event_name parameter. Enter an event_name."
)
TOO_OLD = invalid(
    2804003,
    "Event Timestamp Too Old",
    "The timestamp for this event is too far in the past. Events need to be sent from your server within 7 days of "
    "when they occurred. Enter a timestamp that has occurred within the last 7 days.",
)
IN_THE_FUTURE = invalid(
    2804004,
    "Event Timestamp In The Future",
    "The timestamp for this event is in the future. Enter a time that has passed.",
)
TOO_THIN = invalid(
    2804050,
    "You haven't added sufficient customer information parameter data for this event",
    "This event has no customer information parameters or it has a combination of customer information parameters "
    "that is so broad that it is unlikely to be effective for matching. Learn more: "
    "https://developers.facebook.com/docs/marketing-api/conversions-api/best-practices/#req-rec-params",
)
BAD_LEAD = invalid(
    2804036,
    "Invalid Lead ID",
    "One or more lead IDs are invalid or were deleted, and the whole group of events may be rejected. A lead ID is a "
    "number of 15 to 17 digits.",
)
NO_CURRENCY = invalid(
    2804010,
    "Missing Currency for Purchase Event",
    "Your purchase event doesn\u2019t include a currency parameter. Enter a currency parameter. For example: USD",
)
NO_VALUE = invalid(
    2804009,
    "Missing Value for Purchase Event",
    "Your purchase event doesn\u2019t include a value parameter. Enter a value. For example: 1.99",
)
VALUE_ALONE = invalid(2804023, "Missing Currency", "This event includes a value but no currency. Enter a currency.")
NO_CONTENT_ID = invalid(
    2804008, "Missing Content ID", "An element of contents doesn\u2019t include an id parameter. Enter an id."
)

BAD_CLICK = invalid(
    2804001, "Click ID Incorrectly Formatted", "The click ID (fbc) of this event is not formatted correctly."
)
BAD_PAIR = invalid(title="Invalid Values for Country and State Data Processing Options")
APP_INCOMPLETE = invalid(
    2804043, "Missing App Information", "The device information (extinfo) of this app event is incomplete."
)
BAD_MESSAGE = invalid(
    2804066, "Messaging Event Invalid Event Type", "This event_name cannot be used with business messaging."
)
NO_PAGE = invalid(
    2804116,
    "Missing Page or WhatsApp Account",
    "This messaging event has neither a page_id nor a whatsapp_business_account_id.",
)
NO_INSTAGRAM = invalid(
    2804079, "Missing IG account ID parameter", "This messaging event doesn\u2019t include an ig_account_id."
)
NO_MESSAGING_CLICK = invalid(
    2804087, "Missing Click or Person", "This messaging event doesn\u2019t say whose conversation it belongs to."
)


Locale = Literal["en", "de"]

GERMAN: Final = {
    2804001: ("Klick-ID falsch formatiert", "Die Klick-ID (fbc) dieses Events hat nicht das richtige Format."),
    2804003: (
        "Zeitstempel des Events zu alt",
        "Der Zeitstempel dieses Events liegt zu weit zurück. Events müssen innerhalb von 7 Tagen gesendet werden.",
    ),
    2804004: ("Zeitstempel des Events in der Zukunft", "Gib einen Zeitpunkt an, der schon vergangen ist."),
    2804008: ("Inhalts-ID fehlt", "Einem Element von contents fehlt der Parameter id."),
    2804009: ("Wert für Kauf-Event fehlt", "Deinem Kauf-Event fehlt der Parameter value. Beispiel: 1.99"),
    2804010: ("Währung für Kauf-Event fehlt", "Deinem Kauf-Event fehlt der Parameter currency. Beispiel: USD"),
    2804019: ("Name des Events fehlt", "Diesem Event fehlt der Parameter event_name."),
    2804023: ("Währung fehlt", "Dieses Event hat einen Wert, aber keine Währung."),
    2804036: ("Ungültige Lead-ID", "Eine oder mehrere Lead-IDs sind ungültig oder wurden gelöscht."),
    2804050: (
        "Du hast für dieses Event nicht genügend Kundeninformationen angegeben",
        "Dieses Event hat keine Kundeninformationen oder eine so weit gefasste Kombination, dass sie nichts verraten.",
    ),
}


def in_language(refusal: Refusal, locale: Locale) -> Refusal:
    """The same refusal; only title and text change, and only those that are translated."""
    if locale == "en" or refusal.subcode not in GERMAN:
        return refusal
    title, text = GERMAN[refusal.subcode]
    return replace(refusal, title=title, text=text)
