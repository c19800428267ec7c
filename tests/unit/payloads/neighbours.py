"""Neighbours of the cases: a change of a good event, and whether Meta takes it. Each kind has some on both sides."""

from __future__ import annotations

from enum import Enum
from typing import Any, Final

HASH: Final = "a" * 64
CLICK: Final = "fb.1.1795000000000.IwAR1AbC"
EXTINFO: Final = ["a2", "", "", "", "14", "", "", "", "", "", "", "", "", "", "", ""]
APP: Final = {"advertiser_tracking_enabled": 0, "extinfo": EXTINFO}


class Absence(Enum):
    """With a name, which is the same in every process that collects the tests."""

    DROP = "left out"


DROP: Final = Absence.DROP
"""Leave the field out."""

Change = dict[str, Any]


def user(**keys: Any) -> Change:
    return {"user_data": {"em": HASH} | keys}


def custom(**keys: Any) -> Change:
    return {"custom_data": {"value": 1, "currency": "USD"} | keys}


def lead(**keys: Any) -> Change:
    return {"event_name": "Lead", "custom_data": keys}


def limited(options: Any, country: Any = DROP, state: Any = DROP) -> Change:
    return {
        "data_processing_options": options,
        "data_processing_options_country": country,
        "data_processing_options_state": state,
    }


def app(**keys: Any) -> Change:
    return {"action_source": "app", "app_data": APP | keys}


def message(channel: Any, name: str = "Purchase", **keys: Any) -> Change:
    return user(**keys) | {"action_source": "business_messaging", "event_name": name, "messaging_channel": channel}


TAKEN: Final[list[Change]] = [
    *(user(fbc=value) for value in (None, "", CLICK, CLICK + ".AQ", "fb.0.1.x", "fb.17.1795000000.a_b-c.d")),
    *(user(external_id=value) for value in (None, "c-1", 12.5, 0, [], ["c-1", 7, None])),
    *(user(lead_id=value) for value in (None, 10**14, 10**17 - 1, "123456789012345")),
    *(user(client_ip_address=value) for value in (None, "2001:db8::1", "10.0.0.1", " 93.184.216.34 ", HASH)),
    user(subscription_id=7, fb_login_id=12345, madid="x", anon_id=None),
    user(partner_id=1, partner_name=None),
    *(custom(currency=value) for value in ("jpy", "Eur", "XOF", "ZWG", "CLF")),
    *(custom(value=value) for value in (0, 0.0, 1e-9, 10**19, "1", ".5", "5.", "1e3", "+1")),
    *(custom(contents=value) for value in (None, [], [{"id": 0}], [{"id": "a", "quantity": None}])),
    *(custom(delivery_category=value) for value in (None, "in_store", "curbside")),
    custom(contents=[{"id": "a", "delivery_category": None}, {"id": 1.5, "delivery_category": "in_store"}]),
    *(lead(**keys) for keys in ({}, {"value": None}, {"value": ""}, {"currency": None}, {"currency": "eur"})),
    {"event_name": "Lead", "custom_data": None},
    {"event_name": "Lead", "custom_data": DROP},
    *(limited(options) for options in (None, [], DROP)),
    *(limited(["LDU"], *pair) for pair in ((0, 0), (1, 1000), (1, 1013))),
    limited([], 0, 0),
    limited(DROP, 1, 1005),
    app(),
    app(advertiser_tracking_enabled=True, application_tracking_enabled=False),
    app(application_tracking_enabled=None, extinfo=["i2", *EXTINFO[1:4], 17.1, *EXTINFO[5:]]),
    message("messenger", "LeadSubmitted", page_id=1, page_scoped_user_id="2"),
    message("instagram", "ViewContent", ig_account_id="1", ig_sid="2"),
    message("whatsapp", "OrderCreated", page_id="1", ctwa_clid="x"),
]

