"""The answer table, first part: Meta's general error codes. The second part (code 100's subcodes) is in `subcodes`.

Rows are found by code and subcode, never by text (it is localized) and never by HTTP status (the same code comes with
several). Where the table says UNCONFIRMED, Meta does not say whether the events were processed. The same table for
people, with how sure each row is: docs/meta-api.md §7.2.
"""

from __future__ import annotations

from connector.destinations.meta.reasons import Reason
from connector.destinations.meta.rows import Row
from connector.destinations.meta.subcodes import QUALITY, SUBCODES
from connector.model.verdicts import Kind

GRAPH = "https://developers.facebook.com/docs/graph-api"
MARKETING = "https://developers.facebook.com/documentation/ads-commerce/marketing-api"
HANDLING = f"{GRAPH}/guides/error-handling"
REFERENCE = f"{MARKETING}/error-reference"
RATE = f"{MARKETING}/overview/rate-limiting"
GRAPH_RATE = f"{GRAPH}/overview/rate-limiting"
EVENTS = f"{MARKETING}/reference/ads-pixel/events"
STATS = f"{MARKETING}/reference/ads-pixel/stats"
INSIGHTS = f"{MARKETING}/insights/error-codes"

_TOKEN = "CONNECTOR_META_ACCESS_TOKEN"  # noqa: S105 - the name of a setting
NEW_TOKEN = (
    f"Make a new access token (Events Manager, dataset, Settings, Conversions API) and put it into {_TOKEN}; "
    "everything not sent goes out with the next run."
)
GRANT = (
    "Give the token's system user the dataset with permission to manage it (Business settings, Data sources, "
    "Datasets), or use a token made in Events Manager for this dataset."
)
DATASET = "Check CONNECTOR_META_DATASET_ID or the dataset_id column, and that the token's system user has that dataset."
ADDRESS = (
    "Check CONNECTOR_META_BASE_URL, CONNECTOR_META_API_VERSION and the dataset id: Meta does not know the address."
)
VERSION = "Set CONNECTOR_META_API_VERSION to a version of the Graph API that Meta still supports."
SHAPE = "Compare one exact payload (connector plan --show 1) with Meta's documentation: the request itself is refused."
REPORTS = "Check that CONNECTOR_META_BASE_URL leads to Meta's Graph API: this answer belongs to its reports."
ACCOUNT = (
    "Look for a block of the ad account, app or business in Meta's Account Quality and Events Manager, and lift it."
)


def _token(subcode: int | None, source: str, advice: str = NEW_TOKEN) -> Row:
    return Row(code=190, subcode=subcode, kind=Kind.STOP, reason=Reason.TOKEN_REFUSED, source=source, advice=advice)


def _limit(code: int, source: str, *subcodes: int, last: int | None = None) -> list[Row]:
    return [
        Row(code=code, subcode=subcode, last=last, kind=Kind.WAIT, reason=Reason.RATE_LIMITED, source=source)
        for subcode in (None, *subcodes)
    ]


def _stop(code: int, reason: Reason, source: str, advice: str, *, last: int | None = None) -> Row:
    return Row(code=code, last=last, kind=Kind.STOP, reason=reason, source=source, advice=advice)


def _unknown(code: int, source: str, *subcodes: int | None, last: int | None = None) -> list[Row]:
    return [
        Row(code=code, subcode=subcode, last=last, kind=Kind.UNCONFIRMED, reason=Reason.META_FAILED, source=source)
        for subcode in subcodes or (None,)
    ]


FAILURES = [
    *_unknown(1, HANDLING, None),
    *_unknown(1, REFERENCE, 99),
    *_unknown(2, HANDLING, None),
    *_unknown(2, INSIGHTS, 1504038, 1504041, 1504042, 1504043, 1504044),
    *_unknown(5000, REFERENCE),
    *_unknown(-2, INSIGHTS, 2490547),
    *_unknown(-3, INSIGHTS, 1504045),
    *_unknown(-(2**31), f"{REFERENCE}: a negative code is internal to Meta", last=-1),
]

