"""Checks of one event (docs/meta-api.md §13, E12 to E30). True: the rule is broken. Earlier rules may be relied upon.

`value` and `currency` count as missing when they are absent, null or blank; so does a customer parameter, and one
that is an empty list (Meta's documentation is silent, docs/meta-api.md §3.1: this is the careful reading).

`is_plain` only saves time: an event that is surely good, as nearly all are, is not asked every rule one by one. What it
calls plain breaks none of the rules in COVERED, whatever the switches; a test holds it to that.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, Final

from connector.sandbox.amounts import amount
from connector.sandbox.currencies import CURRENCIES
from connector.sandbox.plain_text import holds_address, holds_name, holds_phone, page_gives_away
from connector.sandbox.request_rules import Terms

Event = dict[str, Any]

_SOURCES: Final = "email website app phone_call chat physical_store system_generated business_messaging other"
ACTION_SOURCES: Final = frozenset(_SOURCES.split())
_KEYS: Final = (
    "em ph fn ln db ge ct st zp country external_id client_ip_address client_user_agent fbc fbp subscription_id "
    "fb_login_id lead_id anon_id madid page_id page_scoped_user_id ctwa_clid ig_account_id ig_sid "
    "whatsapp_business_account_id f5first f5last fi dobd dobm doby"
)
CUSTOMER_KEYS: Final = frozenset(_KEYS.split())
THIN: Final = (
    frozenset({"ct", "country", "st", "zp", "ge", "client_user_agent"}),
    frozenset({"db", "client_user_agent"}),
    frozenset({"fn", "ge"}),
    frozenset({"ln", "ge"}),
)
"""An event whose customer keys all lie in one of these is too thin (docs/meta-api.md §3.3)."""
SOMETIMES_THIN: Final = frozenset().union(*THIN)
HASHED: Final = frozenset({"em", "ph", "fn", "ln", "db", "ge", "ct", "st", "zp", "country"})
SINCE_HASHED: Final = frozenset({"f5first", "f5last", "fi", "dobd", "dobm", "doby"})
"""Hashed too: of the SDK, no longer in Meta's table."""
TAKEN_KEYS: Final = CUSTOMER_KEYS | {"partner_id", "partner_name"}
"""Partners say there who sends; that names no customer."""
WORDED: Final = frozenset({"client_ip_address", "client_user_agent", "fbc", "fbp"})
HEX_DIGITS: Final = b"0123456789abcdef"
HASH_WITH_APPENDIX: Final = re.compile(r"[0-9a-f]{64}\.(?:[A-Za-z0-9_-]{8}|[A-Za-z0-9_-]{2})")
"""The appendix of Meta's Parameter Builder (docs/meta-api.md §3.4)."""
DELIVERIES: Final = frozenset({"in_store", "curbside", "home_delivery"})
NUMERIC: Final = re.compile(r"[-+]?(?=\.?[0-9])[0-9]*\.?[0-9]*(?:[eE][-+]?[0-9]{1,4})?")
LARGEST_SECONDS: Final = 10**11
"""Beyond this a time is in milliseconds."""


def not_an_object(event: object, _: Terms) -> bool:
    return not isinstance(event, dict)


def no_event_name(event: Event, _: Terms) -> bool:
    name = event.get("event_name")
    return not isinstance(name, str) or not name.strip()


def no_event_time(event: Event, _: Terms) -> bool:
    seconds = event.get("event_time")
    return not isinstance(seconds, int) or isinstance(seconds, bool) or seconds > LARGEST_SECONDS


def too_old(event: Event, terms: Terms) -> bool:
    in_store = event.get("action_source") == "physical_store"
    return bool(event["event_time"] < (terms.oldest_in_store if in_store else terms.oldest))


def in_the_future(event: Event, terms: Terms) -> bool:
    return bool(event["event_time"] > terms.newest)


def no_action_source(event: Event, _: Terms) -> bool:
    return event.get("action_source") is None


def unknown_action_source(event: Event, _: Terms) -> bool:
    source = event.get("action_source")
    return source is not None and not (isinstance(source, str) and source in ACTION_SOURCES)


def too_thin(event: Event, _: Terms) -> bool:
    user_data = event.get("user_data")
    if not isinstance(user_data, dict):
        return True
    present = []
    for key, value in user_data.items():
        if key in CUSTOMER_KEYS and is_present(value):
            if key not in SOMETIMES_THIN:
                return False
            present.append(key)
    return any(combination.issuperset(present) for combination in THIN)


def is_present(value: object) -> bool:
    if isinstance(value, list):
        return any(is_present(each) for each in value)
    return value is not None and value != {} and not (isinstance(value, str) and not value.strip())


