"""The answer table, second part: the subcodes of code 100 ("Invalid parameter").

Those of the Conversions API (2804xxx) come with HTTP 400, refuse the whole request and never name the event. A subcode
whose meaning is not published stays MAYBE_CONTENT: only another accepted event of the batch shows that the event
is to blame. Confidence in brackets: high (real bodies seen), medium, low (single notes). The same table for people:
docs/meta-api.md §7.3.
"""

from __future__ import annotations

from connector.destinations.meta.reasons import Reason
from connector.destinations.meta.rows import Row
from connector.model.verdicts import Kind

ADS = "https://developers.facebook.com/documentation/ads-commerce"
CONVERSIONS = f"{ADS}/conversions-api"
REFERENCE = f"{ADS}/marketing-api/error-reference"
TIME = f"{CONVERSIONS}/parameters/server-event"
THIN = f"{CONVERSIONS}/best-practices"
CUSTOM = f"{CONVERSIONS}/parameters/custom-data"
CRM = f"{CONVERSIONS}/conversion-leads-integration/payload-specification"
MESSAGING = f"{CONVERSIONS}/business-messaging"
QUALITY = f"{CONVERSIONS}/dataset-quality-api/offline-events"

UNNAMED = (
    "Look at one exact payload (connector plan --show 1), and if nothing at all of the dataset is accepted, run "
    "connector doctor: Meta named no cause that it documents."
)
NO_OBJECT = (
    "Check CONNECTOR_META_DATASET_ID or the dataset_id column, and that the token's system user has that dataset: "
    "Meta cannot load it with this token."
)
PROOF = (
    "Check that CONNECTOR_META_APP_SECRET is the secret of the app that made the token (or set it, if the app demands "
    "a proof), and that the dataset id is right."
)
PAGE = (
    "Link the page of the message to the dataset in Events Manager, or send these events to the dataset of that page."
)
ACCOUNT = "Send WhatsApp events to the dataset of that WhatsApp business account, not to a website's dataset."
LIMITED_USE = "Choose the data processing options (limited data use) of the account in Events Manager, then run again."


def _content(subcode: int, reason: Reason, source: str, *, passes_with_time: bool = False) -> Row:
    kind = Kind.CONTENT
    return Row(code=100, subcode=subcode, kind=kind, reason=reason, source=source, passes_with_time=passes_with_time)


def _maybe(subcode: int | None, source: str, advice: str = UNNAMED) -> Row:
    return Row(
        code=100,
        subcode=subcode,
        kind=Kind.MAYBE_CONTENT,
        reason=Reason.PARAMETER_REFUSED,
        source=source,
        advice=advice,
    )


def _stop(subcode: int, reason: Reason, source: str, advice: str) -> Row:
    return Row(code=100, subcode=subcode, kind=Kind.STOP, reason=reason, source=source, advice=advice)


REFUSED_BY_METHOD = Row(
    code=100, kind=Kind.STOP, reason=Reason.PROOF_REFUSED, source="observed: type GraphMethodException", advice=PROOF
)
"""For a 100 of type GraphMethodException without a known subcode: the request itself was refused."""

EVENT_ROWS = [
    _content(2804001, Reason.CLICK_ID_MALFORMED, "a published answer: 'Click ID Incorrectly Formatted' (high)"),
    _content(2804003, Reason.EVENT_TOO_OLD, f"{TIME}; observed (high)"),
    _content(2804004, Reason.EVENT_IN_FUTURE, f"{TIME}; field (medium)", passes_with_time=True),
    _content(2804008, Reason.CONTENT_WITHOUT_ID, f"{CUSTOM}; field (low)"),
    _content(2804009, Reason.PURCHASE_WITHOUT_VALUE, f"{CUSTOM}; field: real bodies (high)"),
    _content(2804010, Reason.PURCHASE_WITHOUT_CURRENCY, f"{CUSTOM}; field: real bodies (high)"),
    # disputed: event_name, the click id's time, the event's age; by every account it concerns the event
    _content(2804019, Reason.EVENT_FIELD_REFUSED, f"{TIME}; field (low to medium)"),
    _content(2804023, Reason.VALUE_WITHOUT_CURRENCY, "field (low)"),
    _content(2804036, Reason.LEAD_ID_REFUSED, f"{CRM}; field: real bodies (high)"),
    _content(2804043, Reason.APP_DATA_REFUSED, f"{CONVERSIONS}/app-events; field (medium)"),
    _content(2804050, Reason.TOO_THIN, f"{THIN}; field: real bodies (high)"),
    _content(2804066, Reason.MESSAGING_EVENT_REFUSED, f"{MESSAGING}; field (high)"),
    _content(2804069, Reason.MESSAGING_ID_MISSING, f"{MESSAGING}; field (medium)"),
    _content(2804079, Reason.MESSAGING_ID_MISSING, f"{MESSAGING}; field (medium)"),
    _content(2804087, Reason.CLICK_ID_REFUSED, f"{MESSAGING}; field (medium)"),
    _content(2804116, Reason.MESSAGING_ID_MISSING, f"{MESSAGING}; field: real bodies (high)"),
]

SETUP_ROWS = [
    _stop(33, Reason.DATASET_NOT_FOUND, f"{REFERENCE}; field: rudder network.ts", NO_OBJECT),
    _stop(2044055, Reason.DATASET_NOT_FOUND, QUALITY, NO_OBJECT),
    _stop(2804065, Reason.PAGE_MISMATCH, f"{MESSAGING}; field (medium)", PAGE),
    _stop(2804072, Reason.PAGE_MISMATCH, f"{MESSAGING}; field (medium)", PAGE),
    _stop(2804073, Reason.PAGE_MISMATCH, f"{MESSAGING}; field (medium)", PAGE),
    _stop(2804131, Reason.PAGE_MISMATCH, f"{MESSAGING}; field (medium)", PAGE),
    _stop(2804132, Reason.PAGE_MISMATCH, f"{MESSAGING}; field (low)", ACCOUNT),
]

UNCLEAR_ROWS = [
    _maybe(None, f"{REFERENCE}; (#100) with or without an unpublished subcode"),
    *(_maybe(subcode, "field: rudder networkHandler.js, meaning unknown") for subcode in (2804007, 2804014)),
    *(_maybe(subcode, "field: rudder networkHandler.js, meaning unknown") for subcode in (2804016, 2804017, 2804048)),
    _maybe(2804030, "field: a real body of July 2020 (type CodedException)", LIMITED_USE),
    _maybe(2804057, "ours: mentioned, but found nowhere"),
]

SUBCODES = [*EVENT_ROWS, *SETUP_ROWS, *UNCLEAR_ROWS]
