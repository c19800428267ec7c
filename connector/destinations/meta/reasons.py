"""Reason words for why an event was not sent (`Refusal`) or what an answer of Meta means (`Reason`).

The ledger keeps them as `error_text`, so that nobody depends on Meta's localized texts. Each has its meaning in one
sentence, for the documentation and for `connector why`.
"""

from __future__ import annotations

from connector.destinations.meta.currencies import MEANT
from connector.model.reasons import ReasonWord


class Refusal(ReasonWord):
    """Why the gate does not send an event. In the order in which the gate checks."""

    INVALID_DATASET_ID = "invalid_dataset_id", "The row's dataset_id is not the digits of a dataset (pixel)."
    NOT_JSON = "not_json", "The payload cannot be read as one JSON value in UTF-8."
    NOT_AN_OBJECT = "not_an_object", "The payload is JSON, but not an object."
    DUPLICATE_JSON_KEY = "duplicate_json_key", "An object has the same key twice: it is undefined which value counts."
    MISSING_EVENT_NAME = "missing_event_name", "The event has no event_name."
    EVENT_NAME_DIFFERS = "event_name_differs", "The payload's event_name is not the column's."
    MISSING_EVENT_ID = "missing_event_id", "The event has no event_id, the key under which it is remembered."
    EVENT_ID_DIFFERS = "event_id_differs", "The payload's event_id is not the column's."
    MISSING_EVENT_TIME = "missing_event_time", "The event has no event_time."
    EVENT_TIME_NOT_SECONDS = "event_time_not_seconds", "event_time is not a whole number of Unix seconds."
    EVENT_TIME_DIFFERS = "event_time_differs", "The payload's event_time is not the column's."
    VALUE_DIFFERS = (
        "value_differs",
        "custom_data.value of the payload is not the column's: what is counted would not be what is sent.",
    )
    CURRENCY_DIFFERS = (
        "currency_differs",
        "custom_data.currency of the payload is not the column's: what is counted would not be what is sent.",
    )
    MISSING_ACTION_SOURCE = "missing_action_source", "The event has no action_source."
    UNKNOWN_ACTION_SOURCE = "unknown_action_source", "action_source is not one of those that Meta documents."
    MISSING_USER_DATA = "missing_user_data", "The event has no user_data object."
    UNKNOWN_USER_DATA_KEY = (
        "unknown_user_data_key",
        "user_data holds a key that Meta does not document: it may be an identifier in plain text.",
    )
    IDENTIFIER_NOT_HASHED = (
        "identifier_not_hashed",
        "An identifier that must be hashed is not 64 lower-case hexadecimal digits (a builder's suffix may follow).",
    )
    PLAINTEXT_EXTERNAL_ID = "plaintext_external_id", "external_id looks like an email address or a phone number."
    USER_DATA_TYPE = (
        "user_data_type",
        "A value of user_data is an object, a list or a number where Meta takes none: it may hide an identifier.",
    )
    INVALID_CLICK_ID = (
        "invalid_click_id",
        "fbc is not fb.<number>.<milliseconds>.<fbclid>: Meta refuses it, and the whole request with it.",
    )
    SEVERAL_ADDRESSES = "several_addresses", "client_ip_address holds more than one address: send the person's own."
    INVALID_LEAD_ID = (
        "invalid_lead_id",
        "lead_id is not a whole number of 15 to 17 digits: Meta refuses it, and the whole request with it.",
    )
    TOO_THIN = "too_thin", "There are no identifiers, or only a combination that Meta calls too broad to match."
    PURCHASE_WITHOUT_CURRENCY = "purchase_without_currency", "A Purchase needs a currency."
    INVALID_CURRENCY = (
        "invalid_currency",
        "The currency is not a code of ISO 4217. Often meant: "
        + ", ".join(f"{code} for {written}" for written, code in MEANT.items())
        + ".",
    )
    PURCHASE_WITHOUT_VALUE = "purchase_without_value", "A Purchase needs a value."
    VALUE_WITHOUT_CURRENCY = "value_without_currency", "A value needs a currency, whatever the event."
    INVALID_VALUE = "invalid_value", "The value is not a finite number with a point, such as 12.50."
    NEGATIVE_VALUE = "negative_value", "The value is negative."
    INVALID_CUSTOM_DATA = "invalid_custom_data", "custom_data is not an object."
    INVALID_CONTENTS = "invalid_contents", "contents is not a list of objects."
    CONTENT_WITHOUT_ID = "content_without_id", "An item of contents has no id, or one that is no text or number."
    UNKNOWN_DELIVERY = "unknown_delivery", "delivery_category is not in_store, curbside or home_delivery."
    UNKNOWN_PROCESSING_OPTION = (
        "unknown_processing_option",
        'data_processing_options is not ["LDU"] or []: Meta might take it for no limit.',
    )
    PROCESSING_PAIR = (
        "processing_pair",
        "The country and state of data_processing_options are neither 0 and 0 nor 1 and a documented state's number.",
    )
    INCOMPLETE_APP_DATA = (
        "incomplete_app_data",
        (
            "An app event needs app_data with advertiser_tracking_enabled and 16 parts of extinfo: a2 or i2, the "
            "version of the operating system."
        ),
    )
    MESSAGING_EVENT = "messaging_event", "Meta does not take this event_name for business messaging."
    MESSAGING_CHANNEL = (
        "messaging_channel",
        "A business messaging event needs messaging_channel: whatsapp, messenger or instagram.",
    )
    MESSAGING_ID_MISSING = (
        "messaging_id_missing",
        (
            "A business messaging event lacks an id of its channel: WhatsApp needs whatsapp_business_account_id or "
            "page_id with ctwa_clid, Messenger page_id with page_scoped_user_id, Instagram ig_account_id with ig_sid."
        ),
    )
    TOKEN_IN_URL = (
        "token_in_url",
        "event_source_url or referrer_url holds a token, a password or a key (?key=wc_order_...): cut its parameters.",
    )
    PLAINTEXT_IN_URL = (
        "plaintext_in_url",
        "event_source_url or referrer_url holds an email address, a phone number or a name: cut the parameters off.",
    )
    PLAINTEXT_EMAIL = "plaintext_email", "A part of the event other than its URLs holds an email address."
    PLAINTEXT_PHONE = "plaintext_phone", "A part of the event other than its URLs holds a phone number."
    PLAINTEXT_NAME = (
        "plaintext_name",
        "A key that is for names of people, such as first_name, stands outside user_data.",
    )