def identifier_not_hashed(event: Event, _: Terms) -> bool:
    user_data = event["user_data"]
    for key, value in user_data.items():
        if (key not in HASHED and key not in SINCE_HASHED) or value is None:
            continue
        if isinstance(value, str):
            if not is_hash(value):
                return True
        elif not isinstance(value, list) or not all(
            each is None or (isinstance(each, str) and is_hash(each)) for each in value
        ):
            return True
    return False


def website_without_page(event: Event, _: Terms) -> bool:
    if event.get("action_source") != "website":
        return False
    user_data = event.get("user_data")
    has_agent = isinstance(user_data, dict) and bool(user_data.get("client_user_agent"))
    return not (event.get("event_source_url") and has_agent)


def lead_unknown(event: Event, terms: Terms) -> bool:
    lead = event["user_data"].get("lead_id")
    if lead is None:
        return False
    text = lead if isinstance(lead, str) else str(lead) if lead.__class__ is int else ""
    if not (text.isascii() and text.isdigit() and 15 <= len(text) <= 17) or text.startswith("0"):
        return True
    return terms.leads is not None and int(text) not in terms.leads


def no_contents(event: Event, _: Terms) -> bool:
    contents = custom_data(event).get("contents")
    if contents is None:
        return False
    return not isinstance(contents, list) or not all(isinstance(each, dict) for each in contents)


def content_without_id(event: Event, _: Terms) -> bool:
    return any(is_missing(each.get("id")) or not is_scalar(each["id"]) for each in items(event))


def unknown_delivery(event: Event, _: Terms) -> bool:
    given = [each.get("delivery_category") for each in (custom_data(event), *items(event))]
    return any(each is not None and not (isinstance(each, str) and each in DELIVERIES) for each in given)


def items(event: Event) -> list[dict[str, Any]]:
    contents = custom_data(event).get("contents")
    return [each for each in contents if isinstance(each, dict)] if isinstance(contents, list) else []


def is_scalar(value: object) -> bool:
    """A text or a number."""
    return isinstance(value, (str, int, Decimal)) and not isinstance(value, bool)


def not_custom_data(event: Event, _: Terms) -> bool:
    data = event.get("custom_data")
    return data is not None and not isinstance(data, dict)


def unknown_customer_key(event: Event, _: Terms) -> bool:
    return not TAKEN_KEYS.issuperset(event["user_data"])


def odd_customer_value(event: Event, _: Terms) -> bool:
    """An object, a list or a truth where a text or a number belongs. Hashed keys have a rule of their own."""
    for key, value in event["user_data"].items():
        if key in HASHED or key in SINCE_HASHED or value is None:
            continue
        if isinstance(value, list):
            if not all(each is None or (key == "external_id" and is_scalar(each)) for each in value):
                return True
        elif not (isinstance(value, str) if key in WORDED else is_scalar(value)):
            return True
    return False


def click_badly_formed(event: Event, _: Terms) -> bool:
    """Not four parts: `fb`, a number, a number, the click. A fifth may be the builder's."""
    click = event["user_data"].get("fbc")
    if not isinstance(click, str) or not click:
        return False
    version, index, made, rest = [*click.split(".", 3), "", "", ""][:4]
    numbers = index + made
    return not (
        version == "fb"
        and index
        and made
        and numbers.isascii()
        and numbers.isdigit()
        and rest
        and not rest.startswith(".")
        and rest == "".join(rest.split())
    )


def several_addresses(event: Event, _: Terms) -> bool:
    address = event["user_data"].get("client_ip_address")
    return isinstance(address, str) and len(re.split(r"[\s,;|]", address.strip())) > 1


def unknown_processing(event: Event, _: Terms) -> bool:
    options = event.get("data_processing_options")
    return options is not None and not (isinstance(options, list) and all(each == "LDU" for each in options))


def processing_pair(event: Event, _: Terms) -> bool:
    """Country and state stand together, and with a limit always."""
    country: Any = event.get("data_processing_options_country")
    state: Any = event.get("data_processing_options_state")
    if country is None and state is None:
        return bool(event.get("data_processing_options"))
    if country.__class__ is not int or state.__class__ is not int:
        return True
    return not ((country == 0 and state == 0) or (country == 1 and 1000 <= state <= 1013))


def address_in_plain_text(event: Event, _: Terms) -> bool:
    return holds_address(event)


def phone_in_plain_text(event: Event, _: Terms) -> bool:
    return holds_phone(event)


def name_in_plain_text(event: Event, _: Terms) -> bool:
    return holds_name(event)


def page_with_secrets(event: Event, _: Terms) -> bool:
    return page_gives_away(event)


