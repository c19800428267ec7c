"""Checks of one event (docs/meta-api.md §13, E12 to E30). True: the rule is broken. Earlier rules may be relied upon.

`value` and `currency` count as missing when they are absent, null or blank; so does a customer parameter that is an
empty list (Meta's documentation is silent, docs/meta-api.md §3.1: this is the careful reading).

`is_plain` only saves time: an event that is surely good, as nearly all are, is not asked every rule one by one. What it
calls plain breaks none of the rules in COVERED, whatever the switches; a test holds it to that.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, Final

from connector.sandbox.amounts import amount
from connector.sandbox.request_rules import Terms

_CODES: Final = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW
CLF CLP CNY COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL
HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA
MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD
RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD
USN UYI UYU UYW UZS VED VES VND VUV WST XAD XAF XAG XAU XBA XBB XBC XBD XCD XCG XDR XOF XPD XPF XPT XSU XTS XUA XXX
YER ZAR ZMW ZWG
"""
CURRENCIES: Final = frozenset(_CODES.split())


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
HEX_DIGITS: Final = b"0123456789abcdef"
HASH_WITH_APPENDIX: Final = re.compile(r"[0-9a-f]{64}\.(?:[A-Za-z0-9_-]{8}|[A-Za-z0-9_-]{2})")
"""The appendix of Meta's Parameter Builder (docs/meta-api.md §3.4)."""
DELIVERIES: Final = frozenset({"in_store", "curbside", "home_delivery"})
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
        return any(each is not None and each != "" for each in value)
    return value is not None and value != "" and value != {}


def identifier_not_hashed(event: Event, _: Terms) -> bool:
    user_data = event["user_data"]
    for key, value in user_data.items():
        if key not in HASHED or value is None:
            continue
        if isinstance(value, str):
            if not is_hash(value):
                return True
        elif not (isinstance(value, list) and all(isinstance(each, str) and is_hash(each) for each in value)):
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
    if lead is None or lead == "":
        return False
    text = lead if isinstance(lead, str) else str(lead) if lead.__class__ is int else ""
    if not (text.isascii() and text.isdigit() and 15 <= len(text) <= 17):
        return True
    return terms.leads is not None and int(text) not in terms.leads


def content_without_id(event: Event, _: Terms) -> bool:
    contents = custom_data(event).get("contents")
    if not contents or not isinstance(contents, list):
        return False
    return any(not isinstance(each, dict) or is_missing(each.get("id")) for each in contents)


def unknown_delivery(event: Event, _: Terms) -> bool:
    data = custom_data(event)
    contents = data.get("contents")
    places = [data, *(contents if isinstance(contents, list) else ())]
    given = [each["delivery_category"] for each in places if isinstance(each, dict) and "delivery_category" in each]
    return any(not isinstance(each, str) or each not in DELIVERIES for each in given)


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


_COVERED: Final = "E12 E13 E14 E15 E16 E17 E18 E20 E21 E23 E25 E24 E26 E27 E28 E29 E30"
COVERED: Final = frozenset(_COVERED.split())
PLAIN_MONEY: Final = 10**15
SIXTY_FOUR: Final = frozenset({64})


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
        and source in ACTION_SOURCES
        and user_data.__class__ is dict
        and _are_plain_people(user_data)
        and ((custom is None and name != "Purchase") or (custom.__class__ is dict and _is_plain_money(custom)))
    )


def _are_plain_people(user_data: dict[str, Any]) -> bool:
    """An e-mail address or a phone, so that it is not thin; every hash exactly one, without an appendix."""
    if "lead_id" in user_data or not (user_data.get("em") or user_data.get("ph")):
        return False
    texts: list[str] = []
    for key in HASHED.intersection(user_data):
        value = user_data[key]
        if value.__class__ is list:
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