REFUSED: Final[list[Change]] = [
    *(user(fbc=value) for value in ("fb.1.1795000000000", "fb..1.x", "fb.1..x", "fb.x.1.y", "FB.1.1.x", "fb.1.1. x")),
    *(user(fbc=value) for value in ("fb.\u0661.1.x", " ", "fb.1.1..", ["fb"], {"id": CLICK}, 5)),
    *(user(external_id=value) for value in (True, {}, {"id": "c-1"}, [["c-1"]], [True], [{"id": 1}])),
    *(user(client_user_agent=value) for value in ({"mail": "x"}, ["Mozilla/5.0"], 5, False)),
    *(
        user(client_ip_address=value)
        for value in ("1.1.1.1,8.8.8.8", "::1 ::2", "1.1.1.1;8.8.8.8", ["1.1.1.1"], 16843009)
    ),
    *(user(subscription_id=value) for value in (["sub_1"], {"id": 1}, True)),
    *(user(fbp=value) for value in ({}, [["x"]], 1.5)),
    *(user(lead_id=value) for value in (0, 10**14 - 1, 10**17, "012345678901234", " 123456789012345", "", True, [1])),
    *(user(lead_id=value) for value in ("\u0661" * 16, "1e15", -(10**15), 1e16)),
    user(gen=HASH),
    user(Email=None),
    {"user_data": {"partner_name": "x"}},
    {"user_data": {"em": [], "partner_id": "x", "country": HASH}},
    *({"user_data": {"country": HASH, key: value}} for key in ("external_id", "madid") for value in (" ", "\t\u00a0")),
    {"user_data": {"external_id": [" ", None, ""]}},
    *(user(em=value) for value in ("", HASH.upper(), HASH[:-1], [HASH, ["x"]], True, [HASH, 7], {"a": HASH})),
    *(user(dobd=value) for value in ("16", 16)),
    *(
        custom(currency=value)
        for value in ("NTD", "US$", "EURO", " USD", "\uff35\uff33\uff24", "USDT", True, ["USD"], {})
    ),
    *(custom(currency=value) for value in (None, "", " ")),
    *(
        custom(value=value)
        for value in (None, "", "1 000", "1_000", "NaN", "inf", "\u0663", "0x1", " 1", "1\n", 10**21)
    ),
    *(custom(value=value) for value in (False, [], {}, -1, "-0.01", "1e400", "1e21", "9" * 41)),
    *(custom(contents=value) for value in ("[]", {}, 1, [None], [[{"id": "a"}]], [{"id": "a"}, "b"])),
    *(custom(contents=[{"id": value}]) for value in (None, "", " ", True, ["a"], {})),
    *(custom(delivery_category=value) for value in ("", "IN_STORE", "pickup", 1, ["in_store"])),
    custom(contents=[{"id": "a", "delivery_category": "post"}]),
    *(lead(**keys) for keys in ({"value": 1}, {"value": 0, "currency": ""}, {"value": "1,0", "currency": "EUR"})),
    *(lead(**keys) for keys in ({"value": "1,0"}, {"value": -1, "currency": "EUR"}, {"currency": "EURO"})),
    *({"event_name": "Lead", "custom_data": value} for value in ([], "", "x", 1, False)),
    *(limited(options, 0, 0) for options in ("LDU", ["ldu"], [""], ["LDU", None], {"LDU": 1}, True)),
    *(limited(["LDU"], *pair) for pair in ((1, 0), (1, 999), (1, 1014), (0, 1000), (2, 1000), (1, DROP), (DROP, 1000))),
    *(limited(["LDU"], *pair) for pair in (("1", "1000"), (1.0, 1000.0), (True, 1000), (None, None), ([1], [1000]))),
    limited([], 0, 5),
    limited(DROP, "US", "CA"),
    {"action_source": "app", "app_data": []},
    *(app(advertiser_tracking_enabled=value) for value in (None, "1", 2, 1.0)),
    *(app(extinfo=value) for value in (None, "[]", EXTINFO[:-1], [*EXTINFO, ""], ["", *EXTINFO[1:]])),
    *(app(extinfo=[*EXTINFO[:4], value, *EXTINFO[5:]]) for value in ("", " ", None)),
    app(extinfo=["A2", *EXTINFO[1:]]),
    app(application_tracking_enabled="yes"),
    *(
        message("whatsapp", name, page_id="1", ctwa_clid="x")
        for name in ("CompleteRegistration", "purchase", "Subscribe")
    ),
    *(message(channel, page_id="1", ctwa_clid="x") for channel in ("WhatsApp", "", None, "telegram", ["whatsapp"])),
    message("whatsapp", ctwa_clid="x"),
    message("whatsapp", page_id="1"),
    message("messenger", page_id="1", page_scoped_user_id=""),
    message("messenger", page_id=[], page_scoped_user_id="2"),
    message("whatsapp", whatsapp_business_account_id="1", ctwa_clid=[None]),
    message("instagram", ig_account_id=[], ig_sid="1"),
    message("messenger", whatsapp_business_account_id="1", page_scoped_user_id="2"),
    message("instagram", page_id="1", ig_sid="2"),
    message("instagram", ig_account_id="1"),
    *({"action_source": value} for value in ("WEBSITE", "store", "", ["website"], 1)),
    *({"event_time": value} for value in (0.5, "1795000000", True, None)),
    *({"event_name": value} for value in ("", " ", None)),
]

