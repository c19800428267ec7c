"""The answers of the rules in English. What Meta was seen to say is said so; where it was not, the words are ours."""

from __future__ import annotations

from connector.sandbox.refusals import Refusal


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