class Reason(ReasonWord):
    """What an answer means, for the evidence of an outcome."""

    NEVER_CONNECTED = "never_connected", "No connection to Meta was made: nothing was sent."
    CERTIFICATE_REFUSED = (
        "certificate_refused",
        "The certificate shown for Meta's host was not trusted: nothing was sent.",
    )
    TLS_FAILED = "tls_failed", "The other side did not speak TLS as Meta does: nothing was sent."
    PROXY_REFUSED = "proxy_refused", "The proxy refused to connect to Meta, or asks for a login: nothing was sent."
    NAME_NOT_FOUND = "name_not_found", "The name of Meta's host, or of the proxy, could not be resolved."
    CONNECTION_REFUSED = "connection_refused", "Nothing listens at the address of Meta's host, or of the proxy."
    NO_ROUTE = "no_route", "No network leads to Meta's host, or to the proxy."
    CONNECT_TIMEOUT = "connect_timeout", "Meta's host, or the proxy, did not answer in time: nothing was sent."
    NO_ANSWER = "no_answer", "The request timed out or the connection broke before the whole answer was read."
    UNREADABLE_ANSWER = (
        "unreadable_answer",
        "The answer was not JSON as Meta sends it: cut off, or a page of a proxy.",
    )
    INTERMEDIARY_ANSWER = (
        "intermediary_answer",
        "Something on the way answered in place of Meta (a redirect, a login of a proxy, or a page that blocks).",
    )
    COUNT_MISSING = "count_missing", "Meta answered 200 but did not say how many events it received."
    COUNT_DIFFERS = "count_differs", "Meta answered 200 but counted another number of events than were sent."
    UNEXPECTED_STATUS = "unexpected_status", "The answer reads like a success, but its HTTP status is not 200."
    META_FAILED = "meta_failed", "Something failed inside Meta: the events may or may not have been processed."
    RATE_LIMITED = "rate_limited", "Meta refused the request because of too many calls."
    POLICY_BLOCK = "policy_block", "Meta has blocked the account, app or action for its policies."
    DATASET_NOT_READY = "dataset_not_ready", "The dataset is not ready to take events yet."
    TRY_AGAIN_LATER = "try_again_later", "Meta refused the request for now and asks to try again later."
    TOKEN_REFUSED = "token_refused", "Meta refused the access token."
    PROOF_REFUSED = "proof_refused", "Meta refused the request itself, most likely for its app secret proof."
    PERMISSION_MISSING = "permission_missing", "The token may not do this with the dataset."
    DATASET_NOT_FOUND = "dataset_not_found", "The dataset does not exist, or the token may not see it."
    ADDRESS_REFUSED = "address_refused", "Meta does not know the address or the method that was asked for."
    API_VERSION_REFUSED = "api_version_refused", "Meta no longer takes this version of its API."
    REQUEST_REFUSED = "request_refused", "Meta refused the request as malformed."
    REPORTS_ONLY = "reports_only", "An answer of Meta's reports, which sending should never get."
    PAGE_MISMATCH = "page_mismatch", "The page, account or channel of a message does not belong to the dataset."
    UNKNOWN_CODE = "unknown_code", "Meta refused the request with a code that is not in our table."
    PARAMETER_REFUSED = (
        "parameter_refused",
        "Meta refused a parameter and did not say which: of an event or of the request.",
    )
    EVENT_TOO_OLD = "event_too_old", "event_time is further back than Meta takes."
    EVENT_IN_FUTURE = (
        "event_in_future",
        "event_time lies in Meta's future: it is sent again later, and this machine's clock may be ahead.",
    )
    CLICK_ID_MALFORMED = "click_id_malformed", "The click id (fbc) is badly formed."
    EVENT_FIELD_REFUSED = "event_field_refused", "A field of the event is missing or wrong, most likely event_name."
    CONTENT_WITHOUT_ID = "content_without_id", "An item of contents has no id."
    PURCHASE_WITHOUT_VALUE = "purchase_without_value", "A Purchase without a value."
    PURCHASE_WITHOUT_CURRENCY = "purchase_without_currency", "A Purchase without a currency."
    VALUE_WITHOUT_CURRENCY = "value_without_currency", "A value without a currency."
    LEAD_ID_REFUSED = "lead_id_refused", "The lead_id is wrong, or the lead was deleted."
    APP_DATA_REFUSED = "app_data_refused", "The device information of an app event is incomplete."
    TOO_THIN = "too_thin", "There are no identifiers, or only a combination that Meta calls too broad to match."
    MESSAGING_EVENT_REFUSED = "messaging_event_refused", "This event name is not allowed for business messaging."
    MESSAGING_ID_MISSING = "messaging_id_missing", "A business messaging event lacks the id of its page or account."
    CLICK_ID_REFUSED = "click_id_refused", "The click-to-WhatsApp id is wrong."


def describe(word: str) -> str | None:
    """The meaning of one of these words; None for any other."""
    return next((known.meaning for known in (*Refusal, *Reason) if known == word), None)