NO_ADDRESS: Final = (
    *("SKU@v2.pro", "sku-7@v10.max", "ABC@1.beta", "lib@1.2.beta", "logo@2x.png", "hero@home.webp", "Tee @ home.de"),
    *("@jane.doe", "by (@jane.doe)", "Rock@Ring", "5 kg @ 3.99 EUR", "a@b", "x@1.2.3", "100%40", "Open@9.30"),
    *("Tee \uff20 home.de", "Rock&#64;Ring", "H&amp;M", "R&D; Q&A"),
)
ADDRESSES: Final = (
    *("jane@firma.de", "JANE@FIRMA.DE", "a@163.com", "a@11.com", "a@v2.com", "a@o2.pl", "x:jane@mail.firma.de!"),
    *("jane%40firma.de", "jane%2540firma.de", "j\u00fcrgen@m\u00fcller.example", "<a.b+c@sub.web.de>", "a@b.de, c"),
    *("jane&#64;firma.de", "jane&commat;firma.de", "jane&amp;#x40;firma.de", "jane%26%2364%3Bfirma.de"),
    *("jane\uff20firma.de", "jane%EF%BC%A0firma.de", "jane@fir\u200bma.de", "jane@firma\u3002de"),
)
BASE64: Final = (
    *("amFuZUBmaXJtYS5kZQ==", "amFuZUBmaXJtYS5kZQ", "YS5iK2NAc3ViLndlYi5kZQ==", "asO8cmdlbkBtw7xsbGVyLmV4YW1wbGU="),
    *("YUAxNjMuY29t", "am_DqUBiLmRl", "am/DqUBiLmRl"),
)
"""Addresses behind base64, in both of its alphabets."""
NO_BASE64: Final = (
    *("Checkout", "amFuZSBhdCBob21l", "IwAR1AbCdEf-GhI_jKl", "C-1001", "550E8400-E29B-41D4-A716-446655440000", HASH),
)
PLACES: Final[dict[str, Any]] = {
    "custom_data.note": lambda text: custom(note=text),
    "custom_data.contents": lambda text: custom(contents=[{"id": text, "title": "x"}]),
    "custom_data.list": lambda text: custom(tags=[["x", {"y": text}]]),
    "a key": lambda text: custom(**{text: 1}),
    "external_id": lambda text: user(external_id=["c-1", text]),
    "subscription_id": lambda text: user(subscription_id=text),
    "event_source_url": lambda text: {"event_source_url": f"https://shop.example/?q={text}"},
    "app_data": lambda text: {"app_data": {"vendor_id": text}},
}
"""Where what must not be sent in plain text can stand."""