def is_hash(text: str) -> bool:
    """64 lower-case hex digits, then perhaps an appendix. Deleting the digits is faster than matching them."""
    if len(text) == 64:
        return not text.encode().translate(None, HEX_DIGITS)
    return HASH_WITH_APPENDIX.fullmatch(text) is not None


def purchase_without_currency(event: Event, _: Terms) -> bool:
    return event["event_name"] == "Purchase" and is_missing(custom_data(event).get("currency"))


def purchase_without_value(event: Event, _: Terms) -> bool:
    return event["event_name"] == "Purchase" and is_missing(custom_data(event).get("value"))


def value_no_amount(event: Event, _: Terms) -> bool:
    value = custom_data(event).get("value")
    if is_missing(value):
        return False
    if isinstance(value, str) and not NUMERIC.fullmatch(value):
        return True
    parsed = amount(value)
    return parsed is None or parsed < 0


def currency_unknown(event: Event, _: Terms) -> bool:
    currency = custom_data(event).get("currency")
    if is_missing(currency):
        return False
    return not isinstance(currency, str) or currency.upper() not in CURRENCIES


def value_without_currency(event: Event, _: Terms) -> bool:
    data = custom_data(event)
    return not is_missing(data.get("value")) and is_missing(data.get("currency"))


def custom_data(event: Event) -> dict[str, Any]:
    data = event.get("custom_data")
    return data if isinstance(data, dict) else {}


def is_missing(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


_COVERED: Final = (
    "E12 E13 E14 E15 E16 E17 E18 E20 E21 E23 E25 E24 E26 E27 E28 E29 E30 E31 E32 E33 E34 E35 E36 E37 E38 E39 E40 E41 "
    "E42 E43 E44"
)
COVERED: Final = frozenset(_COVERED.split())
PLAIN_MONEY: Final = 10**15
SIXTY_FOUR: Final = frozenset({64})
PLAIN_SOURCES: Final = ACTION_SOURCES - {"app", "business_messaging"}
_FIELDS: Final = (
    "event_name event_time event_id action_source event_source_url referrer_url opt_out user_data custom_data"
)
PLAIN_FIELDS: Final = frozenset(_FIELDS.split())
PLAIN_KEYS: Final = HASHED | {"external_id", "client_ip_address", "client_user_agent", "fbc", "fbp"}
PLAIN_CLICK: Final = re.compile(r"fb\.[0-9]{1,3}\.[0-9]{1,20}\.[A-Za-z0-9_-][A-Za-z0-9_.-]*")
SIGNS_OF_ADDRESSES: Final = frozenset("0123456789abcdefABCDEF.:")


def is_plain(event: Any, terms: Terms) -> bool:
    """Whether the event surely breaks none of COVERED. False says nothing."""
    if event.__class__ is not dict:
        return False
    get = event.get
    name, seconds, source = get("event_name"), get("event_time"), get("action_source")
    user_data, custom = get("user_data"), get("custom_data")
    return (
        name.__class__ is str
        and bool(name.strip())
        and seconds.__class__ is int
        and terms.oldest <= seconds <= terms.newest
        and source.__class__ is str
        and source in PLAIN_SOURCES
        and PLAIN_FIELDS.issuperset(event)
        and user_data.__class__ is dict
        and _are_plain_people(user_data)
        and ((custom is None and name != "Purchase") or (custom.__class__ is dict and _is_plain_money(custom)))
    )


def _are_plain_people(user_data: dict[str, Any]) -> bool:
    """An e-mail address or a phone, so that it is not thin; every hash exactly one, without an appendix."""
    if not (user_data.get("em") or user_data.get("ph")) or not PLAIN_KEYS.issuperset(user_data):
        return False
    texts: list[str] = []
    for key, value in user_data.items():
        if key not in HASHED:
            if value.__class__ is not str:
                return False
            if key == "client_ip_address" and not SIGNS_OF_ADDRESSES.issuperset(value):
                return False
            if key == "fbc" and PLAIN_CLICK.fullmatch(value) is None:
                return False
        elif value.__class__ is list:
            texts += value
        else:
            texts.append(value)
    try:
        joined = "".join(texts)
    except TypeError:
        return False
    return SIXTY_FOUR.issuperset(map(len, texts)) and not joined.encode().translate(None, HEX_DIGITS)


def _is_plain_money(custom: dict[str, Any]) -> bool:
    """A value and a currency, as numbers and codes."""
    value: Any = custom.get("value")
    currency = custom.get("currency")
    return (
        (value.__class__ is int or value.__class__ is Decimal)
        and 0 <= value <= PLAIN_MONEY
        and currency.__class__ is str
        and currency in CURRENCIES
        and "contents" not in custom
        and "delivery_category" not in custom
    )