LIMITS = [
    *_limit(4, RATE, 1504022, 1504039),
    *_limit(17, RATE, 2446079, 1885172),
    *_limit(32, GRAPH_RATE),
    *_limit(341, HANDLING),
    *_limit(613, RATE, 1487742, 1996, 5044001, 1487632, 1487225),
    *_limit(80000, RATE, 2446079),
    *_limit(80003, RATE, 2446079),
    *_limit(80004, f"{RATE}, {STATS}", 2446079),
    *_limit(80014, RATE, 2446079),
    *_limit(80000, f"{RATE}: the business use case limits", last=80099),
    Row(code=21009, kind=Kind.WAIT, reason=Reason.DATASET_NOT_READY, source="field: rudder network.ts"),
]

TOKENS = [
    _token(None, f"{HANDLING}; observed with 401 and 400"),
    _token(458, HANDLING, "Install the app again for the token's user, then make a new access token."),
    _token(459, HANDLING, "The token's user must log in to Facebook once and pass its check; then run again."),
    _token(460, HANDLING, f"The password was changed: make a new access token and put it into {_TOKEN}."),
    _token(463, HANDLING, f"The token has expired: make one that does not (a system user's) and put it into {_TOKEN}."),
    _token(464, HANDLING, "The token's user must confirm the account on Facebook; then run again."),
    _token(467, HANDLING),
    _token(492, HANDLING, "Give the token's user a role on the page that is linked to the dataset."),
    *(_token(subcode, "field: older lists") for subcode in (456, 457, 461, 462, 465, 466, 468)),
    _stop(102, Reason.TOKEN_REFUSED, HANDLING, NEW_TOKEN),
    _stop(104, Reason.TOKEN_REFUSED, REFERENCE, f"Check that {_TOKEN} holds a complete token of this app."),
]

PERMISSIONS = [
    _stop(10, Reason.PERMISSION_MISSING, HANDLING, GRANT),
    _stop(200, Reason.PERMISSION_MISSING, f"{HANDLING}, {EVENTS}", GRANT, last=299),
    _stop(
        294,
        Reason.PERMISSION_MISSING,
        REFERENCE,
        "Give the token the permission ads_management, and check that its app may use the Marketing API.",
    ),
    _stop(368, Reason.POLICY_BLOCK, HANDLING, ACCOUNT),
    _stop(803, Reason.DATASET_NOT_FOUND, "field", DATASET),
    _stop(2044055, Reason.DATASET_NOT_FOUND, QUALITY, DATASET),
]

REQUESTS = [
    _stop(3, Reason.ADDRESS_REFUSED, HANDLING, ADDRESS),
    _stop(105, Reason.REQUEST_REFUSED, "field: rudder", SHAPE),
    _stop(506, Reason.REQUEST_REFUSED, HANDLING, SHAPE),
    _stop(2500, Reason.ADDRESS_REFUSED, "observed: Unknown path components", ADDRESS),
    _stop(2635, Reason.API_VERSION_REFUSED, "from memory: a deprecated version", VERSION),
]

REPORT_ROWS = [
    Row(code=100, subcode=1487534, kind=Kind.STOP, reason=Reason.REPORTS_ONLY, source=INSIGHTS, advice=REPORTS),
    Row(code=100, subcode=3191001, kind=Kind.STOP, reason=Reason.REPORTS_ONLY, source=INSIGHTS, advice=REPORTS),
    # a timeout inside Meta: something may have been processed
    Row(code=100, subcode=1504018, kind=Kind.UNCONFIRMED, reason=Reason.META_FAILED, source=INSIGHTS),
]

TABLE: tuple[Row, ...] = (*FAILURES, *LIMITS, *TOKENS, *PERMISSIONS, *REQUESTS, *REPORT_ROWS, *SUBCODES)

_EXACT = {(row.code, row.subcode): row for row in TABLE if row.last is None}
_RANGES = [row for row in TABLE if row.last is not None]


def find(code: int, subcode: int | None) -> Row | None:
    """The row of a code: its subcode's, else its own, else its range's; None if the table does not know the code."""
    row = _EXACT.get((code, subcode)) or _EXACT.get((code, None))
    return row or next((row for row in _RANGES if row.code <= code <= (row.last or row.code)), None)