PHONES: Final = (
    *("+49 170 1234567", "+16505551212", "call +1 (650) 555-1212!", "(650) 555-1212", "650-555-1212", "650.555.1212"),
    *("06 12 34 56 78", "06.12.34.56.78", "0170 1234567", "020 7946 0958", "07700 900123", "030/1234567"),
    *("0049 170 1234567", "%2B491701234567", "\uff0b\uff14\uff19 170 1234567", "\u202a+49 170 1234567\u202c"),
    *("+49&nbsp;170&nbsp;1234567", "650\u2212555\u22121212", "0170\u200b \u00ad1234567", "(650)&#32;555&#45;1212"),
    *("(11) 98765-4321", "(11)987654321", "(21) 3456-7890", "(55) 1234-5678", "(030) 1234567", "(02) 9374 4000"),
    *("(0532) 123 45 67", "(0171) 12345678", "8 (912) 345-67-89", "8(912)345-67-89", "(495) 123-45-67"),
)
PHONES_OR_IDS: Final = (
    *("090-1234-5678", "03-3456-7890", "045-123-4567", "02-123-4567", "010-2345-6789", "0917-123-4567"),
    *("0467-22-3456", "0532-123-45-67", "070-123 45 67", "08-123 45 67", "06-12345678", "06 12345678"),
    *("06 - 12 34 56 78", "030-1234567", "0664-1234567", "02 9374 4000", "8-912-345-67-89", "8 912 345-67-89"),
    *("Tel. 090-1234-5678, Tokyo", "090\u20101234\u20105678"),
)
"""Phone numbers in words; under a key for ids, nobody can tell."""
ID_PLACES: Final[dict[str, Any]] = {
    "order_id": lambda text: custom(order_id=text),
    "event_id": lambda text: {"event_id": text},
    "content_ids": lambda text: custom(content_ids=["A", text]),
    "contents": PLACES["custom_data.contents"],
    "external_id": PLACES["external_id"],
    "a property": lambda text: custom(**{"store receipt-no": text, "shopSKU": [text], "Coupon_Code": text}),
    "original_event_data": lambda text: {"original_event_data": {"event_name": "Lead", "order_id": text}},
}
NO_PHONE: Final = (
    *("1234567890", "0123456789", "4006381333931", "00012345678905", "550e8400-e29b-41d4-a716-446655440000"),
    *(
        "2026-11-28T10:00:00+01:00",
        "2026-11-28 10:00:00",
        "20261128100000",
        "1795000000",
        "sale+20261128",
        "28.11.2026",
    ),
    *("978-3-16-148410-0", "ORDER-2026-000123", "114-1234567-1234567", "12.50", "1 000 000", "A+1", "+5 kg", "+100"),
    *("fb.1.1795000000000.1098115397", "10.0.0.1", "LEGO (2024) 10000", "0 12345 67890 5", "UTC+10 2026-11-28"),
    *("2024\u20132025", "38\u201140", "5&nbsp;kg", "\u0661\u0662\u0663\u0664"),
    *("2024-1234-5678", "03-2026-0123", "012-0034-5678", "010-02064-00", "0173-0715-20", "02134-1234", "04-1234567"),
    *("0-306-40615-2", "012345-6789", "0713986-001", "04152-31090", "02-12345-67890", "028-1234567-1234567"),
    *("(01)04006381333931(21)912345678", "(17)261128(10)1234", "(2024) 10000", "(05) 28.11.2026", "Apt 11 98765-4321"),
    *("01-12-2026", "0900-1700", "093/815/08152", "012.345.678-90", "050-100-150", "0123-456-789", "1-0912-345-678"),
    *("IBAN DE89 3704 0044 0532 0130 00", "1Z 999 AA1 01 2345 6784", "5105 0510 5105 1005"),
)
WRITTEN: Final = {name: PLACES[name] for name in ("custom_data.note", "custom_data.list", "app_data", "a key")}
PEOPLE_UNDER_KEYS: Final[list[Change]] = [
    *(
        custom(**{key: "16505551212"})
        for key in ("phone", "customerPhone", "billing_phone_number", "Mobile", "ph", "tel")
    ),
    *(custom(phone=value) for value in (16505551212, 16505551212.0, "0170 1234567", ["16505551212"], "\uff11" * 11)),
    *(custom(**{key: "16505551212"}) for key in ("shipping_address[phone]", "your-tel", "form_fields[phone]")),
    *(custom(**{key: "16505551212"}) for key in ("telefone", "Telefoonnummer", "celular_2", "tel\u00e9fono")),
    *(custom(**{key: "Jane"}) for key in ("shipping_address_first_name", "Invitee Full Name", "your-name")),
    *(custom(**{key: "Jane"}) for key in ("voornaam", "billing_achternaam", "sobrenome", "F\u00f6rnamn", "nazwisko")),
    *(custom(**{key: "Jane"}) for key in ("last_name_raw", "first_names", "shipping_contact_name", "customerName2")),
    *(
        custom(**{key: "Jane Doe"})
        for key in ("first_name", "lastName", "customer_name", "full name", "Nachname", "fn")
    ),
    custom(last_name=["M\u00fcller"]),
    custom(customer={"address": [{"firstname": "\uc815"}]}),
    {"customer": {"phone": "16505551212"}},
    custom(customer={"name": "Jane"}),
    custom(contents=[{"id": "a", "guests": [{"name": {"first": "Jane", "last": "Doe"}}]}]),
    custom(contact={"phone": {"mobile": 16505551212}, "id": 1}),
    custom(phone={"number": "16505551212"}),
    custom(contents=[{"id": "a", "recipient_name": "Jane"}]),
]
NOBODY_UNDER_KEYS: Final[list[Change]] = [
    *(custom(phone=value) for value in ("iPhone 15", "", None, True, 3, 249.99, HASH, "123456", "1" * 16)),
    *(
        custom(**{key: "16505551212"})
        for key in ("order_id", "sku", "headphones_gtin", "phone_case_id", "gtin", "call_id")
    ),
    *(
        custom(**{key: "Blue Shirt"})
        for key in ("content_name", "product_name", "name", "campaign_name", "shipping_method")
    ),
    *(custom(**{key: "Blue Shirt"}) for key in ("form_name", "address", "ln_no", "username")),
    custom(contents=[{"id": "a", "name": "Blue Shirt"}], product={"name": "Blue Shirt", "mobile": {"id": 16505551212}}),
    *(custom(first_name=value) for value in (None, "", HASH, 7)),
    {"original_event_data": {"event_name": "Lead", "order_id": "16505551212"}},
]
_URL: Final = "https://shop.example/thanks"
URLS_THAT_TELL: Final = (
    *(
        "?token=abc123",
        "?access_token=EAAB1234",
        "?a=1&sessionToken=xyz789",
        "#id_token=abcdef",
        ";jsessionid=1A2B3C4D",
    ),
    *("?password=hunter2", "?api_key=k-123456", "?key=wc_order_AbC123def", "?x=eyJhbGciOiJI.eyJzdWIi.x", "?pwd=geheim"),
    *("?phone=16505551212", "?tel=%2B49%20170%201234567", "?q=+491701234567", "?billing_phone=0170-1234567"),
    *("?first_name=Jane", "?lname=Doe", "?name=Jane%20Doe", "?name=Jane+Doe", "?customer_name=jane", "#fn=Jane"),
    "?payment_intent=pi_3Abc&payment_intent_client_secret=pi_3Abc_secret_Def&redirect_status=succeeded",
    *("?checkout[shipping_address][first_name]=Jane", "?checkout%5Bshipping_address%5D%5Bphone%5D=16505551212"),
    *("?invitee_full_name=Jane%20Doe", "?invitee_first_name=Jane", "?your-name=Jane", "?form_fields[last_name]=Doe"),
    *(
        "?next=https%3A%2F%2Fx.example%2F%3Ftoken%3Dabc123",
        "?next=%252Fx%253Ffirst_name%253DJane",
        "?to\u006ben=abc123",
    ),
)
URLS_THAT_DO_NOT: Final = (
    *(
        "",
        "?fbclid=IwAR1AbCdEf-GhI_jKl",
        "?utm_source=mail&utm_campaign=spring+sale%20now",
        "?q=tokens+of+love",
        "#details",
    ),
    *(
        "?order=1234567890",
        "?id=4006381333931&sid=1795000000",
        "?name=blue-shirt",
        "?name=shirt",
        "?token=",
        "?token=true",
    ),
    *("?session_id=1795000000", "?ts=20261128100000", "?phone=iphone-15", "/phone/1234567890", "?gclid=EAIaIQobChMI_v"),
    *(
        "?variant=550e8400-e29b-41d4-a716-446655440000",
        "?author=jane",
        "?passenger=2",
        "?keyword=secret+santa",
        "?a&b=",
    ),
)


def page(rest: str) -> Change:
    return {"event_source_url": _URL + rest}
